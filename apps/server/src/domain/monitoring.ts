// What operators watch (D3): load of the machine, requests and their times. Every figure is measured; one that is not
// known is null.
//
// Requests are those this hub answered and those its agents say they answered. `total` counts the hub's since it
// started and what each registered agent reports as its total. `meanTime` and `errorRate` look at the last five minutes
// alone, request by request: what an agent's total grew by in that time counts with the mean and the error rate it
// reported then. So a busy agent weighs more than an idle one, and old trouble is forgotten. What agents say is believed
// within bounds: however much one claims, it counts for `AGENT_WEIGHT_MAX` requests a look. What they had reported before
// the hub started is no news.

import type { ResourceUtilization } from '@arcp/protocol/model'

import type { AgentMetricsView, MetricsRecord } from './agent-metrics.ts'

/** Requests of agents, as they report them, and of this hub together. */
export interface RequestFigures {
  readonly total: number | null
  /** Seconds. */
  readonly meanTime: number | null
  /** 0 to 1. */
  readonly errorRate: number | null
}

export interface RecentFigures extends RequestFigures {
  /** Requests in the window that `meanTime` and `errorRate` are of. */
  readonly recent: number
}

export interface Monitoring {
  readonly requests: () => RequestFigures
  /** As last measured, a second ago or more. */
  readonly resources: () => ResourceUtilization
}

export interface RequestWatch {
  /** The hub answered a request. @param seconds how long it took */
  readonly served: (status: number, seconds: number) => void
  readonly requests: () => RecentFigures
}

/** So that one agent that lies, or is wrong, does not drown the hub and all others. */
export const AGENT_WEIGHT_MAX = 1000
const SLOT_MS = 10_000
/** Five minutes. */
const SLOTS = 30

interface Sums {
  count: number
  seconds: number
  failed: number
}

interface Slot extends Sums {
  /** Number of the slot since the clock began. */
  at: number
}

export interface RequestWatchOptions {
  /** Milliseconds that never step back. */
  readonly now: () => number
  readonly agents: Pick<AgentMetricsView, 'all'>
}

export const createRequestWatch = ({ now, agents }: RequestWatchOptions): RequestWatch => {
  const slots: Slot[] = Array.from({ length: SLOTS }, () => ({ at: -1, count: 0, seconds: 0, failed: 0 }))
  const totals = new Map<string, number>()
  for (const { agentId, totalRequests } of agents.all()) totals.set(agentId, totalRequests)
  let served = 0
  let reported = 0

  const slotNow = (): Slot => {
    const at = Math.floor(now() / SLOT_MS)
    const slot = slots[at % SLOTS]
    if (slot === undefined) throw new Error('no slot for this time')
    if (slot.at !== at) Object.assign(slot, { at, count: 0, seconds: 0, failed: 0 })
    return slot
  }

  const add = (slot: Sums, count: number, seconds: number, failed: number): void => {
    slot.count += count
    slot.seconds += seconds
    slot.failed += failed
  }

  // What each agent did since it was last looked at.
  const takeReports = (): void => {
    const slot = slotNow()
    let seen = 0
    reported = 0
    for (const record of agents.all()) {
      seen += 1
      reported += record.totalRequests
      const before = totals.get(record.agentId)
      if (before === record.totalRequests) continue
      // A total that fell is a new count.
      const done = record.totalRequests - (before !== undefined && before < record.totalRequests ? before : 0)
      totals.set(record.agentId, record.totalRequests)
      const weight = Math.min(done, AGENT_WEIGHT_MAX)
      add(slot, weight, weight * record.avgResponseTime, weight * failures(record))
    }
    if (totals.size > seen) forgetGone(totals, agents)
  }

  return {
    served: (status, seconds) => {
      served += 1
      add(slotNow(), 1, seconds, status >= 500 ? 1 : 0)
    },
    requests: () => {
      takeReports()
      const oldest = Math.floor(now() / SLOT_MS) - SLOTS
      const sum: Sums = { count: 0, seconds: 0, failed: 0 }
      for (const { at, count, seconds, failed } of slots) if (at > oldest) add(sum, count, seconds, failed)
      const total = Math.min(Number.MAX_SAFE_INTEGER, served + reported)
      return {
        total: total === 0 ? null : total,
        recent: sum.count,
        meanTime: sum.count === 0 ? null : sum.seconds / sum.count,
        errorRate: sum.count === 0 ? null : sum.failed / sum.count,
      }
    },
  }
}

const failures = ({ errorRate }: MetricsRecord): number => Math.min(1, Math.max(0, errorRate))

const forgetGone = (totals: Map<string, number>, agents: Pick<AgentMetricsView, 'all'>): void => {
  const here = new Set<string>()
  for (const { agentId } of agents.all()) here.add(agentId)
  for (const id of totals.keys()) if (!here.has(id)) totals.delete(id)
}
