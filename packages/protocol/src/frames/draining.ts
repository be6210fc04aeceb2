/** Owns: a hub's notice that it is going away (C10). Must not know: how it drains. */
import { Type, type Static } from '@sinclair/typebox'

/** The socket is closed with 1012 at a random moment within `spread_ms`, at the latest after `deadline_ms`. */
export const DrainingFrame = Type.Object({
  type: Type.Literal('draining'),
  deadline_ms: Type.Integer({ minimum: 0 }),
  spread_ms: Type.Integer({ minimum: 0 }),
})
export type DrainingFrame = Static<typeof DrainingFrame>
