import { decodeDown, LEGACY_FRAME_MAX_BYTES } from '@arcp/protocol/codec'
import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { firstMetrics } from '../domain/agent-metrics.ts'
import type { Agent } from '../domain/agent.ts'
import { agentListText, agentsUpdateText, discoveryText, statsUpdateText } from './legacy-lists.ts'
import { legacyRecord, legacyRecordBytes, restRecord } from './record-text.ts'
import { createReplica } from './replica.ts'

const SEEN = Date.UTC(2025, 8, 7, 21, 28, 48, 934)

const replicaOf = (count: number, over: (at: number) => Partial<Agent> = () => ({})) => {
  const replica = createReplica(createFakeTime().scheduler)
  const agents = Array.from({ length: count }, (_, at): Agent => {
    const id = `agent-${String(at).padStart(5, '0')}`
    return {
      id,
      incarnation: 1,
      epoch: 'e',
      card: sampleCard(id),
      keyId: 'k',
      status: 'alive',
      registeredAt: at,
      seenAt: SEEN,
      ...over(at),
    }
  })
  replica.load({ position: { epoch: 'e', offset: count }, agents })
  return replica
}

const frame = (text: string) => {
  const decoded = decodeDown('public', text)
  if (decoded.kind !== 'frame') throw new Error(JSON.stringify(decoded))
  return decoded.frame
}

const discovery = (text: string) => {
  const decoded = frame(text)
  if (decoded.type !== 'discovery_data') throw new Error(decoded.type)
  return decoded.data
}

const update = (text: string) => {
  const decoded = frame(text)
  if (decoded.type !== 'agents_update') throw new Error(decoded.type)
  return decoded.data
}

const dead = (at: number): Partial<Agent> => (at % 2 === 1 ? { status: 'dead' } : {})

describe('full lists', () => {
  it('[P5] [decision 7] shows alive agents only, nulls left out, ai_context in', () => {
    const replica = replicaOf(4, (at) => ({
      ...dead(at),
      card: sampleCard(`agent-0000${at}`, { ai_context: 'Ask it about weather.' }),
    }))
    const { agents, total_count: total } = update(agentsUpdateText(replica, 1000, 1_757_270_868_050))
    expect(agents.map(({ agent_id: id }) => id)).toEqual(['agent-00000', 'agent-00002'])
    expect(total).toBe(2)
    expect(agents[0]).toMatchObject({ ai_context: 'Ask it about weather.', status: 'alive' })
    expect(Object.keys(agents[0] ?? {})).not.toContain('max_tokens')
    expect(Object.keys(agents[0] ?? {})).not.toContain('metrics')
  })

  it('[C11] times are naive UTC with six digits, the timestamp epoch seconds', () => {
    const text = agentsUpdateText(replicaOf(1), 1000, 1_757_270_868_050)
    expect(JSON.parse(text)).toMatchObject({
      timestamp: 1_757_270_868.05,
      data: { agents: [{ last_seen: '2025-09-07 21:28:48.934000', registered_at: '1970-01-01 00:00:00.000000' }] },
    })
  })

  it('[A3] the agents endpoint gets a bare array of all, alive and dead', () => {
    const list: unknown = JSON.parse(agentListText(replicaOf(4, dead), 1000))
    expect(list).toMatchObject([{ status: 'alive' }, { status: 'dead' }, { status: 'alive' }, { status: 'dead' }])
  })

  it('[A3] shows the last sign of life, though nothing was committed since the list before', () => {
    const replica = replicaOf(2)
    const before = agentListText(replica, 1000)
    expect(agentListText(replica, 1000)).toBe(before)
    replica.touch('agent-00001', SEEN + 1000)
    expect(JSON.parse(agentListText(replica, 1000))).toMatchObject([
      { last_seen: '2025-09-07 21:28:48.934000' },
      { last_seen: '2025-09-07 21:28:49.934000' },
    ])
  })

  it('[P5] [D5] shows metrics once they were reported, and made anew only then', () => {
    const replica = replicaOf(2)
    const before = agentListText(replica, 1000)
    const record = { ...firstMetrics({ id: 'agent-00001', registeredAt: SEEN }), successRate: 0.5, totalRequests: 3 }
    replica.metrics.set('agent-00001', { incarnation: 1, epoch: 'e', revision: 1, record })
    const after = agentListText(replica, 1000)
    expect(after).not.toBe(before)
    const [silent, measured] = update(agentsUpdateText(replica, 1000, 0)).agents
    expect(Object.keys(silent ?? {})).not.toContain('metrics')
    expect(measured?.metrics).toEqual({
      agent_id: 'agent-00001',
      success_rate: 0.5,
      avg_response_time: 0,
      total_requests: 3,
      reputation_score: 0,
      requests_processed: 0,
      average_response_time: 0,
      error_rate: 0,
      last_active: '2025-09-07 21:28:48.934000',
    })
    expect(agentListText(replica, 1000)).toBe(after)
    const entry = replica.entry('agent-00001')
    if (entry === undefined) throw new Error('no entry')
    expect(legacyRecordBytes(entry)).toBe(Buffer.byteLength(legacyRecord(entry)))
    // Nothing is made anew while nothing moves.
    expect(legacyRecord(entry)).toBe(entry.text.whole.legacy)
    expect(JSON.parse(restRecord(entry))).toMatchObject({ metrics: { last_active: '2025-09-07T21:28:48.934Z' } })
    expect(JSON.parse(restRecord(entry, false))).toMatchObject({ metrics: null })
  })

  it('[C12] is cut before a million bytes, metrics included', () => {
    const replica = replicaOf(5000)
    for (const { agent } of replica.entries()) {
      const record = { ...firstMetrics({ id: agent.id, registeredAt: SEEN }), successRate: 1 / 3, errorRate: 2 / 3 }
      replica.metrics.set(agent.id, { incarnation: 1, epoch: 'e', revision: 1, record })
    }
    const text = agentsUpdateText(replica, 5000, 0)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LEGACY_FRAME_MAX_BYTES)
    expect(Buffer.byteLength(text)).toBeGreaterThan(LEGACY_FRAME_MAX_BYTES - 3000)
    expect(JSON.parse(text)).toMatchObject({ data: { total_count: 5000, truncated: true } })
  })

  it('[C12] is cut at the number of agents: marked, with the true total', () => {
    const data: unknown = JSON.parse(agentsUpdateText(replicaOf(30), 10, 0))
    expect(data).toMatchObject({ data: { total_count: 30, truncated: true } })
    expect(update(agentsUpdateText(replicaOf(30), 10, 0)).agents).toHaveLength(10)
    expect(JSON.parse(agentsUpdateText(replicaOf(10), 10, 0))).not.toHaveProperty('data.truncated')
    expect(JSON.parse(agentListText(replicaOf(30), 10))).toHaveLength(10)
  })

  it('[C12] is cut before a million bytes, counted in UTF-8', () => {
    const big = (at: number): Partial<Agent> => ({
      card: sampleCard(`agent-${String(at).padStart(5, '0')}`, { ai_context: '🦊'.repeat(5000) }),
    })
    const replica = replicaOf(100, big)
    const text = agentsUpdateText(replica, 1000, 0)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LEGACY_FRAME_MAX_BYTES)
    expect(Buffer.byteLength(text)).toBeGreaterThan(LEGACY_FRAME_MAX_BYTES - 25_000)
    expect(JSON.parse(text)).toMatchObject({ data: { total_count: 100, truncated: true } })
    expect(Buffer.byteLength(agentListText(replica, 1000))).toBeLessThanOrEqual(LEGACY_FRAME_MAX_BYTES)
    const page = discoveryText(replica, { page: 1, pageSize: 100, agentType: null }, 0)
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(LEGACY_FRAME_MAX_BYTES)
    expect(JSON.parse(page)).toMatchObject({ data: { truncated: true, pagination: { total_agents: 100 } } })
  })
})

