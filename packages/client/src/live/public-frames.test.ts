import { CLOSE, WELCOME, type PublicDown } from '@arcp/protocol'
import { describe, expect, test } from 'vitest'
import { createManualWorld } from '../../test/manual-world.ts'
import { createClientIn } from '../create-client.ts'
import { MAX_PING_DELAY_MS, SILENCE_MS } from './drive-connection.ts'
import type { PublicFramesOptions } from './public-frames.ts'

const STATS: PublicDown = {
  type: 'stats_update',
  timestamp: 1_757_269_784.384,
  data: {
    total_agents: 3,
    alive_agents: 2,
    dead_agents: 1,
    agent_types_count: 1,
    available_types: ['testing'],
    system_status: 'operational',
  },
}

function watch(options: PublicFramesOptions = {}) {
  const world = createManualWorld()
  const states: string[] = []
  const client = createClientIn(world, { url: 'https://hub.test/', timeout: 5000 })
  const frames = client.publicFrames({ ...options, onStatus: (status) => states.push(status.state) })
  return { world, frames, states }
}

describe('publicFrames', () => {
  test('opens nothing before it is read', () => {
    const { world } = watch()
    expect(world.sockets).toHaveLength(0)
    expect(world.timers()).toBe(0)
  })

  test('[P1] yields the frames of the guide as they come', async () => {
    const { world, frames, states } = watch()
    const first = frames.next()
    expect(world.socket().url).toBe('wss://hub.test/public/ws')
    world.socket().open()
    world.socket().say(WELCOME)
    world.socket().say(STATS)
    expect((await first).value).toEqual(WELCOME)
    expect((await frames.next()).value).toEqual(STATS)
    expect(states).toEqual(['connecting', 'open'])
  })

  test('[C2] answers a text ping and yields neither ping nor pong', async () => {
    const { world, frames } = watch()
    const first = frames.next()
    world.socket().open()
    world.socket().say('ping')
    world.socket().say(' PONG ')
    world.socket().say(STATS)
    expect(world.socket().sent).toEqual(['pong'])
    expect((await first).value).toEqual(STATS)
  })

  test('passes over what it does not know', async () => {
    const { world, frames } = watch()
    const first = frames.next()
    world.socket().open()
    for (const odd of ['{', '[]', '{"type":"constructor"}', '{"type":"novel"}', '{"type":"agents_update"}'])
      world.socket().say(odd)
    world.socket().say(STATS)
    expect((await first).value).toEqual(STATS)
  })

  test('[P4] asks for a page of agents, and says when it cannot', () => {
    const { world, frames } = watch()
    void frames.next()
    expect(frames.requestDiscovery()).toBe(false)
    world.socket().open()
    expect(frames.requestDiscovery({ page: 2, page_size: 100 })).toBe(true)
    expect(world.socket().sent).toEqual(['{"type":"get_discovery","page":2,"page_size":100}'])
  })

  test('[K] comes back after 1001 with backoff, on a new socket', async () => {
    const { world, frames, states } = watch()
    const first = frames.next()
    world.socket().open()
    world.socket().end(1001, 'No sign of life')
    world.advance(499)
    expect(world.sockets).toHaveLength(1)
    world.advance(501)
    expect(world.sockets).toHaveLength(2)
    world.socket().open()
    world.socket().say(STATS)
    expect((await first).value).toEqual(STATS)
    expect(states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  })

  test('[K] throws where the table says to stay away, and leaves nothing running', async () => {
    const { world, frames, states } = watch()
    const first = frames.next()
    world.socket().open()
    world.socket().end(CLOSE.policy.code, 'Too many messages')
    await expect(first).rejects.toMatchObject({ code: 'connection-closed', message: expect.stringContaining('1008') })
    expect(await frames.next()).toEqual({ done: true, value: undefined })
    expect(states.at(-1)).toBe('closed')
    expect(world.timers()).toBe(0)
  })

  test('ends without an error when the hub closes normally', async () => {
    const { world, frames } = watch()
    const first = frames.next()
    world.socket().open()
    world.socket().end(1000)
    expect(await first).toEqual({ done: true, value: undefined })
  })

  test('gives up an attempt that takes longer than the timeout', () => {
    const { world, frames, states } = watch()
    void frames.next()
    world.advance(5000)
    expect(states).toEqual(['connecting', 'waiting'])
    expect(world.sockets[0]?.closedWith).toBe(1000)
    world.sockets[0]?.open()
    expect(states).toEqual(['connecting', 'waiting'])
  })

  test('asks a silent hub, and leaves one that does not answer', () => {
    const { world, frames, states } = watch()
    void frames.next()
    world.socket().open()
    world.advance(SILENCE_MS)
    expect(world.socket().sent).toEqual(['ping'])
    world.socket().say('pong')
    world.advance(SILENCE_MS)
    expect(states).toEqual(['connecting', 'open'])
    world.advance(MAX_PING_DELAY_MS)
    expect(states).toEqual(['connecting', 'open', 'waiting'])
  })

  test.each(['connecting', 'open', 'waiting'] as const)(
    'an abort while %s ends it and leaves nothing running',
    async (when) => {
      const stop = new AbortController()
      const { world, frames, states } = watch({ signal: stop.signal })
      const first = frames.next()
      if (when !== 'connecting') world.socket().open()
      if (when === 'waiting') world.socket().end(1006)
      stop.abort()
      expect(await first).toEqual({ done: true, value: undefined })
      expect(world.timers()).toBe(0)
      expect(world.sockets[0]?.closedWith).toBe(1000)
      world.advance(60_000)
      expect(world.sockets).toHaveLength(1)
      expect(states.at(-1)).toBe('closed')
    },
  )

  test('a signal that is aborted already opens nothing', async () => {
    const { world, frames } = watch({ signal: AbortSignal.abort() })
    expect((await frames.next()).done).toBe(true)
    expect(world.sockets).toHaveLength(0)
  })

  test('leaving the loop closes the socket', async () => {
    const { world, frames } = watch()
    const seen: string[] = []
    const reading = (async () => {
      for await (const frame of frames) {
        seen.push(frame.type)
        break
      }
    })()
    world.socket().open()
    world.socket().say(WELCOME)
    await reading
    expect(seen).toEqual(['welcome'])
    expect(world.socket().closedWith).toBe(1000)
    expect(world.timers()).toBe(0)
  })

  test('a slow reader loses the oldest frames and is told', async () => {
    const totals: number[] = []
    const { world, frames } = watch({ buffer: 1, onDropped: (total) => totals.push(total) })
    const first = frames.next()
    world.socket().open()
    for (let timestamp = 1; timestamp <= 4; timestamp += 1) world.socket().say({ type: 'pong', timestamp })
    expect((await first).value).toMatchObject({ timestamp: 1 })
    expect((await frames.next()).value).toMatchObject({ timestamp: 4 })
    expect(totals).toEqual([1, 2])
    expect(frames.dropped()).toBe(2)
  })

  test('says what to do where there is no WebSocket', async () => {
    const client = createClientIn({ ...createManualWorld(), WebSocket: null }, { url: 'http://hub.test' })
    await expect(client.publicFrames().next()).rejects.toMatchObject({ code: 'unsupported' })
  })
})
