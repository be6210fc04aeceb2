/** Owns: requests of `/dashboard/ws` that carry no data (D8, D9). Must not know: what they cause. */
import { Type, type Static } from '@sinclair/typebox'

export const PauseMonitoringFrame = Type.Object({ type: Type.Literal('pause_monitoring') })
export type PauseMonitoringFrame = Static<typeof PauseMonitoringFrame>

export const ResumeMonitoringFrame = Type.Object({ type: Type.Literal('resume_monitoring') })
export type ResumeMonitoringFrame = Static<typeof ResumeMonitoringFrame>

export const RefreshRequestFrame = Type.Object({ type: Type.Literal('refresh_request') })
export type RefreshRequestFrame = Static<typeof RefreshRequestFrame>

export const AgentsRequestFrame = Type.Object({ type: Type.Literal('agents_request') })
export type AgentsRequestFrame = Static<typeof AgentsRequestFrame>

/** Asked for when the session has a PIN that was not verified lately (D9). */
const pin = Type.Optional(Type.String({ minLength: 1, maxLength: 32, 'x-expects': 'a PIN of 1 to 32 characters' }))

export const ClearLogsFrame = Type.Object({ type: Type.Literal('clear_logs'), pin })
export type ClearLogsFrame = Static<typeof ClearLogsFrame>

export const ClearAlertsFrame = Type.Object({ type: Type.Literal('clear_alerts'), pin })
export type ClearAlertsFrame = Static<typeof ClearAlertsFrame>
