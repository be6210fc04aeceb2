import { describe, expect, it } from 'vitest'

import { createRig, testChannel, testSettings, type Client, type Rig } from '../../test/channels-rig.ts'
import { join, nothing } from './outcome.ts'
import type { SessionState } from './session.ts'
import { WATCH_TICK_MS } from './watch.ts'

// PING_INTERVAL 10 s, TIMEOUT 3 s.
const rigIn = (state: (now: number) => SessionState, onPending?: (rig: Rig, client: Client) => void) => {
  const rig: Rig = createRig({
    channels: () => ({ agents: testChannel('agents', { initialState: state }) }),
    onPending: (session) => {
      session.pending = true
      onPending?.(rig, client)
    },
  })
  const client = rig.connect('agents')
  return { rig, ...client }
}

const open = (): SessionState => ({ kind: 'open' })

const answering = (rig: Rig, client: Client, ms: number, answer: () => void): void => {
  for (let passed = 0; passed < ms; passed += 1000) {
    const before = client.socket.pings()
    rig.pass(1000)
    if (client.socket.pings() > before) answer()
  }
}

describe('pings', () => {
  it('[C4] the text ping and a protocol ping go out after the interval without a text frame', () => {
    const { rig, socket } = rigIn(open)
    rig.pass(9_900)
    expect(socket.sent).toEqual([])
    expect(socket.pings()).toBe(0)
    rig.pass(100 + WATCH_TICK_MS)
    expect(socket.sent).toEqual(['ping'])
    expect(socket.pings()).toBe(1)
  })

  it('[C4] a text frame puts the ping off, a protocol pong does not', () => {
    const talker = rigIn(open)
    talker.rig.pass(9_000)
    talker.say('pong')
    talker.rig.pass(9_900)
    expect(talker.socket.sent).toEqual([])
    talker.rig.pass(200)
    expect(talker.socket.sent).toEqual(['ping'])

    const ponger = rigIn(open)
    ponger.rig.pass(9_000)
    ponger.rig.reception().control(ponger.session)
    ponger.rig.pass(1_100)
    expect(ponger.socket.sent).toEqual(['ping'])
  })

  it('[C4] a client that answers only protocol pings stays, and is pinged once an interval', () => {
    const one = rigIn(open)
    answering(one.rig, one, 600_000, () => one.rig.reception().control(one.session))
    expect(one.socket.closed()).toBeUndefined()
    expect(one.socket.pings()).toBeGreaterThanOrEqual(58)
    expect(one.socket.pings()).toBeLessThanOrEqual(60)
  })

  it('[C4] a client that answers only the text ping stays', () => {
    const one = rigIn(open)
    answering(one.rig, one, 600_000, () => one.say('pong'))
    expect(one.socket.closed()).toBeUndefined()
  })

  it('[C4] a client that talks stays and is never pinged', () => {
    const { rig, socket, say } = rigIn(open)
    for (let n = 0; n < 100; n += 1) {
      rig.pass(5_000)
      say('{"type":"pong"}')
    }
    expect(socket.sent).toEqual([])
    expect(socket.closed()).toBeUndefined()
  })
})

describe('silence', () => {
  it('[C4] a socket from which nothing came for interval + timeout is closed with 1001', () => {
    const { rig, socket } = rigIn(open)
    rig.pass(12_900)
    expect(socket.closed()).toBeUndefined()
    rig.pass(100 + WATCH_TICK_MS)
    expect(socket.closed()).toEqual({ code: 1001, reason: 'No sign of life' })
    expect(rig.watched()).toBe(0)
  })

  it('[C4] counts from the last byte, whatever it was', () => {
    const { rig, socket, session } = rigIn(open)
    rig.pass(12_000)
    rig.reception().control(session)
    rig.pass(12_900)
    expect(socket.closed()).toBeUndefined()
    rig.pass(200)
    expect(socket.closed()?.code).toBe(1001)
  })

  it('[C4] a hub that stood still blames nobody: it pings, and silence counts from its return', () => {
    const { rig, socket } = rigIn(open)
    rig.time.freeze(3_600_000)
    rig.pass(WATCH_TICK_MS)
    expect(socket.sent).toEqual(['ping'])
    expect(socket.closed()).toBeUndefined()
    rig.pass(12_900)
    expect(socket.closed()).toBeUndefined()
    rig.pass(200)
    expect(socket.closed()?.code).toBe(1001)
    rig.pass(60_000)
    expect(rig.closes).toEqual([1001])
  })

  it('[S13] steps of the wall clock end nobody', () => {
    const { rig, socket } = rigIn(open)
    rig.time.stepWall(3_600_000)
    rig.pass(9_000)
    rig.time.stepWall(-7_200_000)
    rig.pass(900)
    expect(socket.closed()).toBeUndefined()
    expect(socket.sent).toEqual([])
  })
})

