import { createFakeTime, sampleCard } from '@arcp/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { KeptMetrics } from './agent-metrics.ts'
import type { Agent } from './agent.ts'
import { createMetricsBook } from './metrics-book.ts'

const ID = 'agent-a'
const agent = (over: Partial<Agent> = {}): Agent => ({
  id: ID,
  incarnation: 1,
  epoch: 'e',
  card: sampleCard(ID),
  keyId: 'key',
  status: 'alive',
  registeredAt: 1000,
  seenAt: 1000,
  ...over,
})

const FAST = { seconds: 0.5, success: true }

const setUp = () => {
  const time = createFakeTime()
  const state: { agent: Agent | undefined; kept: KeptMetrics | undefined } = { agent: agent(), kept: undefined }
  const book = createMetricsBook({
    view: { get: (id) => (id === ID ? state.agent : undefined) },
    copy: {
      get: () => state.kept,
      set: (_id, kept) => {
        state.kept = kept
      },
    },
    clock: time.clock,
  })
  return { book, state, time, total: () => book.current(ID)?.totalRequests }
}

describe('figures', () => {
  it('[decision 6] are zero and as old as the registration before the first report', () => {
    const { book } = setUp()
    expect(book.current(ID)).toEqual({
      agentId: ID,
      successRate: 0,
      avgResponseTime: 0,
      totalRequests: 0,
      reputationScore: 0,
      requestsProcessed: 0,
      averageResponseTime: 0,
      errorRate: 0,
      lastActive: 1000,
    })
    expect([book.current('nobody-here'), book.pending()]).toEqual([undefined, false])
  })

  it('[decision 6] of one request after another: running mean of success, the time smoothed, reputation from both', () => {
    const { book, time } = setUp()
    expect(book.served(ID, { seconds: 2, success: true })).toMatchObject({
      totalRequests: 1,
      successRate: 1,
      avgResponseTime: 2,
      averageResponseTime: 2,
      reputationScore: 0.85,
      lastActive: time.clock.wall(),
    })
    time.advance(5)
    const after = book.served(ID, { seconds: 1, success: false })
    expect(after).toMatchObject({ totalRequests: 2, successRate: 0.5, errorRate: 0.5, lastActive: time.clock.wall() })
    expect(after?.avgResponseTime).toBeCloseTo(0.9 * 2 + 0.1 * 1, 12)
    expect(after?.reputationScore).toBeCloseTo(0.35 + 0.3 / 1.9, 6)
    expect(book.current(ID)).toEqual(after)
  })

  it('[decision 6] that are reported replace what was known, the mean time under both its names', () => {
    const { book } = setUp()
    book.report(ID, { success_rate: 0.5, average_response_time: 0.25, total_requests: 10 })
    expect(book.report(ID, { error_rate: 0.1, requests_processed: 3 })).toMatchObject({
      successRate: 0.5,
      avgResponseTime: 0.25,
      averageResponseTime: 0.25,
      totalRequests: 10,
      requestsProcessed: 3,
      errorRate: 0.1,
      reputationScore: 0.65,
    })
    expect(book.served(ID, { seconds: 0, success: true })).toMatchObject({ totalRequests: 11 })
  })

  it('[X117] stay within what every reader takes, whatever is reported on top of their bounds', () => {
    const { book } = setUp()
    book.report(ID, { success_rate: 1, avg_response_time: 3600, total_requests: Number.MAX_SAFE_INTEGER })
    expect(book.served(ID, { seconds: 3600, success: true })).toMatchObject({
      totalRequests: Number.MAX_SAFE_INTEGER,
      successRate: 1,
      avgResponseTime: 3600,
    })
  })
})

