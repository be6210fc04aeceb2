/** Owns: the auth frame of `/dashboard/ws` and the answer to a repeated one (D1). Must not know: sessions. */
import { Type, type Static } from '@sinclair/typebox'
import { IsoTime } from '../model/time.ts'
import { LiveWanted } from './live-offer.ts'

export const DashboardAuthFrame = Type.Object({
  type: Type.Literal('auth'),
  token: Type.String({ minLength: 1, 'x-expects': 'a token' }),
  live: Type.Optional(LiveWanted),
})
export type DashboardAuthFrame = Static<typeof DashboardAuthFrame>

/** A later `auth` of the same session was accepted. */
export const AuthAckFrame = Type.Object({
  type: Type.Literal('auth_ack'),
  timestamp: Type.Optional(IsoTime),
  data: Type.Object({ status: Type.Literal('ok') }),
})
export type AuthAckFrame = Static<typeof AuthAckFrame>
