import type { ReportedMetrics } from '@arcp/protocol/model'
// Heartbeats over the socket (A5), and the socket as a sign of life by itself (A6).

import { createFakeTime, FAKE_EPOCH } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createDeferred, createRig, settled, type Client, type Rig } from '../../../test/channels-rig.ts'
import { firstMetrics } from '../../domain/agent-metrics.ts'
import type { Principal } from '../../domain/auth.ts'
import type { RegistryFault } from '../../domain/registry.ts'
import type { AccessClaims } from '../../domain/tokens.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createWatch, WATCH_TICK_MS } from '../watch.ts'
import { createAgentSockets } from './agent-sockets.ts'
import { createAgentsChannel } from './agents-channel.ts'

// The rig starts its clock a minute after the epoch of fake time.
const NOW_S = FAKE_EPOCH / 1000 + 60
const times = { jti: 'j', issuedAt: NOW_S, expiresAt: NOW_S + 100_000 }
const access: AccessClaims = {
  kind: 'access',
  agentId: 'agent-a',
  keyId: 'key',
  incarnation: 2,
  epoch: 'e',
  offset: 1,
  ...times,
}
const admin: Principal = { kind: 'admin', user: 'root', sessionId: 's', ...times }

const TIMEOUT_MS = 3000
const SEEN_AT = Date.UTC(2026, 10, 23, 19, 23, 51, 394)

interface Hub {
  readonly rig: Rig
  readonly client: Client
  /** Moments the agent was seen at, by the wheel's clock. */
  readonly seen: number[]
  readonly beats: (readonly [id: string, principal: Principal])[]
  readonly reports: (readonly [id: string, said: ReportedMetrics])[]
}

/** A socket whose first frame was a token with these claims. */
const authenticated = async (
  principal: Principal = access,
  answer: () => Promise<Result<number, RegistryFault>> = async () => ok(SEEN_AT),
): Promise<Hub> => {
  const seen: number[] = []
  const beats: Hub['beats'] = []
  const reports: Hub['reports'] = []
  const rig = createRig({
    settings: { heartbeatTimeoutMs: TIMEOUT_MS },
    channels: ({ time }) => ({
      agents: createAgentsChannel({
        auth: { authenticate: async () => ok(principal), alive: () => true },
        presence: { seen: (claims) => void (claims === access && seen.push(time.clock.monotonic())) },
        heartbeat: (id, who) => {
          beats.push([id, who])
          return answer()
        },
        report: (id, _who, said) => {
          reports.push([id, said])
          return ok(firstMetrics({ id, registeredAt: 0 }))
        },
        nextMs: () => 1234,
        clock: time.clock,
        sockets: createAgentSockets(),
        pending: { remove: () => undefined },
        list: () => '[]',
        timeoutMs: 3000,
        maxConnections: 0,
      }),
    }),
  })
  const client = rig.connect('agents')
  rig.pass(100)
  client.say('{"token":"t","live":1}')
  await settled()
  client.socket.frames()
  return { rig, client, seen, beats, reports }
}

describe('a heartbeat over the socket', () => {
  it.each(['{"type":"heartbeat"}', '{"type":"heartbeat","metrics":{"success_rate":0.5,"other":"x"},"more":1}'])(
    '[A5] %s is that of REST, and acknowledged with the time of the next',
    async (frame) => {
      const { client, beats } = await authenticated()
      client.say(frame)
      await settled()
      expect(beats).toEqual([['agent-a', access]])
      expect(client.socket.frames()).toEqual([
        { type: 'heartbeat_ack', last_seen: '2026-11-23T19:23:51.394Z', next_ms: 1234 },
      ])
    },
  )

  it('[A5] [C6] metrics that are none are refused by field, and nothing beats', async () => {
    const { client, beats } = await authenticated()
    client.say('{"type":"heartbeat","metrics":{"success_rate":1.5}}')
    client.say('{"type":"heartbeat","metrics":[]}')
    await settled()
    expect(client.socket.frames()).toMatchObject([
      { type: 'error', path: '/metrics/success_rate' },
      { type: 'error', path: '/metrics' },
    ])
    expect(beats).toEqual([])
  })

  it('[A5] an administrator has none, and is told so', async () => {
    const { client, beats } = await authenticated(admin)
    client.say('{"type":"heartbeat"}')
    await settled()
    expect(client.socket.frames()).toEqual([{ type: 'error', message: 'An administrator has no heartbeat' }])
    expect(beats).toEqual([])
    expect(client.socket.closed()).toBeUndefined()
  })

  it.each<[RegistryFault, string]>([
    [{ kind: 'store-away', retryAfterS: 2 }, 'The registry cannot store anything at the moment; try again in 2 s'],
    [{ kind: 'behind', retryAfterS: 1 }, 'This hub is still catching up; try again in 1 s'],
    [{ kind: 'key-full', id: 'agent-a', limit: 3 }, 'This key may have 3 agents alive at a time'],
    [{ kind: 'gone', id: 'agent-a', reason: 'revoked' }, 'This registration has ended'],
    [{ kind: 'not-found', id: 'agent-a' }, 'This registration has ended'],
    [{ kind: 'temp-token', agentId: 'agent-a' }, 'This heartbeat was refused'],
  ])('[A5] a refusal is told and the socket stays: %o', async (fault, message) => {
    const { client } = await authenticated(access, async () => err(fault))
    for (let n = 0; n < 30; n += 1) client.say('{"type":"heartbeat"}')
    await settled()
    expect(client.socket.frames()).toEqual(Array.from({ length: 30 }, () => ({ type: 'error', message })))
    expect(client.socket.closed()).toBeUndefined()
  })

  it('[A5] a socket that ended meanwhile gets no answer', async () => {
    const { promise, resolve } = createDeferred<Result<number, RegistryFault>>()
    const { rig, client } = await authenticated(access, () => promise)
    client.say('{"type":"heartbeat"}')
    rig.reception().close(client.session, 1008, 'Agent was unregistered')
    resolve(ok(SEEN_AT))
    await settled()
    expect(client.socket.frames()).toEqual([])
  })
})

