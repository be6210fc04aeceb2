import { createFakeTime, FAKE_EPOCH, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { testSettings } from '../../test/channels-rig.ts'
import type { Agent } from '../domain/agent.ts'
import { createReplica, type Replica } from '../live/replica.ts'
import { createBroadcast, createNewest } from './broadcast.ts'

const agent = (id: string, over: Partial<Agent> = {}): Agent => ({
  id,
  incarnation: 1,
  epoch: 'e',
  card: sampleCard(id),
  keyId: 'k',
  status: 'alive',
  registeredAt: FAKE_EPOCH,
  seenAt: FAKE_EPOCH,
  ...over,
})

// Agent lists every 5 s, stats every 30 s, changes at most every 100 ms.
const setUp = () => {
  const time = createFakeTime()
  const replica = createReplica(time.scheduler)
  replica.load({ position: { epoch: 'e', offset: 0 }, agents: [] })
  const wanted = new Set(['public', 'agents'])
  const published: { readonly at: number; readonly topic: string; readonly frame: unknown }[] = []
  let built = 0
  const counting: Replica = {
    ...replica,
    alive: (type) => {
      built += 1
      return replica.alive(type)
    },
    entries: () => {
      built += 1
      return replica.entries()
    },
  }
  const endpoints = testSettings().endpoints
  const settings = testSettings({ endpoints: { ...endpoints, public: { ...endpoints.public, intervalMs: 30_000 } } })
  const newest = createNewest({ replica: counting, clock: time.clock, settings })
  const broadcast = createBroadcast({
    replica: counting,
    newest,
    status: () => 'operational',
    fanOut: {
      wanted: (topic) => wanted.has(topic),
      publish: (topic, text) => void published.push({ at: time.clock.monotonic(), topic, frame: JSON.parse(text) }),
    },
    clock: time.clock,
    scheduler: time.scheduler,
    settings,
  })
  broadcast.start()
  let offset = 0
  const put = (one: Agent): void => {
    offset += 1
    replica.apply({ epoch: 'e', offset, change: { op: 'put', agent: one } })
  }
  const of = (topic: string) => published.filter((one) => one.topic === topic)
  return { time, put, newest, wanted, published, of, broadcast, built: () => built }
}

describe('pushes on change', () => {
  it('[P3][A3] the first change after quiet goes out at once, to both endpoints', () => {
    const { time, put, published } = setUp()
    put(agent('agent-a'))
    time.flush()
    expect(published).toMatchObject([
      {
        at: 0,
        topic: 'public',
        frame: { type: 'agents_update', data: { total_count: 1, agents: [{ agent_id: 'agent-a' }] } },
      },
      { at: 0, topic: 'agents', frame: [{ agent_id: 'agent-a' }] },
    ])
  })

  it('[P3] further ones come together, at most every 100 ms, and the last state always arrives', () => {
    const { time, put, of } = setUp()
    for (let n = 0; n < 25; n += 1) {
      put(agent(`agent-${n}`))
      time.advance(10)
    }
    time.advance(1_000)
    const lists = of('public')
    expect(lists.map(({ at }) => at)).toEqual([0, 100, 200, 300])
    expect(lists.at(-1)?.frame).toMatchObject({ data: { total_count: 25 } })
  })

  it("[P5] dead agents are on the agents' list and never on the public one", () => {
    const { time, put, of } = setUp()
    put(agent('agent-a', { status: 'dead' }))
    put(agent('agent-b'))
    time.flush()
    expect(of('public')[0]?.frame).toMatchObject({ data: { total_count: 1, agents: [{ agent_id: 'agent-b' }] } })
    expect(of('agents')[0]?.frame).toMatchObject([{ agent_id: 'agent-a' }, { agent_id: 'agent-b' }])
  })
})

describe('pushes by the clock', () => {
  it('[A3] agents get their list every interval', () => {
    const { time, of } = setUp()
    time.advance(16_000)
    expect(of('agents').map(({ at }) => at)).toEqual([5_000, 10_000, 15_000])
    expect(of('agents').map(({ frame }) => frame)).toEqual([[], [], []])
  })

  it('[A3] a list due by the clock does not double one due by a change', () => {
    const { time, put, of } = setUp()
    time.advance(4_990)
    put(agent('agent-a'))
    time.advance(200)
    expect(of('agents').map(({ at }) => at)).toEqual([4_990, 5_090])
  })

  it('[P2] the public gets its stats every interval, total = alive + dead', () => {
    const { time, put, of } = setUp()
    put(agent('agent-a'))
    put(agent('agent-b', { status: 'dead', card: sampleCard('agent-b', { agent_type: 'security' }) }))
    time.advance(60_000)
    const stats = of('public').filter(({ at }) => at >= 30_000)
    expect(stats.map(({ at }) => at)).toEqual([30_000, 60_000])
    expect(stats[0]?.frame).toEqual({
      type: 'stats_update',
      timestamp: (FAKE_EPOCH + 30_000) / 1000,
      data: {
        total_agents: 2,
        alive_agents: 1,
        dead_agents: 1,
        agent_types_count: 2,
        available_types: expect.arrayContaining(['testing', 'security']),
        system_status: 'operational',
      },
    })
  })
})

describe('nobody there', () => {
  it('[P3][A3] nothing is built or sent for nobody', () => {
    const { time, put, wanted, published, built } = setUp()
    wanted.clear()
    put(agent('agent-a'))
    time.advance(120_000)
    expect(published).toEqual([])
    expect(built()).toBe(0)
  })

  it('[P3] only the endpoint that has listeners is served', () => {
    const { time, put, wanted, published } = setUp()
    wanted.delete('agents')
    put(agent('agent-a'))
    time.advance(6_000)
    expect(published.map(({ topic }) => topic)).toEqual(['public'])
  })

  it('one list serves all sockets of a topic', () => {
    const { time, put, built } = setUp()
    put(agent('agent-a'))
    put(agent('agent-b'))
    time.flush()
    expect(built()).toBe(2)
  })

  it('after the stop nothing more comes', () => {
    const { time, put, broadcast, published } = setUp()
    put(agent('agent-a'))
    time.flush()
    put(agent('agent-b'))
    broadcast.stop()
    const before = published.length
    put(agent('agent-c'))
    time.advance(120_000)
    expect(published).toHaveLength(before)
  })
})

describe('the newest list', () => {
  it('[A3] is built once for all who ask between two changes', () => {
    const { newest, put, built } = setUp()
    put(agent('agent-a'))
    const texts = new Set(Array.from({ length: 100 }, () => newest.agents()))
    expect([...texts].map((text): unknown => JSON.parse(text))).toMatchObject([[{ agent_id: 'agent-a' }]])
    expect(built()).toBe(1)
  })

  it('[A3] is built anew after a change, and shared with the push of that change', () => {
    const { time, newest, put, wanted, built, of } = setUp()
    wanted.delete('public')
    newest.agents()
    put(agent('agent-a'))
    const text = newest.agents()
    time.flush()
    expect(of('agents').map(({ frame }) => frame)).toEqual([JSON.parse(text)])
    expect(built()).toBe(2)
  })

  it('[P3] its timestamp is at most one pause between pushes old', () => {
    const { time, newest } = setUp()
    const stamp = (): unknown => JSON.parse(newest.public())
    time.advance(99)
    expect(stamp()).toMatchObject({ timestamp: (FAKE_EPOCH + 99) / 1000 })
    time.advance(99)
    expect(stamp()).toMatchObject({ timestamp: (FAKE_EPOCH + 99) / 1000 })
    time.advance(1)
    expect(stamp()).toMatchObject({ timestamp: (FAKE_EPOCH + 199) / 1000 })
  })
})
