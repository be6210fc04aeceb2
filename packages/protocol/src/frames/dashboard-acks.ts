/** Owns: acknowledgements of `/dashboard/ws` (D8). Must not know: the requests' effects. */
import { Type, type Static } from '@sinclair/typebox'
import { IsoTime } from '../model/time.ts'

const completed = Type.Object({ status: Type.Literal('completed'), message: Type.String() })

export const PauseAckFrame = Type.Object({
  type: Type.Literal('pause_ack'),
  timestamp: IsoTime,
  data: Type.Object({ status: Type.Literal('paused') }),
})
export type PauseAckFrame = Static<typeof PauseAckFrame>

export const ResumeAckFrame = Type.Object({
  type: Type.Literal('resume_ack'),
  timestamp: IsoTime,
  data: Type.Object({ status: Type.Literal('resumed') }),
})
export type ResumeAckFrame = Static<typeof ResumeAckFrame>

export const RefreshAckFrame = Type.Object({ type: Type.Literal('refresh_ack'), timestamp: IsoTime, data: completed })
export type RefreshAckFrame = Static<typeof RefreshAckFrame>

export const AgentsAckFrame = Type.Object({ type: Type.Literal('agents_ack'), timestamp: IsoTime, data: completed })
export type AgentsAckFrame = Static<typeof AgentsAckFrame>

export const ClearLogsAckFrame = Type.Object({
  type: Type.Literal('clear_logs_ack'),
  timestamp: IsoTime,
  data: completed,
})
export type ClearLogsAckFrame = Static<typeof ClearLogsAckFrame>

export const ClearAlertsAckFrame = Type.Object({
  type: Type.Literal('clear_alerts_ack'),
  timestamp: IsoTime,
  data: completed,
})
export type ClearAlertsAckFrame = Static<typeof ClearAlertsAckFrame>