describe('signs of life on a socket', () => {
  it('[A6] are the token itself, then every frame, word and protocol pong', async () => {
    const { rig, client, seen } = await authenticated()
    const at = rig.time.clock.monotonic()
    expect(seen).toEqual([at])
    for (const text of ['pong', 'ping', '{"type":"ping"}', 'nonsense', '{"type":"heartbeat"}']) client.say(text)
    client.pong()
    expect(seen).toHaveLength(7)
  })

  it('[A6] are none before the token was found good, and none of an administrator', async () => {
    const { seen, rig, client } = await authenticated(admin)
    client.say('pong')
    client.pong()
    const stranger = rig.connect('agents')
    stranger.say('ping')
    stranger.pong()
    expect(seen).toEqual([])
    const { rig: own, seen: none } = await authenticated()
    none.length = 0
    const early = own.connect('agents')
    early.say('ping')
    early.say('{"token":"t"}')
    early.say('{}')
    expect(none).toEqual([])
  })

  it('[A6] are asked for with a protocol ping after a third of the timeout, and never with text', async () => {
    const { rig, client } = await authenticated()
    rig.pass(TIMEOUT_MS / 3 - WATCH_TICK_MS)
    expect(client.socket.pings()).toBe(0)
    rig.pass(2 * WATCH_TICK_MS)
    expect(client.socket.pings()).toBe(1)
    // Something came in: the third begins anew.
    rig.pass(500)
    client.say('pong')
    rig.pass(900)
    expect(client.socket.pings()).toBe(1)
    rig.pass(100 + WATCH_TICK_MS)
    expect(client.socket.pings()).toBe(2)
    expect(client.socket.sent.filter((text) => text === 'ping')).toEqual([])
  })

  it('[A6] [C4] keep an agent that only answers protocol pings, and the text pings keep their rhythm', async () => {
    const { rig, client, seen } = await authenticated()
    let answered = 0
    for (let passed = 0; passed < 60_000; passed += WATCH_TICK_MS) {
      rig.pass(WATCH_TICK_MS)
      if (client.socket.pings() === answered) continue
      answered = client.socket.pings()
      client.pong()
    }
    const pauses = seen.slice(1).map((at, index) => at - (seen[index] ?? 0))
    expect(Math.max(...pauses)).toBeLessThanOrEqual(TIMEOUT_MS / 3 + WATCH_TICK_MS)
    // Every 10 s, and a tick late at most.
    expect(client.socket.sent.filter((text) => text === 'ping').length).toBeGreaterThanOrEqual(5)
    expect(client.socket.sent.filter((text) => text === 'ping').length).toBeLessThanOrEqual(6)
    expect(client.socket.closed()).toBeUndefined()
  })

  it('[A6] [C4] a socket that answers nothing is asked on, is no sign of life, and goes as before', async () => {
    const { rig, client, seen } = await authenticated()
    rig.pass(13_000 + WATCH_TICK_MS)
    expect(client.socket.closed()).toEqual({ code: 1001, reason: 'No sign of life' })
    expect(client.socket.pings()).toBeGreaterThan(10)
    expect(seen).toHaveLength(1)
  })

  it('[A6] an administrator is pinged at the ordinary interval only', async () => {
    const { rig, client } = await authenticated(admin)
    rig.pass(9_000)
    expect(client.socket.pings()).toBe(0)
  })

  it('[A6] an answer that was asked for is not counted against the socket, what comes beside it is', async () => {
    const { rig, client } = await authenticated()
    // The burst of 20 is used up.
    for (let n = 0; n < 20; n += 1) client.pong()
    rig.pass(TIMEOUT_MS / 3 + WATCH_TICK_MS)
    for (let n = 0; n < 10; n += 1) client.pong()
    expect(rig.limits).toEqual([])
    client.pong()
    expect(rig.limits).toEqual([])
    client.pong()
    expect(rig.limits).toEqual(['ws_pings'])
  })
})

describe('how late the wheel is turned', () => {
  it('[A5] is nothing on a hub that keeps its time, and grows on one that does not', () => {
    const time = createFakeTime()
    const { settings } = createRig()
    const watch = createWatch({ clock: time.clock, settings, close: () => undefined, onPending: () => undefined })
    const turn = (ms: number, turns: number): void => {
      for (let n = 0; n < turns; n += 1) {
        time.freeze(ms)
        watch.tick()
      }
    }
    turn(WATCH_TICK_MS, 50)
    expect(watch.lateness()).toBe(0)
    turn(WATCH_TICK_MS + 100, 50)
    expect(watch.lateness()).toBeGreaterThan(90)
    expect(watch.lateness()).toBeLessThanOrEqual(100)
    turn(WATCH_TICK_MS, 50)
    expect(watch.lateness()).toBeLessThan(1)
    // A hub that stood still for an hour was away, not busy: that counts as one late second.
    turn(3_600_000, 1)
    expect(watch.lateness()).toBeLessThanOrEqual(101)
  })
})
