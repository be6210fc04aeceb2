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

/** `detail` of the `tpr-disabled` problem; clients look for "not enabled" in it. */
export const TPR_DISABLED_DETAIL = 'Three-Phase Registration is not enabled on this server'
