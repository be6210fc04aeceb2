import { sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createDeferred } from '../../test/channels-rig.ts'
import { err, ok } from '../kernel/result.ts'
import { firstMetrics, type KeptMetrics } from './agent-metrics.ts'
import type { Agent } from './agent.ts'
import type { SignOfLife } from './ports.ts'
import { createSignsOfLife } from './signs-of-life.ts'

const agent = (id: string, over: Partial<Agent> = {}): Agent => ({
  id,
  incarnation: 1,
  epoch: 'e',
  card: sampleCard('agent-a'),
  keyId: 'key',
  status: 'alive',
  registeredAt: 0,
  seenAt: 1000,
  ...over,
})

const setUp = (agents: readonly Agent[]) => {
  const known = new Map(agents.map((one) => [one.id, one]))
  const flushed: (readonly SignOfLife[])[] = []
  const touched: (readonly [id: string, at: number])[] = []
  const renewed: string[] = []
  const store = { away: false, breaks: false, dead: [] as string[], answers: Promise.resolve() }
  const handed: (readonly KeptMetrics[])[] = []
  const metrics = { left: 0, next: [] as readonly KeptMetrics[], told: [] as string[] }
  const signs = createSignsOfLife({
    view: { get: (id) => known.get(id), touch: (id, at) => touched.push([id, at]) },
    leases: { renew: (id) => renewed.push(id) },
    store: {
      renew: async (all, measured = []) => {
        const { away, breaks } = store
        await store.answers
        if (breaks) throw new Error('store on fire')
        if (away) return err({ kind: 'store-away', retryAfterS: 1 })
        flushed.push(all)
        if (measured.length > 0) handed.push(measured)
        return ok({ dead: store.dead.map((id) => ({ id, incarnation: 1 })), overtaken: [] })
      },
    },
    metrics: {
      pending: () => metrics.left > 0,
      take: () => metrics.next,
      kept: () => {
        metrics.left -= 1
        metrics.told.push('kept')
      },
      failed: () => void metrics.told.push('failed'),
    },
  })
  return { signs, store, known, flushed, touched, renewed, handed, metrics }
}

describe('signs of life', () => {
  it('move this hub at once and the store together, the newest of each agent', async () => {
    const { signs, flushed, touched, renewed } = setUp([agent('agent-a'), agent('agent-b', { incarnation: 4 })])
    signs.note('agent-a', 2000)
    signs.note('agent-b', 2100)
    signs.note('agent-a', 2200)
    expect(touched.length).toBe(3)
    expect(renewed).toEqual(['agent-a', 'agent-b', 'agent-a'])
    expect(flushed).toEqual([])
    expect(await signs.flush()).toEqual([])
    await signs.flush()
    expect(flushed).toEqual([
      [
        { id: 'agent-a', incarnation: 1, seenAt: 2200 },
        { id: 'agent-b', incarnation: 4, seenAt: 2100 },
      ],
    ])
  })

  it('are kept while the store is away, newer ones before older ones', async () => {
    const { signs, store, flushed } = setUp([agent('agent-a'), agent('agent-b')])
    store.away = true
    signs.note('agent-a', 2000)
    signs.note('agent-b', 2000)
    expect(await signs.flush()).toEqual([])
    signs.note('agent-b', 3000)
    store.away = false
    await signs.flush()
    expect(Object.fromEntries(flushed[0]?.map(({ id, seenAt }) => [id, seenAt]) ?? [])).toEqual({
      'agent-a': 2000,
      'agent-b': 3000,
    })
  })

  it('[S3] bring back whom the store ended without knowing of them, and nobody whose death came after them', async () => {
    const { signs, store, known } = setUp([agent('heard'), agent('silent'), agent('unseen')])
    for (const id of ['heard', 'silent', 'unseen']) signs.note(id, 2000)
    store.dead = ['heard', 'silent', 'unseen']
    // The death of one was decided without this sign, that of the next with it, that of the last this hub has yet to see.
    known.set('heard', agent('heard', { status: 'dead', seenAt: 1000 }))
    known.set('silent', agent('silent', { status: 'dead', seenAt: 2000 }))
    expect(await signs.flush()).toEqual([
      { id: 'heard', incarnation: 1 },
      { id: 'unseen', incarnation: 1 },
    ])
  })

  it.each(['takes', 'refuses', 'breaks'] as const)(
    '[S3] at the end go to the store after those that are under way, also when it %s these',
    async (how) => {
      const { signs, store, flushed } = setUp([agent('agent-a'), agent('agent-b')])
      const answer = createDeferred<void>()
      Object.assign(store, { answers: answer.promise, away: how === 'refuses', breaks: how === 'breaks' })
      signs.note('agent-a', 2000)
      const first = signs.flush().catch((cause: unknown) => cause)
      Object.assign(store, { away: false, breaks: false })
      signs.note('agent-b', 3000)
      expect(await signs.flush()).toEqual([])
      const last = signs.finish()
      answer.resolve()
      await first
      store.dead = ['agent-b']
      expect(await last).toEqual([{ id: 'agent-b', incarnation: 1 }])
      const handed = flushed.flat().map(({ id, seenAt }) => [id, seenAt])
      expect(Object.fromEntries(handed)).toEqual({ 'agent-a': 2000, 'agent-b': 3000 })
      expect(handed).toHaveLength(2)
    },
  )

  it('[decision 6] take new metrics with them, also alone, and again at the end when another hub was faster', async () => {
    const { signs, store, handed, metrics } = setUp([agent('agent-a')])
    const mine: KeptMetrics = { incarnation: 1, epoch: 'e', revision: 1, record: firstMetrics(agent('agent-a')) }
    metrics.left = 3
    metrics.next = [mine]
    await signs.flush()
    expect(handed).toEqual([[mine]])
    store.away = true
    await signs.flush()
    expect(metrics.told).toEqual(['kept', 'failed'])
    store.away = false
    await signs.finish()
    expect([metrics.told, handed.length]).toEqual([['kept', 'failed', 'kept', 'kept'], 3])
    // One that never comes to an end does not hold up the end of the hub.
    metrics.left = 100
    await signs.finish()
    expect(handed).toHaveLength(6)
  })

  it('at the end ask nothing of the store when there are none', async () => {
    const { signs, flushed } = setUp([agent('agent-a')])
    expect(await signs.finish()).toEqual([])
    expect(flushed).toEqual([])
  })
})
