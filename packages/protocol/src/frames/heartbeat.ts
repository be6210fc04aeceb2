/** Owns: an agent's heartbeat over its socket and the answer (A5). Must not know: leases. */
import { Type, type Static } from '@sinclair/typebox'
import { ReportedMetrics } from '../model/metrics.ts'
import { IsoTime } from '../model/time.ts'

export const HeartbeatFrame = Type.Object({
  type: Type.Literal('heartbeat'),
  metrics: Type.Optional(ReportedMetrics),
})
export type HeartbeatFrame = Static<typeof HeartbeatFrame>

/** `next_ms`: send the next heartbeat within so many milliseconds. */
export const HeartbeatAckFrame = Type.Object({
  type: Type.Literal('heartbeat_ack'),
  last_seen: IsoTime,
  next_ms: Type.Integer({ minimum: 0 }),
})
export type HeartbeatAckFrame = Static<typeof HeartbeatAckFrame>