describe('what is not kept yet', () => {
  it('goes to the store once, on top of what it has, and again when it was away', () => {
    const { book, state } = setUp()
    book.served(ID, FAST)
    book.served(ID, FAST)
    expect(book.take()).toMatchObject([{ revision: 1, incarnation: 1, record: { totalRequests: 2 } }])
    book.failed()
    const handed = book.take()
    expect(handed).toMatchObject([{ revision: 1, record: { totalRequests: 2 } }])
    // One more while they are under way.
    book.served(ID, FAST)
    book.kept(handed, [])
    expect([book.pending(), state.kept]).toMatchObject([true, { revision: 2, record: { totalRequests: 3 } }])
    book.kept(book.take(), [])
    expect([book.pending(), book.take(), state.kept?.revision]).toEqual([false, [], 2])
  })

  it('stands on top of what another hub wrote, heard of before or after the answer', () => {
    const { book, state, total } = setUp()
    book.served(ID, FAST)
    const mine = book.take()
    const [base] = mine
    if (base === undefined) throw new Error('nothing to keep')
    const stored: KeptMetrics = { ...base, record: { ...base.record, totalRequests: 50 } }
    book.kept(mine, [stored])
    expect([total(), state.kept?.revision]).toEqual([51, 2])
    book.heard(stored)
    expect(total()).toBe(51)
    book.kept(book.take(), [])
    book.heard({ ...stored, revision: 3, record: { ...base.record, totalRequests: 60 } })
    expect(total()).toBe(60)
    // Heard late: it was overtaken long ago.
    book.heard({ ...stored, revision: 2 })
    expect(total()).toBe(60)
  })

  it('ends with the life it is of, and what others tell of another life is passed over', () => {
    const { book, state } = setUp()
    book.served(ID, FAST)
    const handed = book.take()
    state.agent = agent({ incarnation: 2 })
    state.kept = undefined
    expect([book.take(), book.pending()]).toEqual([[], false])
    book.kept(handed, [])
    const [old] = handed
    if (old !== undefined) book.heard(old)
    expect([state.kept, book.current(ID)?.totalRequests]).toEqual([undefined, 0])
    expect(book.served(ID, FAST)).toMatchObject({ totalRequests: 1 })
    state.agent = undefined
    expect([book.served(ID, FAST), book.take(), book.pending()]).toEqual([undefined, [], false])
  })

  it('stands on top of what is read again', () => {
    const { book, state, total } = setUp()
    book.served(ID, FAST)
    const [mine] = book.take()
    if (mine === undefined) throw new Error('nothing to keep')
    book.failed()
    state.kept = { ...mine, revision: 9, record: { ...mine.record, totalRequests: 30 } }
    book.rebase()
    expect([total(), book.take()[0]?.revision]).toEqual([31, 10])
  })

  it('[S9] is bounded: of very many reports the outcome is remembered', () => {
    const { book, total } = setUp()
    for (let n = 0; n < 1000; n += 1) book.served(ID, FAST)
    const handed = book.take()
    book.served(ID, FAST)
    const [mine] = handed
    if (mine === undefined) throw new Error('nothing to keep')
    book.kept(handed, [{ ...mine, record: { ...mine.record, totalRequests: 5 } }])
    expect(total()).toBe(1001)
  })
})

describe('two hubs that take reports of one agent', () => {
  it('[decision 6] [S12] count every one of them once, in whatever order they write and hear of each other', () => {
    const steps = fc.array(fc.tuple(fc.nat(1), fc.constantFrom('serve', 'take', 'answer', 'hear', 'fail')), {
      maxLength: 120,
      size: 'max',
    })
    fc.assert(
      fc.property(steps, (all) => {
        const hubs = [setUp(), setUp()] as const
        const store: { kept: KeptMetrics | undefined } = { kept: undefined }
        const inbox: [KeptMetrics[], KeptMetrics[]] = [[], []]
        const answers: [(() => void) | undefined, (() => void) | undefined] = [undefined, undefined]
        let served = 0
        const write = (at: 0 | 1): void => {
          if (answers[at] !== undefined) return
          const { book } = hubs[at]
          const handed = book.take()
          const [one] = handed
          if (one === undefined) return
          const stored = store.kept
          if (stored === undefined || stored.revision === one.revision - 1) {
            store.kept = one
            inbox[at === 0 ? 1 : 0].push(one)
            answers[at] = () => book.kept(handed, [])
          } else answers[at] = () => book.kept(handed, [stored])
        }
        const answer = (at: 0 | 1): void => {
          const settle = answers[at]
          answers[at] = undefined
          settle?.()
        }
        const hear = (at: 0 | 1): void => {
          const [next] = inbox[at].splice(0, 1)
          if (next !== undefined) hubs[at].book.heard(next)
        }
        for (const [hub, what] of all) {
          const at = hub === 0 ? 0 : 1
          if (what === 'serve') {
            hubs[at].book.served(ID, FAST)
            served += 1
          } else if (what === 'take') write(at)
          else if (what === 'answer') answer(at)
          else if (what === 'hear') hear(at)
          else if (answers[at] === undefined) hubs[at].book.failed()
        }
        for (let round = 0; round < 10; round += 1) {
          for (const at of [0, 1] as const) {
            answer(at)
            while (inbox[at].length > 0) hear(at)
            write(at)
            answer(at)
          }
        }
        for (const at of [0, 1] as const) while (inbox[at].length > 0) hear(at)
        expect(hubs.map(({ total }) => total())).toEqual([served, served])
        expect(hubs.map(({ book }) => book.pending())).toEqual([false, false])
        expect(store.kept?.record.totalRequests ?? 0).toBe(served)
      }),
      { numRuns: 1000 },
    )
  })
})
