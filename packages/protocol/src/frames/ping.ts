/** Owns: the JSON ping and pong of all three endpoints (C3). Must not know: the bare words, which are no JSON. */
import { Type, type Static } from '@sinclair/typebox'

export const PingFrame = Type.Object({ type: Type.Literal('ping') })
export type PingFrame = Static<typeof PingFrame>

/** A client's pong: swallowed, whatever else it carries. */
export const ClientPongFrame = Type.Object({ type: Type.Literal('pong') })
export type ClientPongFrame = Static<typeof ClientPongFrame>

/** The hub's answer to a JSON ping; `timestamp` in epoch seconds. */
export const PongFrame = Type.Object({ type: Type.Literal('pong'), timestamp: Type.Number() })
export type PongFrame = Static<typeof PongFrame>
