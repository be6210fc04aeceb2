/** Owns: the auth frames of `/agents/ws` (A1-A3). Must not know: how a token is verified. */
import { Type, type Static } from '@sinclair/typebox'
import { LiveOffer, LiveWanted } from './live-offer.ts'

export const AuthRequiredFrame = Type.Object({ type: Type.Literal('auth_required'), message: Type.String() })
export type AuthRequiredFrame = Static<typeof AuthRequiredFrame>

export const AuthSuccessFrame = Type.Object({
  type: Type.Literal('auth_success'),
  message: Type.String(),
  live: Type.Optional(LiveOffer),
})
export type AuthSuccessFrame = Static<typeof AuthSuccessFrame>

export const AuthErrorFrame = Type.Object({ type: Type.Literal('auth_error'), message: Type.String() })
export type AuthErrorFrame = Static<typeof AuthErrorFrame>

/** A client's token. On the wire `type` may be missing on this endpoint: the codec fills in `auth`. */
export const AgentAuthFrame = Type.Object({
  type: Type.Literal('auth'),
  token: Type.String({ minLength: 1, 'x-expects': 'a string that is not empty' }),
  live: Type.Optional(LiveWanted),
})
export type AgentAuthFrame = Static<typeof AgentAuthFrame>
