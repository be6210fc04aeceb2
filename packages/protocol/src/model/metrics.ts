/**
 * Owns: what is measured about one agent.
 * Must not know: how metrics are reported or kept.
 */
import { Type, type Static } from '@sinclair/typebox'
import { AgentIdText } from './ids.ts'
import type { TextSchema } from './text.ts'
import { IsoTime, NaiveTime } from './time.ts'

/** Whole numbers that every reader can hold exactly. */
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** What an agent may say of itself. */
const reported = {
  /** Share of successful requests, 0 to 1. */
  success_rate: Type.Number({ minimum: 0, maximum: 1 }),
  /** Seconds. */
  avg_response_time: Type.Number({ minimum: 0, maximum: 3600 }),
  total_requests: count,
  requests_processed: count,
  /** Seconds; the same figure as `avg_response_time` under its second name. */
  average_response_time: Type.Number({ minimum: 0, maximum: 3600 }),
  /** Share of failed requests, 0 to 1. */
  error_rate: Type.Number({ minimum: 0, maximum: 1 }),
}

const numbers = {
  ...reported,
  /** The hub's to compute, 0 to 1 here; other implementations may go up to 10. */
  reputation_score: Type.Number({ minimum: 0, maximum: 10 }),
}

function metricsWith(time: TextSchema) {
  return Type.Object({ agent_id: AgentIdText, ...numbers, last_active: time })
}

/** Metrics as REST and the dashboard carry them. Rates 0 to 1, times in seconds, `last_active` with `Z`. */
export const AgentMetrics = metricsWith(IsoTime)
export type AgentMetrics = Static<typeof AgentMetrics>

/** The same inside legacy frames: `last_active` is a naive UTC time. */
export const LegacyAgentMetrics = metricsWith(NaiveTime)
export type LegacyAgentMetrics = Static<typeof LegacyAgentMetrics>

/** What an agent may report about itself: any of the numbers but its reputation, which the hub computes. */
export const ReportedMetrics = Type.Partial(Type.Object(reported))
export type ReportedMetrics = Static<typeof ReportedMetrics>
