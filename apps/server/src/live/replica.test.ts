import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { firstMetrics, type KeptMetrics } from '../domain/agent-metrics.ts'
import type { Agent } from '../domain/agent.ts'
import type { Change } from '../domain/change.ts'
import { createReplica, isAlive } from './replica.ts'

const agent = (id: string, over: Partial<Agent> = {}): Agent => ({
  id,
  incarnation: 1,
  epoch: 'e',
  card: sampleCard(id),
  keyId: 'key',
  status: 'alive',
  registeredAt: 1000,
  seenAt: 1000,
  ...over,
})

const put = (value: Agent): Change => ({ op: 'put', agent: value })
const status = (id: string, to: Agent['status'], seenAt: number): Change => ({
  op: 'status',
  id,
  incarnation: 1,
  status: to,
  seenAt,
})
const remove = (id: string, endedAt = 5000): Change => ({
  op: 'remove',
  tombstone: { id, incarnation: 1, epoch: 'e', keyId: 'key', reason: 'expired', endedAt },
})

const setUp = () => {
  const time = createFakeTime()
  const replica = createReplica(time.scheduler)
  replica.load({ position: { epoch: 'e', offset: 0 }, agents: [] })
  let offset = 0
  const apply = (...changes: readonly Change[]): void => {
    for (const change of changes) {
      offset += 1
      replica.apply({ epoch: 'e', offset, change })
    }
  }
  return { time, replica, apply, ids: () => replica.entries().map((entry) => entry.agent.id) }
}

