// What agents report of themselves, as REST and the dashboard carry it.

import { toIso } from '@arcp/protocol/codec'
import type { AgentMetrics } from '@arcp/protocol/model'

import type { MetricsRecord } from '../domain/agent-metrics.ts'

/** The id without its brand: whoever keeps metrics has looked at it. */
type Plain<T> = { readonly [K in keyof T]: K extends 'agent_id' ? string : T[K] }

export const metricsRecord = (record: MetricsRecord): Plain<AgentMetrics> => ({
  agent_id: record.agentId,
  success_rate: record.successRate,
  avg_response_time: record.avgResponseTime,
  total_requests: record.totalRequests,
  reputation_score: record.reputationScore,
  requests_processed: record.requestsProcessed,
  average_response_time: record.averageResponseTime,
  error_rate: record.errorRate,
  last_active: toIso(record.lastActive),
})
