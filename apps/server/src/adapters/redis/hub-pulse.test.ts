import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { HubFacts } from '../../domain/hubs.ts'
import { createHubPulse, PRESENT_MS } from './hub-pulse.ts'
import { BEAT_SCRIPT, LEAVE_SCRIPT } from './lease-scripts.ts'

const FACTS: HubFacts = {
  id: 'me',
  version: '1.2.3',
  startedAt: 1000,
  sockets: { public: 1, agents: 2, dashboard: 3 },
  offset: 4,
  loopDelayMs: 0.5,
  memoryBytes: 6,
}
/** What the hub tells with each beat. */
const BEAT = `beat ${PRESENT_MS} ${JSON.stringify(FACTS)}`

const setUp = (others: readonly string[] = []) => {
  const time = createFakeTime()
  const ran: string[] = []
  const obeyed: unknown[] = []
  let asked: string[] = []
  const said: unknown[] = []
  const note = (event: string, fields?: object): void => void said.push({ event, ...fields })
  let answers = true
  let hubs = ['me', ...others]
  let offset = 0
  const heads: unknown[] = []
  let listens = 0
  const pulse = createHubPulse({
    self: { id: 'me', facts: () => FACTS, obey: (order) => void obeyed.push(order) },
    scripts: {
      run: async (script, ...args) => {
        ran.push([script === BEAT_SCRIPT ? 'beat' : script === LEAVE_SCRIPT ? 'leave' : 'else', ...args].join(' '))
        return answers ? { reply: ['e', String((offset += 1)), hubs, asked] } : undefined
      },
    },
    feed: () => ({ position: () => ({ epoch: 'e', offset: 0 }), headIs: (head) => heads.push(head) }),
    connection: { listenAgain: () => (listens += 1) },
    scheduler: time.scheduler,
    logger: { info: note, warn: note, error: note },
  })
  return {
    pulse,
    ran,
    said,
    heads,
    listens: () => listens,
    silence: () => (answers = false),
    present: (names: string[]) => (hubs = names),
    obeyed,
    ask: (...orders: string[]) => (asked = orders),
    /** A second goes by, and what it started is over. */
    second: async () => {
      time.advance(1000)
      await new Promise(setImmediate)
    },
  }
}

const DEAF = { event: 'store_subscriber_deaf', store: 'redis' }

describe('the pulse of a hub', () => {
  it('beats before it is started, then once a second, and says goodbye', async () => {
    const { pulse, ran, heads, second } = setUp()
    await pulse.start()
    expect(ran).toEqual([BEAT])
    expect(heads).toEqual([{ epoch: 'e', offset: 1 }])
    await second()
    await pulse.stop()
    await second()
    expect(ran).toEqual([BEAT, BEAT, 'leave'])
  })

  it('does what other hubs ask, and passes over what it does not understand', async () => {
    const { pulse, ask, obeyed, second } = setUp()
    await pulse.start()
    const close = { kind: 'close', socketId: 17 }
    const clear = { kind: 'clear', what: 'logs', user: 'root' }
    const strange = [{ kind: 'close' }, { kind: 'clear', what: 'agents', user: 'root' }, { kind: 'dance' }, null]
    ask(...[close, ...strange, clear].map((order) => JSON.stringify(order)), 'no JSON')
    await second()
    expect(obeyed).toEqual([close, clear])
  })

  it('is not started when nobody answers', async () => {
    const { pulse, silence, ran, second } = setUp()
    silence()
    await expect(pulse.start()).rejects.toThrow('no answer in time')
    await second()
    expect(ran).toHaveLength(1)
  })

  it('counts the first beat: it listens again after the fourth that it did not hear', async () => {
    const { pulse, said, listens, second } = setUp()
    await pulse.start()
    await second()
    await second()
    expect(listens()).toBe(0)
    await second()
    expect([listens(), said]).toEqual([1, [DEAF]])
    // From here on it counts anew.
    for (let at = 0; at < 3; at += 1) await second()
    expect(listens()).toBe(1)
    await second()
    expect([listens(), said]).toEqual([2, [DEAF, DEAF]])
  })

  it('listens on while it hears itself', async () => {
    const { pulse, listens, second } = setUp()
    await pulse.start()
    for (let at = 0; at < 12; at += 1) {
      await second()
      if (at % 3 === 0) pulse.heard()
    }
    expect(listens()).toBe(0)
  })

  it('tells who is there at the start, who comes and who goes, each once', async () => {
    const { pulse, said, present, second } = setUp(['one'])
    await pulse.start()
    pulse.heard()
    present(['me', 'two'])
    await second()
    pulse.heard()
    await second()
    expect(said).toEqual([
      { event: 'hub_joined', hub: 'one', hubs: 2 },
      { event: 'hub_joined', hub: 'two', hubs: 2 },
      { event: 'hub_left', hub: 'one', hubs: 2 },
    ])
  })
})
