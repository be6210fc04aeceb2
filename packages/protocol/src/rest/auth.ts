/** Owns: answers under `/auth`. Must not know: keys or passwords. */
import { Type, type Static } from '@sinclair/typebox'

/** `expires_in` in seconds. */
export const TempTokenAnswer = Type.Object({
  temp_token: Type.String(),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ minimum: 1 }),
  message: Type.String(),
})
export type TempTokenAnswer = Static<typeof TempTokenAnswer>

/** `POST /auth/login`. `expires_in` in seconds, of the session; `agent_id` is `user_` and the user's name. */
export const LoginAnswer = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ minimum: 0 }),
  agent_id: Type.String(),
})
export type LoginAnswer = Static<typeof LoginAnswer>

/** `POST /auth/logout`, `/auth/set_pin`, `/auth/verify_pin`. */
export const DoneAnswer = Type.Object({ status: Type.Literal('success'), message: Type.String() })
export type DoneAnswer = Static<typeof DoneAnswer>

/** `GET /auth/pin_status`. */
export const PinStatus = Type.Object({ pin_set: Type.Boolean() })
export type PinStatus = Static<typeof PinStatus>

/** `GET /auth/session_status`. `expires` in epoch seconds. */
export const SessionStatus = Type.Object({
  valid: Type.Literal(true),
  user_id: Type.String(),
  role: Type.Literal('admin'),
  agent_id: Type.String(),
  expires: Type.Integer(),
  is_admin: Type.Literal(true),
  session_exists: Type.Literal(true),
  pin_set: Type.Boolean(),
})
export type SessionStatus = Static<typeof SessionStatus>

/** `detail` of the `tpr-disabled` problem; clients look for "not enabled" in it. */
export const TPR_DISABLED_DETAIL = 'Three-Phase Registration is not enabled on this server'
