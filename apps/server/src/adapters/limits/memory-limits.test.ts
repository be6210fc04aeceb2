import { createFakeTime } from '@arcp/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createMemoryLimits } from './memory-limits.ts'

const create = (over: Partial<Parameters<typeof createMemoryLimits>[0]> = {}) =>
  createMemoryLimits(
    {
      loginMaxFailures: 5,
      networkMaxFailures: 20,
      publicPerMinute: 600,
      publicBurst: 120,
      connectPerMinute: 30,
      connectBurst: 10,
      ...over,
    },
    createFakeTime().clock,
  )

type Limits = ReturnType<typeof create>

const guess = async (limits: Limits, account: string, network: string): Promise<boolean> =>
  (await limits.reserveLogin(account, network)).ok

/** A guess that turns out to be right. */
const succeed = async (limits: Limits, account: string, network: string): Promise<boolean> => {
  const attempt = await limits.reserveLogin(account, network)
  if (attempt.ok) await attempt.value.refund()
  return attempt.ok
}

const passed = async (attempts: readonly Promise<boolean>[]): Promise<number> =>
  (await Promise.all(attempts)).filter(Boolean).length

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

// The library reads the clock and sets timers itself.
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('guesses', () => {
  it('[X95] of 200 wrong ones at the same time at most the limit passes', async () => {
    const limits = create()
    expect(await passed(times(200, () => guess(limits, 'root', '192.0.2.1')))).toBe(5)
    expect(await guess(limits, 'root', '192.0.2.1')).toBe(false)
  })

  it('[X95] over many accounts the limit of the network holds', async () => {
    const limits = create()
    expect(await passed(times(200, (n) => guess(limits, `user-${n}`, '192.0.2.1')))).toBe(20)
  })

  it('one that succeeds leaves nothing behind, however many accounts there are', async () => {
    const limits = create()
    for (let n = 0; n < 100; n += 1) await succeed(limits, `agent-${n}`, '192.0.2.1')
    // The library keeps a timer for every key it remembers.
    expect(vi.getTimerCount()).toBe(0)
    await guess(limits, 'agent-1', '192.0.2.1')
    await succeed(limits, 'agent-2', '192.0.2.1')
    expect(vi.getTimerCount()).toBe(2)
  })

  it('[X96] one that succeeds refunds itself, and nothing that was wrong', async () => {
    const limits = create()
    for (let n = 0; n < 4; n += 1) expect(await guess(limits, 'root', '192.0.2.1')).toBe(true)
    for (let n = 0; n < 50; n += 1) expect(await succeed(limits, 'root', '192.0.2.1')).toBe(true)
    expect(await guess(limits, 'root', '192.0.2.1')).toBe(true)
    expect(await succeed(limits, 'root', '192.0.2.1')).toBe(false)
  })

  it('[X96] success with one account gives back nothing to another', async () => {
    const limits = create({ networkMaxFailures: 6 })
    expect(await passed(times(5, () => guess(limits, 'root', '192.0.2.1')))).toBe(5)
    for (let n = 0; n < 20; n += 1) expect(await succeed(limits, 'good', '192.0.2.1')).toBe(true)
    expect(await guess(limits, 'root', '192.0.2.1')).toBe(false)
    expect(await guess(limits, 'other', '192.0.2.1')).toBe(true)
    expect(await guess(limits, 'third', '192.0.2.1')).toBe(false)
  })

  it('a crowd of rightful attempts does not lock itself out', async () => {
    const limits = create()
    const crowd = await Promise.all(times(100, (n) => limits.reserveLogin(`agent-${n}`, '192.0.2.1')))
    await Promise.all(crowd.map(async (attempt) => attempt.ok && attempt.value.refund()))
    expect(crowd.filter(({ ok }) => ok)).toHaveLength(20)
    expect(await passed(times(20, (n) => guess(limits, `agent-${n}`, '192.0.2.1')))).toBe(20)
  })

  it('[X98] a lockout of one account stays in its network, and takes nothing from the network', async () => {
    const limits = create({ networkMaxFailures: 10 })
    expect(await passed(times(100, () => guess(limits, 'root', '192.0.2.1')))).toBe(5)
    expect(await guess(limits, 'root', '192.0.2.2')).toBe(true)
    expect(await passed(times(10, (n) => guess(limits, `user-${n}`, '192.0.2.1')))).toBe(5)
  })

  it('names cannot be made to meet in one bucket', async () => {
    const limits = create({ loginMaxFailures: 1 })
    expect(await guess(limits, 'a', 'b\nc')).toBe(true)
    expect(await guess(limits, 'a\nb', 'd')).toBe(true)
    expect(await guess(limits, 'root', '192.0.2.1')).toBe(true)
    expect(await guess(limits, 'root', '192.0.2.10')).toBe(true)
  })

  it('a lockout says how long it lasts, is not prolonged by trying, and ends', async () => {
    const limits = create()
    await passed(times(5, () => guess(limits, 'root', '192.0.2.1')))
    vi.advanceTimersByTime(100_000)
    expect(await limits.reserveLogin('root', '192.0.2.1')).toEqual({ ok: false, error: { retryAfterS: 200 } })
    vi.advanceTimersByTime(199_000)
    expect(await limits.reserveLogin('root', '192.0.2.1')).toEqual({ ok: false, error: { retryAfterS: 1 } })
    vi.advanceTimersByTime(1_001)
    expect(await guess(limits, 'root', '192.0.2.1')).toBe(true)
  })

  it('[S9] nothing is kept of networks that went quiet', async () => {
    const limits = create()
    await passed(times(500, (n) => guess(limits, 'root', `192.0.2.${n}`)))
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    vi.advanceTimersByTime(300_001)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('calls to agents', () => {
  it('have a bucket of their own for each network', async () => {
    const limits = create({ connectBurst: 3 })
    const take = async (network: string) => (await limits.takeConnect(network)).ok
    expect([await take('192.0.2.1'), await take('192.0.2.1'), await take('192.0.2.1')]).toEqual([true, true, true])
    expect(await take('192.0.2.1')).toBe(false)
    expect(await take('192.0.2.2')).toBe(true)
    expect((await limits.takePublic('192.0.2.1')).ok).toBe(true)
  })
})
