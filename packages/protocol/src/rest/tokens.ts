/** Owns: answers under `/tokens`. Must not know: signing. */
import { Type, type Static } from '@sinclair/typebox'
import { AnyJson } from '../model/json-value.ts'

/** Claims of the token as they are. */
export const TokenPayload = Type.Record(Type.String(), AnyJson)
export type TokenPayload = Static<typeof TokenPayload>

/** `GET /tokens/validate`, 200. `agent_id` is the token's `sub`. */
export const TokenValid = Type.Object({ valid: Type.Literal(true), agent_id: Type.String(), payload: TokenPayload })
export type TokenValid = Static<typeof TokenValid>

/** `POST /tokens/validate`, 200; in `GET /tokens/validate`, 401, these members stand in the problem document. */
export const TokenInvalid = Type.Object({ valid: Type.Literal(false), error: Type.String() })
export type TokenInvalid = Static<typeof TokenInvalid>

/** `POST /tokens/validate`, 200, when the token is good. */
export const PostedTokenValid = Type.Object({ valid: Type.Literal(true), payload: TokenPayload })
export type PostedTokenValid = Static<typeof PostedTokenValid>

/** `POST /tokens/refresh`. `expires_in`, in seconds, comes with an administrator's token only. */
export const RefreshAnswer = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Optional(Type.Integer({ minimum: 0 })),
})
export type RefreshAnswer = Static<typeof RefreshAnswer>

/** `POST /tokens/mint`. `expires_in` in seconds. */
export const MintAnswer = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ minimum: 0 }),
})
export type MintAnswer = Static<typeof MintAnswer>
