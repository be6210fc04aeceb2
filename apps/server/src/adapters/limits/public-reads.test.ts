import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createPublicReads } from './public-reads.ts'

const setUp = (publicPerMinute = 600, publicBurst = 120) => {
  const time = createFakeTime()
  const reads = createPublicReads({ publicPerMinute, publicBurst }, time.clock)
  const take = (from = '192.0.2.1') => reads.take(from)
  /** How many of `count` pass at this moment. */
  const passed = (count: number, from?: string): number =>
    Array.from({ length: count }, () => take(from)).filter(({ ok }) => ok).length
  return { time, reads, take, passed }
}

describe('reads without a token', () => {
  it('a burst passes at once, then the rate', () => {
    const { time, passed } = setUp()
    expect(passed(500)).toBe(120)
    let later = 0
    for (let second = 0; second < 30; second += 1) {
      time.advance(1000)
      later += passed(50)
    }
    expect(later).toBe(300)
  })

  it('networks do not share a budget', () => {
    const { passed } = setUp()
    passed(500)
    expect(passed(1, '192.0.2.2')).toBe(1)
  })

  it('[X97] a rate that is no multiple of 60 is kept, below one a second too', () => {
    for (const rate of [1, 6, 59, 61, 90, 600, 6000]) {
      // One more than a second brings: else what comes between two ticks would be lost.
      const burst = Math.ceil(rate / 60) + 1
      const { time, passed } = setUp(rate, burst)
      let taken = 0
      for (let tick = 0; tick < 6_000; tick += 1) {
        taken += passed(burst + 2)
        time.advance(50)
      }
      // Five minutes at the rate, and one burst.
      expect([rate, taken >= rate * 5, taken <= rate * 5 + burst]).toEqual([rate, true, true])
    }
  })

  it('every answer says the same three things: what fits, what is left, when all of it is back', () => {
    const { time, take, passed } = setUp()
    expect(take()).toEqual({ ok: true, value: { limit: 120, remaining: 119, resetS: 1 } })
    passed(59)
    expect(take()).toEqual({ ok: true, value: { limit: 120, remaining: 59, resetS: 7 } })
    passed(58)
    expect(take()).toEqual({ ok: true, value: { limit: 120, remaining: 0, resetS: 12 } })
    expect(take()).toEqual({ ok: false, error: { limit: 120, remaining: 0, resetS: 12, retryAfterS: 1 } })
    time.advance(5_950)
    expect(take()).toEqual({ ok: true, value: { limit: 120, remaining: 58, resetS: 7 } })
    time.advance(7_000)
    expect(take()).toMatchObject({ value: { remaining: 119 } })
  })

  it('what an answer says is left passes, and nothing beyond it', () => {
    for (const [rate, burst] of [
      [600, 120],
      [7, 3],
      [6000, 10],
    ] as const) {
      const { time, take, passed } = setUp(rate, burst)
      for (let step = 0; step < 100; step += 1) {
        time.advance((step * 37) % 900)
        const first = take()
        if (!first.ok) continue
        expect(passed(burst + 1)).toBe(first.value.remaining)
      }
    }
  })

  it('who waits as long as a refusal says is let in', () => {
    for (const rate of [1, 6, 7, 59, 61, 600]) {
      const { time, take, passed } = setUp(rate, 2)
      passed(2)
      for (let step = 0; step < 20; step += 1) {
        time.advance(333)
        const refused = take()
        if (refused.ok) continue
        time.advance(refused.error.retryAfterS * 1000)
        expect([rate, take().ok]).toEqual([rate, true])
      }
    }
  })

  it('[S9] a network is forgotten once its budget is whole again, however many there are', () => {
    const { time, reads, take, passed } = setUp()
    for (let minute = 0; minute < 5; minute += 1) {
      for (let n = 0; n < 500; n += 1) take(`${minute}.${n}`)
      time.advance(60_000)
    }
    take()
    expect(reads.known()).toBeLessThanOrEqual(501)
    time.advance(12_000)
    take('192.0.2.2')
    time.advance(12_000)
    take('192.0.2.2')
    expect(reads.known()).toBe(1)
    expect(passed(500)).toBe(120)
  })

  it('[X97] forgetting gives nobody more than the rate', () => {
    const { time, passed } = setUp(60, 10)
    let taken = 0
    for (let second = 0; second < 600; second += 1) {
      taken += passed(second % 3 === 0 ? 20 : 0)
      time.advance(1000)
    }
    expect(taken).toBeLessThanOrEqual(600 + 10)
    expect(taken).toBeGreaterThanOrEqual(600)
  })
})
