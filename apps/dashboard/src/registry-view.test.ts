import { WELCOME, type PublicDown } from '@arcp/protocol'
import { isAgentId } from '@arcp/protocol/model'
import { describe, expect, test } from 'vitest'
import { NOTHING_KNOWN, PAGE_SIZE, countsLag, see, type RegistryView } from './registry-view.ts'

const NOW = Date.UTC(2026, 0, 1)

function agent(id: string, registered_at = '2026-01-01 00:00:00.000000') {
  if (!isAgentId(id)) throw new Error(`${id} is no agent id`)
  return {
    agent_id: id,
    name: `Agent ${id}`,
    agent_type: 'testing',
    endpoint: 'http://localhost:9000',
    capabilities: ['echo'],
    status: 'alive' as const,
    last_seen: '2026-01-01 00:00:00.000000',
    registered_at,
  }
}

type Agent = ReturnType<typeof agent>

const update = (agents: Agent[], total_count = agents.length, truncated?: true): PublicDown => ({
  type: 'agents_update',
  timestamp: NOW / 1000,
  data: { agents, total_count, ...(truncated === undefined ? {} : { truncated }) },
})

function page(current_page: number, agents: Agent[], total_agents: number): PublicDown {
  const total_pages = Math.ceil(total_agents / PAGE_SIZE)
  const has_next = current_page < total_pages
  const pagination = {
    current_page,
    page_size: PAGE_SIZE,
    total_agents,
    total_pages,
    has_next,
    has_previous: current_page > 1,
    next_page: has_next ? current_page + 1 : null,
    previous_page: null,
  }
  return { type: 'discovery_data', timestamp: NOW / 1000, data: { agents, pagination, filters: { agent_type: null } } }
}

const many = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => agent(`agent-${1000 + from + i}`))
const idsOf = (view: RegistryView) => view.rows?.map(({ id }) => id)
const seeAll = (...frames: PublicDown[]) => frames.reduce((view, frame) => see(view, frame, NOW).view, NOTHING_KNOWN)

describe('registry view', () => {
  test('[P1] asks for the list when greeted, as none is pushed', () => {
    expect(see(NOTHING_KNOWN, WELCOME, NOW).askPage).toBe(1)
  })

  test('[P4] puts the pages of a list together', () => {
    const first = see(NOTHING_KNOWN, page(1, many(0, 100), 150), NOW)
    expect(first.askPage).toBe(2)
    expect(first.view.rows).toBeNull()
    const second = see(first.view, page(2, many(100, 150), 150), NOW)
    expect(second.askPage).toBeNull()
    expect(second.view.rows).toHaveLength(150)
  })

  test('[P3] an update is the whole truth: a list on its way is given up', () => {
    const view = seeAll(page(1, many(0, 100), 150), update([agent('only')]), page(2, many(100, 150), 150))
    expect(idsOf(view)).toEqual(['only'])
  })

  test('[P3] a cut update counts, and takes no rows away', () => {
    const view = seeAll(update([agent('aaa'), agent('bbb')]), update([agent('aaa')], 3000, true))
    expect(idsOf(view)).toEqual(['aaa', 'bbb'])
    expect(view.listed).toBe(3000)
  })

  test('orders as the hub does: by registration, then id', () => {
    const late = '2026-01-02 00:00:00.000000'
    expect(idsOf(seeAll(update([agent('aaa', late), agent('ccc'), agent('bbb')])))).toEqual(['bbb', 'ccc', 'aaa'])
  })

  test('an empty list is known to be empty', () => {
    expect(seeAll(page(1, [], 0))).toMatchObject({ rows: [], listed: 0 })
  })

  test('[P2] counts come from one frame, with the time they arrived', () => {
    const data = {
      total_agents: 3,
      alive_agents: 2,
      dead_agents: 1,
      agent_types_count: 1,
      available_types: [],
      system_status: 'operational',
    }
    const { view } = see(NOTHING_KNOWN, { type: 'stats_update', timestamp: NOW / 1000 + 4, data }, NOW)
    expect(view.counts).toEqual({ total: 3, alive: 2, dead: 1, types: 1, stores: true, at: NOW })
    const degraded = { ...data, system_status: 'degraded' }
    const later = see(view, { type: 'stats_update', timestamp: NOW / 1000, data: degraded }, NOW)
    expect(later.view.counts?.stores).toBe(false)
    expect(view.skew).toBe(4000)
    expect(countsLag(view)).toBe(false)
    expect(countsLag(see(view, update([agent('one')]), NOW).view)).toBe(true)
  })
})
