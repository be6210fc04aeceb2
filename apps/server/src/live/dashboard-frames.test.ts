import { decodeDown, DASHBOARD_FRAME_MAX_BYTES } from '@arcp/protocol/codec'
import { DashboardAgentRecord } from '@arcp/protocol/model'
import { createFakeTime, sampleCard } from '@arcp/testkit'
import { Value } from '@sinclair/typebox/value'
import { describe, expect, it } from 'vitest'

import { anAlert, createAlerts, createLog, HEALTHY, metricsOf } from '../../test/dashboard-rig.ts'
import type { Agent } from '../domain/agent.ts'
import type { MetricsRecord } from '../domain/agent-metrics.ts'
import { createDashboardFrames } from './dashboard-frames.ts'
import { createReplica } from './replica.ts'

const agent = (id: string, over: Partial<Agent> = {}): Agent => ({
  id,
  incarnation: 1,
  epoch: 'e',
  card: sampleCard(id),
  keyId: 'key',
  status: 'alive',
  registeredAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  seenAt: Date.UTC(2026, 0, 2, 3, 4, 6, 789),
  ...over,
})

const setUp = (agents: readonly Agent[] = [], reported: readonly MetricsRecord[] = []) => {
  const time = createFakeTime()
  const replica = createReplica(time.scheduler)
  const metrics = reported.map((record) => ({ incarnation: 1, epoch: 'e', revision: 1, record }))
  replica.load({ position: { epoch: 'e', offset: agents.length }, agents: [...agents], metrics })
  const alerts = createAlerts()
  const byId = new Map(reported.map((record) => [record.agentId, record]))
  const frames = createDashboardFrames({
    replica,
    metrics: { get: (id) => byId.get(id), all: () => byId.values() },
    monitoring: {
      requests: () => ({ total: 12, meanTime: 0.5, errorRate: null }),
      resources: () => ({ cpu: 5, memory: 10.5, network: null, storage: 45.8 }),
    },
    health: () => HEALTHY,
    log: createLog(),
    alerts,
    clock: time.clock,
  })
  return { frames, alerts }
}

/** The data of a frame that is as the protocol has it. */
const dataOf = (text: string | undefined): unknown => {
  const decoded = decodeDown('dashboard', text ?? '')
  if (decoded.kind !== 'frame' || !('data' in decoded.frame)) throw new Error(`no frame: ${JSON.stringify(decoded)}`)
  return decoded.frame.data
}

describe('monitoring', () => {
  it('[D3] every figure as it was measured, unknown ones null, with the metrics of each agent', () => {
    const { frames } = setUp([agent('one'), agent('two', { status: 'dead' })], [metricsOf('one')])
    expect(dataOf(frames.monitoring())).toEqual({
      total_requests: 12,
      avg_response_time: 0.5,
      error_rate: null,
      agent_count: 2,
      resource_utilization: { cpu: 5, memory: 10.5, network: null, storage: 45.8 },
      agent_metrics: [
        {
          agent_id: 'one',
          success_rate: 0.9,
          avg_response_time: 0.25,
          total_requests: 10,
          reputation_score: 9,
          requests_processed: 10,
          average_response_time: 0.25,
          error_rate: 0.1,
          last_active: '2026-01-02T03:04:05.000Z',
        },
      ],
    })
  })

  it('[D3] the metrics of very many agents are cut below the largest frame, and marked', () => {
    const many = Array.from({ length: 16_000 }, (_, n) => metricsOf(`${'x'.repeat(90)}${n}`))
    const text = setUp([], many).frames.monitoring()
    expect(text.length).toBeLessThan(DASHBOARD_FRAME_MAX_BYTES)
    expect(JSON.parse(text).data).toMatchObject({ truncated: true, agent_metrics: { length: 15_625 } })
  })
})

describe('agents', () => {
  it('[D5] alive and dead ones, whole, with times in ISO 8601 and what each reported', () => {
    const silent = agent('two', { status: 'dead', card: sampleCard('two', { agent_type: 'security' }) })
    const data = dataOf(setUp([agent('one'), silent], [metricsOf('one')]).frames.agents())
    expect(data).toMatchObject({
      total_count: 2,
      active_count: 1,
      agent_types: { testing: 1, security: 1 },
      status_summary: { alive: 1, dead: 1 },
      agents: [
        {
          agent_id: 'one',
          status: 'alive',
          registered_at: '2026-01-02T03:04:05.678Z',
          last_seen: '2026-01-02T03:04:06.789Z',
          metrics: { agent_id: 'one', success_rate: 0.9, last_active: '2026-01-02T03:04:05.000Z' },
        },
        { agent_id: 'two', status: 'dead' },
      ],
    })
    expect(data).not.toHaveProperty('truncated')
    expect(data).not.toHaveProperty('agents.1.metrics')
    const records = Object(data)['agents']
    for (const record of records) expect([...Value.Errors(DashboardAgentRecord, record)]).toEqual([])
  })

  it('[D5] [C12] cut at 8,000,000 bytes and marked; the counts stay true', () => {
    const context = 'ä'.repeat(5000)
    const agents = Array.from({ length: 1000 }, (_, n) =>
      agent(`agent-${String(n).padStart(4, '0')}`, { card: sampleCard(`agent-${n}`, { ai_context: context }) }),
    )
    const text = setUp(agents).frames.agents()
    const bytes = Buffer.byteLength(text)
    expect(bytes).toBeLessThanOrEqual(DASHBOARD_FRAME_MAX_BYTES)
    expect(bytes).toBeGreaterThan(DASHBOARD_FRAME_MAX_BYTES - 12_000)
    const { data } = JSON.parse(text)
    expect(data).toMatchObject({ truncated: true, total_count: 1000, active_count: 1000 })
    expect(data.agents.length).toBeLessThan(1000)
  })
})

describe('alerts', () => {
  it('[D7] no frame without an alert; stored ones say what the protocol has and nothing more', () => {
    const { frames, alerts } = setUp()
    expect(frames.alerts()).toBeUndefined()
    alerts.add([anAlert('a')])
    expect(dataOf(frames.alerts())).toEqual({ alerts: [anAlert('a')] })
  })
})