describe('[P4] discovery', () => {
  const pages = (count: number, page: number, pageSize: number) =>
    discovery(discoveryText(replicaOf(count), { page, pageSize, agentType: null }, 0))

  it('pages through all in order, with both ends null', () => {
    const first = pages(5, 1, 2)
    expect(first.agents.map(({ agent_id: id }) => id)).toEqual(['agent-00000', 'agent-00001'])
    expect(first.pagination).toEqual({
      current_page: 1,
      page_size: 2,
      total_agents: 5,
      total_pages: 3,
      has_next: true,
      has_previous: false,
      next_page: 2,
      previous_page: null,
    })
    expect(pages(5, 3, 2).pagination).toMatchObject({ has_next: false, next_page: null, previous_page: 2 })
  })

  it('a page beyond the end is empty, and nothing has 0 pages', () => {
    expect(pages(5, 9, 2)).toMatchObject({
      agents: [],
      pagination: { current_page: 9, total_pages: 3, next_page: null },
    })
    expect(pages(5, Number.MAX_SAFE_INTEGER, 100).agents).toEqual([])
    expect(pages(0, 2, 5)).toMatchObject({
      agents: [],
      pagination: {
        total_agents: 0,
        total_pages: 0,
        has_next: false,
        has_previous: false,
        next_page: null,
        previous_page: null,
      },
    })
  })

  it('filters by type, and counts what matches', () => {
    const replica = replicaOf(6, (at) => ({
      card: sampleCard(`agent-0000${at}`, { agent_type: at < 2 ? 'security' : 'testing' }),
    }))
    const found = discovery(discoveryText(replica, { page: 1, pageSize: 30, agentType: 'security' }, 0))
    expect(found.agents).toHaveLength(2)
    expect(found.pagination.total_agents).toBe(2)
    expect(found.filters).toEqual({ agent_type: 'security' })
  })
})

describe('[P2] stats', () => {
  it('are one consistent count', () => {
    const data = frame(statsUpdateText(replicaOf(5, dead).counts(), 'degraded', 1500))
    expect(data).toEqual({
      type: 'stats_update',
      timestamp: 1.5,
      data: {
        total_agents: 5,
        alive_agents: 3,
        dead_agents: 2,
        agent_types_count: 1,
        available_types: ['testing'],
        system_status: 'degraded',
      },
    })
  })
})
