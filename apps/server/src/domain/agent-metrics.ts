// What agents report of themselves: requests, times, success. Not part of the committed state: no change, no offset.

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