describe('replica', () => {
  it('[P4] orders by registration time, then id', () => {
    const { apply, ids } = setUp()
    apply(
      put(agent('bbb', { registeredAt: 2000 })),
      put(agent('ccc', { registeredAt: 1000 })),
      put(agent('aaa', { registeredAt: 2000 })),
      put(agent('ddd', { registeredAt: 3000 })),
    )
    expect(ids()).toEqual(['ccc', 'aaa', 'bbb', 'ddd'])
    apply(remove('aaa'))
    expect(ids()).toEqual(['ccc', 'bbb', 'ddd'])
  })

  it('a new incarnation takes its new place, an update keeps its old one', () => {
    const { apply, ids } = setUp()
    apply(put(agent('aaa')), put(agent('bbb', { registeredAt: 2000 })))
    apply(put(agent('aaa', { card: sampleCard('aaa', { name: 'Other' }) })))
    expect(ids()).toEqual(['aaa', 'bbb'])
    apply(put(agent('aaa', { incarnation: 2, epoch: 'e', registeredAt: 3000 })))
    expect(ids()).toEqual(['bbb', 'aaa'])
  })

  it('[decision 6] metrics go on through updates and deaths, end with the life, and are taken for this life only', () => {
    const { replica, apply } = setUp()
    const kept = (incarnation = 1, epoch = 'e'): KeptMetrics => ({
      incarnation,
      epoch,
      revision: 1,
      record: firstMetrics({ id: 'aaa', registeredAt: 1000 }),
    })
    const known = (): unknown => [replica.metrics.kept('aaa'), [...replica.metrics.all()]]
    replica.metrics.set('aaa', kept())
    apply(put(agent('aaa')), put(agent('bbb')))
    for (const other of [kept(2), kept(1, 'lost')]) replica.metrics.set('aaa', other)
    expect(known()).toEqual([undefined, []])
    replica.metrics.set('aaa', kept())
    apply(put(agent('aaa', { card: sampleCard('aaa', { name: 'Other' }) })), status('aaa', 'dead', 2000))
    expect(known()).toEqual([kept(), [kept().record]])
    apply(put(agent('aaa', { incarnation: 2 })))
    expect(known()).toEqual([undefined, []])
    replica.metrics.set('aaa', kept(2))
    apply({
      op: 'remove',
      tombstone: { id: 'aaa', incarnation: 2, epoch: 'e', keyId: 'k', reason: 'expired', endedAt: 1 },
    })
    expect(known()).toEqual([undefined, []])
    replica.load({ position: { epoch: 'e', offset: 9 }, agents: [agent('aaa')], metrics: [kept(), kept(7)] })
    expect(known()).toEqual([kept(), [kept().record]])
  })

  it('[P2] counts total = alive + dead, and types', () => {
    const { apply, replica } = setUp()
    apply(
      put(agent('aaa')),
      put(agent('bbb')),
      put(agent('ccc', { card: sampleCard('ccc', { agent_type: 'security' }) })),
    )
    apply(status('bbb', 'dead', 1000))
    expect(replica.counts()).toMatchObject({ total: 3, alive: 2, dead: 1 })
    expect([...replica.counts().types]).toEqual([
      ['testing', 2],
      ['security', 1],
    ])
    apply(remove('ccc'), status('bbb', 'alive', 2000))
    expect(replica.counts()).toMatchObject({ total: 2, alive: 2, dead: 0 })
    expect([...replica.counts().types.keys()]).toEqual(['testing'])
  })

  it('a sign of life moves last_seen forward only, and survives the death of the same life', () => {
    const { apply, replica } = setUp()
    apply(put(agent('aaa')))
    replica.touch('aaa', 9000)
    replica.touch('aaa', 8000)
    replica.touch('nobody', 1)
    expect(replica.lastSeen('aaa')).toBe(9000)
    apply(status('aaa', 'dead', 1000))
    expect(replica.lastSeen('aaa')).toBe(9000)
    apply(put(agent('aaa', { incarnation: 2, seenAt: 3000 })))
    expect(replica.lastSeen('aaa')).toBe(3000)
  })

  it('[L2] refuses a hole and a repetition', () => {
    const { replica, apply } = setUp()
    apply(put(agent('aaa')))
    const next = { epoch: 'e', change: put(agent('bbb')) }
    expect(() => replica.apply({ ...next, offset: 3 })).toThrow('hole')
    expect(() => replica.apply({ ...next, offset: 1 })).toThrow('hole')
    expect(replica.position().offset).toBe(1)
  })

  it('tells listeners before and after, once the copy holds the change', () => {
    const { replica, apply } = setUp()
    const seen: unknown[] = []
    replica.onApplied(({ before, after }) => seen.push([before?.status, after?.status, replica.get('aaa')?.status]))
    apply(put(agent('aaa')), status('aaa', 'dead', 1000), remove('aaa'))
    expect(seen).toEqual([
      [undefined, 'alive', 'alive'],
      ['alive', 'dead', 'dead'],
      ['dead', undefined, undefined],
    ])
  })

  it('[decision 4] lets callers wait for an offset, until it is there or time is up', async () => {
    const { time, replica, apply } = setUp()
    await expect(replica.reached(0, 10)).resolves.toBe(true)
    const first = replica.reached(1, 1000)
    const second = replica.reached(2, 1000)
    apply(put(agent('aaa')))
    await expect(first).resolves.toBe(true)
    time.advance(1000)
    await expect(second).resolves.toBe(false)
  })

  it('load replaces everything', () => {
    const { replica, apply, ids } = setUp()
    apply(put(agent('aaa')))
    replica.load({ position: { epoch: 'f', offset: 9 }, agents: [agent('bbb'), agent('ccc', { status: 'dead' })] })
    expect(ids()).toEqual(['bbb', 'ccc'])
    expect(replica.counts()).toMatchObject({ total: 2, alive: 1, dead: 1 })
    expect(replica.position()).toEqual({ epoch: 'f', offset: 9 })
  })

  it('reset replaces everything and tells what is different, each at the new position', () => {
    const { replica, apply, ids } = setUp()
    apply(...['same', 'updated', 'died', 'taken-over', 'gone'].map((id) => put(agent(id))))
    replica.touch('same', 9000)
    const told: unknown[] = []
    replica.onApplied(({ committed, before, after }) => told.push({ committed, before, after }))
    const updated = agent('updated', { card: sampleCard('updated', { name: 'Other' }) })
    const died = agent('died', { status: 'dead' })
    const over = agent('taken-over', { incarnation: 2, registeredAt: 3000 })
    const fresh = agent('fresh')
    const position = { epoch: 'e', offset: 40 }
    replica.reset({ position, agents: [agent('same', { seenAt: 2000 }), updated, died, over, fresh] })
    expect(told).toEqual([
      { committed: { ...position, change: remove('gone', 1000) }, before: agent('gone'), after: undefined },
      { committed: { ...position, change: put(updated) }, before: agent('updated'), after: updated },
      { committed: { ...position, change: put(died) }, before: agent('died'), after: died },
      { committed: { ...position, change: put(over) }, before: agent('taken-over'), after: over },
      { committed: { ...position, change: put(fresh) }, before: undefined, after: fresh },
    ])
    expect([replica.position(), ids()]).toEqual([position, ['died', 'fresh', 'same', 'updated', 'taken-over']])
    expect([replica.lastSeen('same'), replica.counts().alive]).toEqual([9000, 4])
    replica.apply({ epoch: 'e', offset: 41, change: remove('same') })
    expect(replica.get('same')).toBeUndefined()
  })

  it('reset to another history: the same number is another life, whose signs begin anew', () => {
    const { replica, apply } = setUp()
    apply(put(agent('one')))
    replica.touch('one', 9000)
    const told: unknown[] = []
    replica.onApplied(({ before, after }) => told.push([before?.epoch, after?.epoch]))
    replica.reset({ position: { epoch: 'f', offset: 3 }, agents: [agent('one', { epoch: 'f' })] })
    expect([told, replica.lastSeen('one'), replica.position()]).toEqual([[['e', 'f']], 1000, { epoch: 'f', offset: 3 }])
  })

  it('[P4] keeps the alive ones, and those of each type, in the order of all, whatever happens', () => {
    const { replica, apply } = setUp()
    const types = ['testing', 'security', 'monitoring'] as const
    // A fixed sequence of numbers, so that a failure can be looked at again.
    let seed = 42
    const below = (limit: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * limit)
    }
    const change = (id: string): Change => {
      const before = replica.get(id)
      const card = sampleCard(id, { agent_type: types[below(3)] ?? 'testing' })
      const to = below(2) === 0 ? 'alive' : 'dead'
      if (before === undefined) return put(agent(id, { card, registeredAt: below(50), status: to }))
      switch (below(4)) {
        case 0:
          return remove(id)
        case 1:
          return put({ ...before, card, status: to })
        case 2:
          return put({ ...before, card, incarnation: before.incarnation + 1, registeredAt: below(50) })
        default:
          return { op: 'status', id, incarnation: before.incarnation, status: to, seenAt: 2000 }
      }
    }
    for (let step = 0; step < 2000; step += 1) {
      apply(change(`agent-${below(30)}`))
      const alive = replica.entries().filter(isAlive)
      expect(replica.alive()).toEqual(alive)
      expect(replica.counts().alive).toBe(alive.length)
      for (const type of types) {
        expect(replica.alive(type)).toEqual(alive.filter((entry) => entry.agent.card.agent_type === type))
      }
    }
    expect(replica.alive('no-such-type')).toEqual([])
    replica.load({ position: { epoch: 'f', offset: 0 }, agents: [agent('aaa')] })
    expect(replica.alive().map((entry) => entry.agent.id)).toEqual(['aaa'])
    expect(replica.alive('security')).toEqual([])
  })
})
