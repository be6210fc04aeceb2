/** Owns: the first frame of `/public/ws` (P1). Must not know: what the client does with it. */
import { Type, type Static } from '@sinclair/typebox'
import { LiveOffer } from './live-offer.ts'

export const WelcomeFrame = Type.Object({
  type: Type.Literal('welcome'),
  message: Type.String(),
  features: Type.Array(Type.String()),
  commands: Type.Record(Type.String(), Type.String()),
  pagination: Type.Object({
    default_page_size: Type.Integer({ minimum: 1 }),
    max_page_size: Type.Integer({ minimum: 1 }),
    usage: Type.String(),
  }),
  /** Absent when the hub speaks the guide's frames only. */
  live: Type.Optional(LiveOffer),
})
export type WelcomeFrame = Static<typeof WelcomeFrame>