describe('authentication', () => {
  const awaiting = (now: number): SessionState => ({ kind: 'awaiting-auth', until: now + 3000 })

  it('[A2] a socket that does not authenticate in time is closed with 1008', () => {
    const { rig, socket } = rigIn(awaiting)
    rig.pass(2_900)
    expect(socket.closed()).toBeUndefined()
    rig.pass(100 + WATCH_TICK_MS)
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Authentication timeout' })
  })

  it('[A2] a token that takes too long to verify ends the same way', () => {
    const { rig, socket } = rigIn((now) => ({ kind: 'verifying', until: now + 3000, held: 0 }))
    rig.pass(3_000 + WATCH_TICK_MS)
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Authentication timeout' })
  })

  it('[C2] words do not put the deadline off', () => {
    const { rig, socket, say } = rigIn(awaiting)
    for (let n = 0; n < 12; n += 1) {
      rig.pass(250)
      say('ping')
    }
    rig.pass(WATCH_TICK_MS)
    expect(socket.closed()?.reason).toBe('Authentication timeout')
  })

  it('[C8] counts as pending from one second after the upgrade, once', () => {
    let calls = 0
    const { rig, session } = rigIn(awaiting, () => {
      calls += 1
    })
    rig.pass(950)
    expect(calls).toBe(0)
    rig.pass(50 + WATCH_TICK_MS)
    expect(calls).toBe(1)
    expect(session.pending).toBe(true)
    rig.pass(1_900)
    expect(calls).toBe(1)
  })

  it('[C8] a ping in between does not count it again', () => {
    let calls = 0
    const endpoint = { ...testSettings().endpoints.agents, pingMs: 400 }
    const rig = createRig({
      settings: { endpoints: { public: endpoint, agents: endpoint, dashboard: endpoint } },
      channels: () => ({ agents: testChannel('agents', { initialState: awaiting }) }),
      onPending: (session) => {
        calls += 1
        session.pending = true
      },
    })
    const { socket } = rig.connect('agents')
    rig.pass(2_900)
    expect(socket.pings()).toBeGreaterThan(4)
    expect(calls).toBe(1)
  })

  it('[C8] one that is turned away as pending is forgotten', () => {
    const { rig, socket } = rigIn(awaiting, (rig, { session }) => rig.reception().close(session, 1013, 'pending'))
    rig.pass(1_000 + WATCH_TICK_MS)
    expect(socket.closed()).toEqual({ code: 1013, reason: 'pending' })
    expect(rig.watched()).toBe(0)
    expect(socket.sent).toEqual([])
  })

  it('[C8] public sockets are never pending', () => {
    let calls = 0
    const { rig } = rigIn(open, () => {
      calls += 1
    })
    rig.pass(9_000)
    expect(calls).toBe(0)
  })
})

describe('tokens', () => {
  const claims = { kind: 'admin', user: 'root', sessionId: 's', jti: 'j', issuedAt: 0, expiresAt: 0 } as const
  const until =
    (live: boolean) =>
    (now: number): SessionState => ({ kind: 'authenticated', claims, live, until: now + 5000 })

  it('[A4] a token that expires ends the socket within 1 s: 1008, or 4401 with live frames', () => {
    for (const [live, code] of [
      [false, 1008],
      [true, 4401],
    ] as const) {
      const { rig, socket } = rigIn(until(live))
      rig.pass(4_900)
      expect(socket.closed()).toBeUndefined()
      rig.pass(100 + WATCH_TICK_MS)
      expect(socket.closed()).toEqual({ code, reason: 'Token expired' })
    }
  })

  it('[A2] an expiry that was put off is looked at again, not acted on', () => {
    const { rig, socket, session } = rigIn(until(false))
    rig.pass(4_000)
    if (session.state.kind === 'authenticated') session.state = { ...session.state, until: session.state.until + 4_000 }
    rig.pass(4_900)
    expect(socket.closed()).toBeUndefined()
    rig.pass(200)
    expect(socket.closed()?.reason).toBe('Token expired')
  })
})

describe('slow consumers', () => {
  const behind = () => {
    const rig = createRig({
      channels: () => ({ public: testChannel('public', { opened: () => join('public'), text: () => nothing }) }),
    })
    const client = rig.connect()
    client.socket.stall()
    rig.fanOut.publish('public', 'x'.repeat(1001))
    return { rig, ...client }
  }

  it('[L6] one that stays behind for 15 s is closed with 4501, also when it talks all the time', () => {
    const { rig, socket, say } = behind()
    for (let n = 0; n < 14; n += 1) {
      rig.pass(1_000)
      say('pong')
    }
    expect(socket.closed()).toBeUndefined()
    rig.pass(1_000 + WATCH_TICK_MS)
    expect(socket.closed()).toEqual({ code: 4501, reason: 'Too slow to follow' })
    expect(rig.fanOut.behind()).toBe(0)
    expect(rig.watched()).toBe(0)
  })

  it('[L6] one that has caught up has its 15 s again', () => {
    const { rig, socket, session, say } = behind()
    rig.pass(14_000 - 4_000)
    say('pong')
    rig.pass(4_000)
    socket.drain()
    rig.fanOut.drained(session)
    say('pong')
    socket.stall()
    rig.fanOut.publish('public', 'x'.repeat(1001))
    rig.pass(9_000)
    say('pong')
    rig.pass(5_900)
    expect(socket.closed()).toBeUndefined()
    say('pong')
    rig.pass(200)
    expect(socket.closed()?.code).toBe(4501)
  })
})
