import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { MetricsRecord } from './agent-metrics.ts'
import { AGENT_WEIGHT_MAX, createRequestWatch } from './monitoring.ts'

const record = (agentId: string, totalRequests: number, avgResponseTime = 0, errorRate = 0): MetricsRecord => ({
  agentId,
  totalRequests,
  avgResponseTime,
  errorRate,
  successRate: 1 - errorRate,
  reputationScore: 0,
  requestsProcessed: totalRequests,
  averageResponseTime: avgResponseTime,
  lastActive: 0,
})

const setUp = (...before: readonly MetricsRecord[]) => {
  const time = createFakeTime()
  const reports = new Map(before.map((one) => [one.agentId, one]))
  const watch = createRequestWatch({ now: time.clock.monotonic, agents: { all: () => reports.values() } })
  const report = (one: MetricsRecord) => void reports.set(one.agentId, one)
  return { time, watch, report, reports }
}

describe('[D3] requests', () => {
  it('are unknown before the first', () => {
    expect(setUp().watch.requests()).toEqual({ total: null, recent: 0, meanTime: null, errorRate: null })
  })

  it('of the hub: their number, mean time, and the share of 5xx', () => {
    const { watch } = setUp()
    for (const [status, seconds] of [
      [200, 0.1],
      [404, 0.2],
      [503, 0.6],
    ] as const)
      watch.served(status, seconds)
    const { total, recent, meanTime, errorRate } = watch.requests()
    expect([total, recent]).toEqual([3, 3])
    expect(meanTime).toBeCloseTo(0.3)
    expect(errorRate).toBeCloseTo(1 / 3)
  })

  it('of agents weigh by how many they were: what a total grew by, with the mean reported then', () => {
    const { watch, report } = setUp()
    report(record('a', 10, 2, 0.5))
    report(record('idle', 0, 99, 1))
    expect(watch.requests()).toEqual({ total: 10, recent: 10, meanTime: 2, errorRate: 0.5 })
    // The same report looked at again counts once.
    expect(watch.requests().recent).toBe(10)
    report(record('a', 40, 4, 0))
    for (let n = 0; n < 10; n += 1) watch.served(200, 0)
    expect(watch.requests()).toEqual({ total: 50, recent: 50, meanTime: (10 * 2 + 30 * 4) / 50, errorRate: 5 / 50 })
  })

  it('a total that fell is a new count; an agent that went takes its total along', () => {
    const { watch, report, reports } = setUp()
    report(record('a', 100, 1))
    watch.requests()
    report(record('a', 4, 1))
    expect(watch.requests()).toMatchObject({ total: 4, recent: 104 })
    reports.delete('a')
    expect(watch.requests()).toMatchObject({ total: null, recent: 104 })
    report(record('a', 4, 1))
    expect(watch.requests()).toMatchObject({ total: 4, recent: 108 })
  })

  it('that agents reported before the hub started are in the total, and no news', () => {
    const { watch, report } = setUp(record('a', 1000, 9, 1))
    expect(watch.requests()).toEqual({ total: 1000, recent: 0, meanTime: null, errorRate: null })
    report(record('a', 1001, 2, 0))
    expect(watch.requests()).toEqual({ total: 1001, recent: 1, meanTime: 2, errorRate: 0 })
  })

  it('[X117] however much an agent claims, it counts for so many at a look, and the total stays a whole number', () => {
    const { watch, report } = setUp()
    for (let n = 0; n < AGENT_WEIGHT_MAX; n += 1) watch.served(200, 0)
    report(record('liar', Number.MAX_SAFE_INTEGER, 3600, 1))
    report(record('other', Number.MAX_SAFE_INTEGER, 0, 0))
    expect(watch.requests()).toEqual({
      total: Number.MAX_SAFE_INTEGER,
      recent: 3 * AGENT_WEIGHT_MAX,
      meanTime: 1200,
      errorRate: 1 / 3,
    })
  })

  it('means and rates forget after five minutes, the total does not', () => {
    const { watch, time } = setUp()
    watch.served(500, 9)
    time.advance(290_000)
    watch.served(200, 1)
    expect(watch.requests()).toEqual({ total: 2, recent: 2, meanTime: 5, errorRate: 0.5 })
    time.advance(10_000)
    expect(watch.requests()).toEqual({ total: 2, recent: 1, meanTime: 1, errorRate: 0 })
    time.advance(300_000)
    expect(watch.requests()).toEqual({ total: 2, recent: 0, meanTime: null, errorRate: null })
  })
})
