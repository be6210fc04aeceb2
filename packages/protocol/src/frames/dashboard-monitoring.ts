/** Owns: the `monitoring` frame of `/dashboard/ws` (D3). Must not know: how the figures are measured. */
import { Type, type Static } from '@sinclair/typebox'
import { ResourceUtilization } from '../model/health.ts'
import { AgentMetrics } from '../model/metrics.ts'
import { IsoTime } from '../model/time.ts'

const measured = Type.Union([Type.Number({ minimum: 0 }), Type.Null()])

/** Every figure is measured; one that is not known is null. `avg_response_time` in seconds, `error_rate` 0 to 1. */
export const MonitoringFrame = Type.Object({
  type: Type.Literal('monitoring'),
  timestamp: IsoTime,
  data: Type.Object({
    total_requests: measured,
    avg_response_time: measured,
    error_rate: measured,
    agent_count: measured,
    resource_utilization: ResourceUtilization,
    agent_metrics: Type.Array(AgentMetrics),
    /** `agent_metrics` was cut (C12). */
    truncated: Type.Optional(Type.Literal(true)),
  }),
})
export type MonitoringFrame = Static<typeof MonitoringFrame>
