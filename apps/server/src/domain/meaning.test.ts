import { createFakeTime, sampleCard } from '@arcp/testkit'
import type { AgentRegistration } from '@arcp/protocol/model'
import { describe, expect, it } from 'vitest'

import { err, ok } from '../kernel/result.ts'
import { silentLogger } from '../kernel/logger.ts'
import { silentMeter, type Limit } from '../kernel/meter.ts'
import type { EmbeddingFault, Embeddings } from './embeddings.ts'
import { createMeaning, type MeaningSettings } from './meaning.ts'

type Serve = (texts: readonly string[]) => ReturnType<Embeddings['embed']>

const away = (reason = 'status 500'): EmbeddingFault => ({ kind: 'away', reason })
/** Two dimensions: about weather or not. */
const vectorOf = (text: string): Float32Array => Float32Array.from(/weather/i.test(text) ? [1, 0] : [0, 1])
const fine: Serve = async (texts) => ok(texts.map(vectorOf))

const rig = (settings: Partial<MeaningSettings> = {}) => {
  const time = createFakeTime()
  const cards = new Map<string, AgentRegistration>()
  const calls: (readonly string[])[] = []
  const limits: Limit[] = []
  const logs: string[] = []
  let serve: Serve = fine
  /** How often the clock is still to read a moment before the time. */
  let early = 0
  const monotonic = (): number => {
    early -= 1
    return time.clock.monotonic() - (early >= 0 ? 0.5 : 0)
  }
  const meaning = createMeaning({
    embeddings: {
      embed: (texts) => {
        calls.push(texts)
        return serve(texts)
      },
    },
    card: (id) => cards.get(id),
    ids: () => cards.keys(),
    clock: { ...time.clock, monotonic },
    scheduler: time.scheduler,
    logger: { ...silentLogger, warn: (event) => logs.push(event), info: (event) => logs.push(event) },
    meter: { ...silentMeter, limited: (limit) => limits.push(limit) },
    settings: { queueMax: 100, queriesMax: 2, queryMs: 2000, batchMs: 10_000, ...settings },
  })
  /** Lets promises settle, without the time moving. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 200; turn += 1) {
      time.flush()
      await Promise.resolve()
    }
  }
  const put = (id: string, over: Readonly<Record<string, unknown>> = {}): void => {
    const card = sampleCard(id, over)
    cards.set(id, card)
    meaning.put(id, card)
  }
  const find = async (query: string) => {
    const finding = meaning.find(query)
    await settle()
    return finding
  }
  meaning.start()
  return {
    ...meaning,
    put,
    find,
    settle,
    time,
    cards,
    calls,
    limits,
    logs,
    readEarly: (times: number) => {
      early = times
    },
    serve: (next: Serve) => {
      serve = next
    },
  }
}

describe('search by meaning', () => {
  it('goes on after a pause whose timer came a moment early', async () => {
    const { serve, settle, time, put, status, readEarly } = rig()
    serve(async () => err(away()))
    put('agent-a')
    await settle()
    serve(fine)
    // The first look says that the pause is not over, the second one that it is.
    readEarly(1)
    time.advance(1000)
    await settle()
    time.advance(1)
    await settle()
    expect(status()).toMatchObject({ available: true, stored: 1 })
  })

  it('asks once whether the service is there, then embeds what is registered, together', async () => {
    const rig1 = rig()
    await rig1.settle()
    expect(rig1.status()).toEqual({ configured: true, available: true, stored: 0, queued: 0 })
    expect(await rig1.find('weather')).toBeUndefined()
    rig1.put('sun-1', { name: 'Weather' })
    rig1.put('bank-1', { name: 'Money' })
    await rig1.settle()
    expect(rig1.calls.map((texts) => texts.length)).toEqual([1, 2])
    expect(rig1.status().stored).toBe(2)
    const found = await rig1.find('weather')
    expect(found).toEqual(
      new Map([
        ['sun-1', 1],
        ['bank-1', 0],
      ]),
    )
  })

  it('[decision 7] embeds anew when any text changes, ai_context too, and only then', async () => {
    const one = rig()
    one.put('agent-1')
    await one.settle()
    const before = one.calls.length
    one.put('agent-1', { endpoint: 'http://elsewhere:1', version: '2.0.0', public_key: 'x'.repeat(40) })
    await one.settle()
    expect(one.calls).toHaveLength(before)
    one.put('agent-1', { ai_context: 'about weather' })
    await one.settle()
    expect(one.calls).toHaveLength(before + 1)
    expect(one.calls.at(-1)?.[0]).toContain('about weather')
    expect((await one.find('weather'))?.get('agent-1')).toBe(1)
    one.remove('agent-1')
    expect(one.status().stored).toBe(0)
  })

  it('a change while its vector is made is not lost', async () => {
    const one = rig()
    await one.settle()
    let go = (): void => undefined
    one.serve(async (texts) => {
      await new Promise<void>((resolve) => {
        go = resolve
      })
      return fine(texts)
    })
    one.put('agent-1', { name: 'Money' })
    await one.settle()
    one.put('agent-1', { name: 'Weather' })
    one.serve(fine)
    go()
    await one.settle()
    expect((await one.find('weather'))?.get('agent-1')).toBe(1)
    expect(one.status().queued).toBe(0)
  })

  it('a failing service is left alone for longer and longer, and what waits is made when it is back', async () => {
    const one = rig()
    await one.settle()
    one.serve(async () => err(away()))
    one.put('agent-1', { name: 'Weather' })
    await one.settle()
    expect(one.status()).toMatchObject({ available: false, stored: 0, queued: 1 })
    expect(await one.find('weather')).toBeUndefined()
    let last = one.calls.length
    const askedAt: number[] = []
    for (let second = 1; second <= 200; second += 1) {
      one.time.advance(1000)
      await one.settle()
      if (one.calls.length > last) askedAt.push(second)
      last = one.calls.length
    }
    expect(askedAt).toEqual([1, 3, 7, 15, 31, 63, 123, 183])
    expect(one.logs).toEqual(['embeddings_available', 'embeddings_unavailable'])
    one.serve(fine)
    one.time.advance(60_000)
    await one.settle()
    expect(one.status()).toMatchObject({ available: true, stored: 1, queued: 0 })
    expect(one.logs).toEqual(['embeddings_available', 'embeddings_unavailable', 'embeddings_available'])
    expect((await one.find('weather'))?.get('agent-1')).toBe(1)
  })

  it('a query that fails ends the meaning at once for the next ones', async () => {
    const one = rig()
    one.put('agent-1')
    await one.settle()
    one.serve(async () => err(away('no answer in time')))
    expect(await one.find('weather')).toBeUndefined()
    const before = one.calls.length
    expect(await one.find('other')).toBeUndefined()
    expect(one.calls).toHaveLength(before)
    expect(one.status().available).toBe(false)
    one.serve(fine)
    one.time.advance(1000)
    await one.settle()
    expect(one.status().available).toBe(true)
  })

  it('remembers queries, and lets a few be asked at a time', async () => {
    const one = rig({ queriesMax: 1 })
    one.put('agent-1')
    await one.settle()
    await one.find('weather')
    const before = one.calls.length
    await one.find('weather')
    expect(one.calls).toHaveLength(before)
    let go = (): void => undefined
    one.serve(async (texts) => {
      await new Promise<void>((resolve) => {
        go = resolve
      })
      return fine(texts)
    })
    const slow = one.find('first')
    await one.settle()
    expect(await one.find('second')).toBeUndefined()
    expect(one.limits).toEqual(['embeddings_queries'])
    go()
    expect((await slow)?.get('agent-1')).toBe(1)
  })

  it('a text that is refused keeps no other waiting, and a refused query is no fault of the service', async () => {
    const one = rig()
    one.serve(async (texts) =>
      texts.some((text) => text.includes('poison')) ? err({ kind: 'refused', reason: 'status 400' }) : fine(texts),
    )
    one.put('bad-1', { name: 'poison' })
    one.put('good-1', { name: 'Weather' })
    await one.settle()
    expect(one.status()).toMatchObject({ available: true, stored: 1, queued: 0 })
    expect(one.logs).toContain('embedding_refused')
    expect(await one.find('poison')).toBeUndefined()
    expect(one.status().available).toBe(true)
  })

  it('[S9] a text the service fails at is set aside after some tries, and all others get their vectors', async () => {
    const one = rig()
    one.serve(async (texts) => (texts.some((text) => text.includes('poison')) ? err(away()) : fine(texts)))
    one.put('bad-1', { name: 'poison' })
    for (let n = 0; n < 40; n += 1) one.put(`good-${n}`, { name: `Weather ${n}` })
    await one.settle()
    expect(one.status()).toMatchObject({ available: false, stored: 0, queued: 41 })
    for (let second = 1; second <= 20; second += 1) {
      one.time.advance(1000)
      await one.settle()
    }
    expect(one.status()).toMatchObject({ available: true, stored: 40, queued: 0 })
    expect(one.logs.filter((event) => event === 'embedding_refused')).toHaveLength(1)
    const { length } = one.calls
    one.time.advance(120_000)
    await one.settle()
    expect(one.calls).toHaveLength(length)
  })

  it('[S9] the queue is bounded; what did not fit is found again when there is room', async () => {
    const one = rig({ queueMax: 5 })
    one.serve(async () => err(away()))
    for (let n = 0; n < 20; n += 1) one.put(`agent-${n}`)
    await one.settle()
    expect(one.status().queued).toBe(5)
    expect(one.limits).toContain('embeddings_queue')
    one.serve(fine)
    one.time.advance(1000)
    await one.settle()
    expect(one.status()).toMatchObject({ stored: 20, queued: 0 })
  })
})
