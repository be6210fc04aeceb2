import { sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { firstMetrics } from '../../domain/agent-metrics.ts'
import type { Agent } from '../../domain/agent.ts'
import type { Change } from '../../domain/change.ts'
import { loadState } from './load-state.ts'
import type { Page } from './parse-reply.ts'

const agent = (id: string, over: Partial<Agent> = {}): Agent => ({
  id,
  incarnation: 1,
  epoch: 'e',
  card: sampleCard(`agent-${id}`),
  keyId: 'key-one',
  status: 'alive',
  registeredAt: 1000,
  seenAt: 1000,
  ...over,
})

const page = (offset: number, agents: readonly Agent[], last?: string, epoch = 'e'): Page => ({
  position: { epoch, offset },
  agents,
  metrics: [],
  broken: [],
  brokenMetrics: [],
  last,
})

/** Pages by the id they follow, asked for in turn; changes by offset, counted from 1. */
const setUp = (pages: readonly Page[], history: readonly Change[] | undefined) => {
  const left = [...pages]
  const asked: [after: string | number, limit?: number][] = []
  const broken: (readonly string[])[] = []
  const brokenMetrics: (readonly string[])[] = []
  const load = () =>
    loadState({
      page: async (after) => {
        asked.push([after])
        const next = left.shift()
        if (next === undefined) throw new Error('no page left')
        return next
      },
      readHistory: async (offset, limit) => {
        asked.push([offset, limit])
        return history?.slice(offset, offset + limit).map((change, at) => [offset + at + 1, change] as const)
      },
      onBroken: (ids) => broken.push(ids),
      onBrokenMetrics: (ids) => brokenMetrics.push(ids),
    })
  return { load, asked, broken, brokenMetrics }
}

const put = (one: Agent): Change => ({ op: 'put', agent: one })
const died = (id: string, seenAt: number): Change => ({ op: 'status', id, incarnation: 1, status: 'dead', seenAt })
const removed = (id: string): Change => ({
  op: 'remove',
  tombstone: { id, incarnation: 1, epoch: 'e', keyId: 'key-one', reason: 'unregistered', endedAt: 2000 },
})

describe('a state that is read page by page', () => {
  it('[L2] holds what changed between the pages: who came, died and left', async () => {
    const { load, asked } = setUp(
      [page(2, [agent('a'), agent('b')], 'b'), page(6, [agent('x'), agent('y')], 'y'), page(6, [])],
      [
        put(agent('a')),
        put(agent('b')),
        // From here on they came while the pages were read: the first page does not know, the second does.
        died('a', 1500),
        removed('b'),
        put(agent('aa', { registeredAt: 500 })),
        put(agent('y')),
      ],
    )
    const state = await load()
    expect(state.position).toEqual({ epoch: 'e', offset: 6 })
    expect(state.agents.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'aa alive',
      'a dead',
      'x alive',
      'y alive',
    ])
    expect(asked).toEqual([[''], ['b'], ['y'], [2, 4]])
  })

  it('asks for no change when none came', async () => {
    const { load, asked } = setUp([page(3, [agent('a')])], [])
    expect((await load()).position.offset).toBe(3)
    expect(asked).toEqual([['']])
  })

  it('reads the changes a thousand at a time', async () => {
    const history = Array.from({ length: 2500 }, (_, at) => put(agent('a', { seenAt: at })))
    const { load, asked } = setUp([page(0, [], 'a'), page(2500, [])], history)
    expect((await load()).agents).toEqual([agent('a', { seenAt: 2499 })])
    expect(asked.slice(2)).toEqual([
      [0, 1000],
      [1000, 1000],
      [2000, 500],
    ])
  })

  it('keeps a sign of life that is younger than the change', async () => {
    const heard = agent('a', { seenAt: 9000 })
    const { load } = setUp([page(0, [], 'a'), page(1, [heard])], [put(agent('a', { seenAt: 1000 }))])
    expect((await load()).agents).toEqual([heard])
  })

  it('begins again when the history is another one, or does not reach back', async () => {
    const other = setUp(
      [page(5, [agent('a')], 'a'), page(1, [], undefined, 'f'), page(1, [agent('b')], undefined, 'f')],
      [],
    )
    expect(await other.load()).toEqual({ position: { epoch: 'f', offset: 1 }, agents: [agent('b')], metrics: [] })

    const lost = setUp(
      Array.from({ length: 10 }, (_, at) => page(at, [], at % 2 === 0 ? 'a' : undefined)),
      undefined,
    )
    await expect(lost.load()).rejects.toThrow('raise CHANGE_HISTORY')
    expect(lost.asked.filter(([after]) => after === '')).toHaveLength(5)
  })

  it('keeps the metrics of lives that are there, and of no other', async () => {
    const kept = (id: string, incarnation = 1) => ({
      incarnation,
      epoch: 'e',
      revision: 1,
      record: firstMetrics({ id, registeredAt: 1000 }),
    })
    const metrics = [kept('a'), kept('b'), kept('c', 2)]
    const { load } = setUp(
      [{ ...page(0, [agent('a'), agent('b'), agent('c')], 'c'), metrics }, page(1, [])],
      [removed('b')],
    )
    expect((await load()).metrics).toEqual([kept('a')])
  })

  it('tells all records that cannot be read, once', async () => {
    const { load, broken, brokenMetrics } = setUp(
      [
        { ...page(1, [agent('a')], 'c'), broken: ['b', 'c'] },
        { ...page(1, []), broken: ['d'], brokenMetrics: ['a'] },
      ],
      [],
    )
    await load()
    expect([broken, brokenMetrics]).toEqual([[['b', 'c', 'd']], [['a']]])
  })
})
