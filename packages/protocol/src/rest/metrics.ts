/** Owns: bodies and answers about the metrics of an agent. Must not know: how they are computed or kept. */
import { Type, type Static } from '@sinclair/typebox'
import { AgentIdText } from '../model/ids.ts'
import { AgentMetrics, ReportedMetrics } from '../model/metrics.ts'

/** Body of `POST /agents/{agent_id}/metrics`. `agent_id`, where it is given, is that of the path. */
export const MetricsReportBody = Type.Intersect([
  ReportedMetrics,
  Type.Object({ agent_id: Type.Optional(AgentIdText) }),
])
export type MetricsReportBody = Static<typeof MetricsReportBody>

/** Answer to `POST /agents/{agent_id}/metrics`: the metrics as they are now. */
export const MetricsAnswer = Type.Object({
  status: Type.Literal('success'),
  message: Type.String(),
  metrics: AgentMetrics,
})
export type MetricsAnswer = Static<typeof MetricsAnswer>

/** Answer to `POST /agents/report-metrics/{agent_id}`; shares, seconds and reputation with three decimals. */
export const RequestReportAnswer = Type.Object({
  status: Type.Literal('success'),
  message: Type.String(),
  current_metrics: Type.Pick(AgentMetrics, [
    'success_rate',
    'avg_response_time',
    'reputation_score',
    'total_requests',
    'last_active',
  ]),
})
export type RequestReportAnswer = Static<typeof RequestReportAnswer>
