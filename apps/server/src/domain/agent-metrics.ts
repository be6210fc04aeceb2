// What agents report of themselves: requests, times, success, and what follows from it. Not part of the committed
// state: no change, no offset. It ends with the life of the agent.

import { isAgentId, type ReportedMetrics } from '@arcp/protocol/model'

import type { Agent } from './agent.ts'

/** Rates 0 to 1, times in seconds, `lastActive` epoch milliseconds UTC. */
export interface MetricsRecord {
  readonly agentId: string
  readonly successRate: number
  readonly avgResponseTime: number
  readonly totalRequests: number
  readonly reputationScore: number
  readonly requestsProcessed: number
  readonly averageResponseTime: number
  readonly errorRate: number
  readonly lastActive: number
}

export interface AgentMetricsView {
  /** Undefined for an agent that has reported nothing in this life. */
  readonly get: (id: string) => MetricsRecord | undefined
  /** Of agents that are registered now, in no order. */
  readonly all: () => Iterable<MetricsRecord>
}

/** The metrics of one life as a store keeps them. */
export interface KeptMetrics {
  readonly incarnation: number
  readonly epoch: string
  /** 1, 2, 3 …: each write follows the one it was made from, so that no hub writes over another's. */
  readonly revision: number
  readonly record: MetricsRecord
}

/** What an agent has before its first report: zeros, and active when it registered. */
export const firstMetrics = ({ id, registeredAt }: Pick<Agent, 'id' | 'registeredAt'>): MetricsRecord => ({
  agentId: id,
  successRate: 0,
  avgResponseTime: 0,
  totalRequests: 0,
  reputationScore: 0,
  requestsProcessed: 0,
  averageResponseTime: 0,
  errorRate: 0,
  lastActive: registeredAt,
})

/** The hub's to compute, whatever the agent says of itself. */
const reputation = (successRate: number, seconds: number): number =>
  Math.round((0.7 * successRate + 0.3 * Math.min(1, 1 / Math.max(0.1, seconds))) * 1e6) / 1e6

/** After a report of numbers: what was said replaces what was known. The two names of the mean time are one figure. */
export const afterReport = (before: MetricsRecord, said: ReportedMetrics, at: number): MetricsRecord => {
  const successRate = said.success_rate ?? before.successRate
  const seconds = said.avg_response_time ?? said.average_response_time ?? before.avgResponseTime
  return {
    agentId: before.agentId,
    successRate,
    avgResponseTime: seconds,
    totalRequests: said.total_requests ?? before.totalRequests,
    reputationScore: reputation(successRate, seconds),
    requestsProcessed: said.requests_processed ?? before.requestsProcessed,
    averageResponseTime: seconds,
    errorRate: said.error_rate ?? before.errorRate,
    lastActive: Math.max(before.lastActive, at),
  }
}

export interface ServedRequest {
  readonly seconds: number
  readonly success: boolean
}

/** After one request that was served: running mean of success, the time smoothed by a tenth of the new one. */
export const afterRequest = (before: MetricsRecord, served: ServedRequest, at: number): MetricsRecord => {
  const { totalRequests: known } = before
  const total = Math.min(known + 1, Number.MAX_SAFE_INTEGER)
  const successRate = Math.min(1, (before.successRate * known + (served.success ? 1 : 0)) / (known + 1))
  const seconds = known === 0 ? served.seconds : 0.9 * before.avgResponseTime + 0.1 * served.seconds
  return {
    ...before,
    successRate,
    errorRate: 1 - successRate,
    avgResponseTime: seconds,
    averageResponseTime: seconds,
    totalRequests: total,
    reputationScore: reputation(successRate, seconds),
    lastActive: Math.max(before.lastActive, at),
  }
}

const isWithin = (value: unknown, max: number): boolean => typeof value === 'number' && value >= 0 && value <= max
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && isWithin(value, Number.MAX_SAFE_INTEGER)

/** Whether what a store or another hub gives are metrics that every reader of a list can take. */
export const isMetricsRecord = (value: unknown): value is MetricsRecord => {
  if (typeof value !== 'object' || value === null) return false
  const fields: Readonly<Record<string, unknown>> = { ...value }
  return (
    isAgentId(fields['agentId']) &&
    isWithin(fields['successRate'], 1) &&
    isWithin(fields['avgResponseTime'], 3600) &&
    isCount(fields['totalRequests']) &&
    isWithin(fields['reputationScore'], 10) &&
    isCount(fields['requestsProcessed']) &&
    isWithin(fields['averageResponseTime'], 3600) &&
    isWithin(fields['errorRate'], 1) &&
    isWithin(fields['lastActive'], 8.64e15) &&
    Number.isInteger(fields['lastActive'])
  )
}

export const isKeptMetrics = (value: unknown): value is KeptMetrics => {
  if (typeof value !== 'object' || value === null) return false
  const fields: Readonly<Record<string, unknown>> = { ...value }
  return (
    isCount(fields['incarnation']) &&
    isCount(fields['revision']) &&
    typeof fields['epoch'] === 'string' &&
    isMetricsRecord(fields['record'])
  )
}
