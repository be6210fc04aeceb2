import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createDeferred, settled } from '../test/channels-rig.ts'
import { drainHub } from './compose-drain.ts'
import { silentLogger } from './kernel/logger.ts'

const setUp = (deadlineMs: number) => {
  const time = createFakeTime()
  const did: string[] = []
  const parts = { sockets: createDeferred<void>(), signs: createDeferred<void>(), store: createDeferred<void>() }
  const step =
    (name: string, until: Promise<void> = Promise.resolve()) =>
    async (): Promise<void> => {
      did.push(name)
      await until
    }
  const log = (event: string): void => void did.push(event)
  const drained = drainHub({
    deadlineMs,
    after: time.scheduler.after,
    logger: { ...silentLogger, warn: log, error: log },
    sendAway: (spreadMs) => step(`send away within ${spreadMs}`, parts.sockets.promise)(),
    stopTimers: () => void did.push('stop timers'),
    keepSigns: step('keep signs', parts.signs.promise),
    closeStore: step('close store', parts.store.promise),
    closeTransport: step('close transport'),
  })
  void drained.then(() => did.push('over'))
  const after = async (ms: number): Promise<readonly string[]> => {
    time.advance(ms)
    await settled()
    return did.splice(0)
  }
  return { after, ...parts }
}

describe('a hub that stops', () => {
  it('sends everybody away, then keeps what it heard, then closes the store, each once the one before is done', async () => {
    const { after, sockets, signs, store } = setUp(10_000)
    expect(await after(0)).toEqual(['send away within 9000'])
    sockets.resolve()
    expect(await after(0)).toEqual(['stop timers', 'keep signs'])
    signs.resolve()
    expect(await after(0)).toEqual(['close store'])
    store.resolve()
    expect(await after(0)).toEqual(['close transport', 'over'])
    expect(await after(60_000)).toEqual([])
  })

  it('leaves the store the rest of its time when sockets do not go', async () => {
    const { after, signs, store } = setUp(10_000)
    expect(await after(8999)).toEqual(['send away within 9000'])
    expect(await after(1)).toEqual(['stop timers', 'keep signs'])
    signs.resolve()
    store.resolve()
    expect(await after(0)).toEqual(['close store', 'close transport', 'over'])
  })

  it('waits no longer than its deadline for a store that is away', async () => {
    const { after, sockets, signs } = setUp(1000)
    sockets.resolve()
    expect(await after(999)).toEqual(['send away within 750', 'stop timers', 'keep signs'])
    expect(await after(1)).toEqual(['store_not_closed', 'close transport', 'over'])
    // An answer that comes after all changes nothing any more.
    signs.reject(new Error('too late'))
    expect(await after(0)).toEqual(['signs_of_life_not_kept', 'close store'])
  })

  it('closes the store also when that did not keep what was heard, and stops also when it does not close', async () => {
    const { after, sockets, signs, store } = setUp(10_000)
    sockets.resolve()
    signs.reject(new Error('store on fire'))
    store.reject(new Error('store on fire'))
    expect(await after(0)).toEqual([
      'send away within 9000',
      'stop timers',
      'keep signs',
      'signs_of_life_not_kept',
      'close store',
      'store_not_closed',
      'close transport',
      'over',
    ])
  })
})
