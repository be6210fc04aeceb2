import { FAKE_EPOCH } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createDeferred, createRig, settled } from '../../../test/channels-rig.ts'
import { firstMetrics } from '../../domain/agent-metrics.ts'
import type { Auth, AuthFault } from '../../domain/auth.ts'
import type { TokenClaims } from '../../domain/tokens.ts'
import { silentMeter } from '../../kernel/meter.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createPendingAuth } from '../pending-auth.ts'
import { createAgentSockets } from './agent-sockets.ts'
import { createAgentsChannel } from './agents-channel.ts'

type Verdict = Result<TokenClaims, AuthFault>

// The rig starts its clock a minute after the epoch of fake time.
const NOW_S = FAKE_EPOCH / 1000 + 60
const times = { jti: 'j', issuedAt: NOW_S, expiresAt: NOW_S + 100 }
const access = (over: { agentId?: string; incarnation?: number; expiresAt?: number } = {}): Verdict =>
  ok({ kind: 'access', agentId: 'agent-a', keyId: 'key', incarnation: 2, epoch: 'e', offset: 1, ...times, ...over })
const temp: Verdict = ok({ kind: 'temp', agentId: 'agent-a', agentType: 'testing', keyId: 'key', ...times })
const admin: Verdict = ok({ kind: 'admin', user: 'root', sessionId: 's', ...times })

const LIST = [{ agent_id: 'agent-a' }]
const REQUIRED = { type: 'auth_required', message: 'Send your authentication token' }
const SUCCESS = { type: 'auth_success', message: 'Authentication successful', live: { version: 1 } }
const NOT_YET = { type: 'error', message: 'Not authenticated yet' }
const authError = (message: string) => ({ type: 'auth_error', message })

const setUp = (options: { max?: number; alive?: () => boolean } = {}) => {
  const sockets = createAgentSockets()
  const asked: {
    readonly token: string
    readonly resolve: (verdict: Verdict) => void
    readonly reject: (cause: unknown) => void
  }[] = []
  // Each question waits until the test answers it.
  const auth: Pick<Auth, 'authenticate' | 'alive'> = {
    authenticate: (token) => {
      const { promise, resolve, reject } = createDeferred<Verdict>()
      asked.push({ token: token ?? '', resolve, reject })
      return promise
    },
    alive: options.alive ?? (() => true),
  }
  const built: { pending?: ReturnType<typeof createPendingAuth> } = {}
  const rig = createRig({
    onPending: (session) => built.pending?.add(session),
    channels: ({ time, reception }) => {
      built.pending = createPendingAuth({
        settings: { maxPendingAuth: 0, maxPendingAuthPerAddress: 0, isProxy: () => false },
        meter: silentMeter,
        close: (session, code, reason) => reception().close(session, code, reason),
      })
      return {
        agents: createAgentsChannel({
          auth,
          presence: { seen: () => undefined },
          heartbeat: async () => ok(time.clock.wall()),
          report: (id) => ok(firstMetrics({ id, registeredAt: 0 })),
          nextMs: () => 20_000,
          clock: time.clock,
          sockets,
          pending: built.pending,
          list: () => JSON.stringify(LIST),
          timeoutMs: 3000,
          maxConnections: options.max ?? 0,
        }),
      }
    },
  })
  /** Answers the last question. */
  const answer = async (verdict: Verdict): Promise<void> => {
    asked.at(-1)?.resolve(verdict)
    await settled()
  }
  return { rig, sockets, asked, answer, pending: () => built.pending?.count(), connect: () => rig.connect('agents') }
}

const authenticated = async (verdict: Verdict = access(), frame = '{"token":"t"}') => {
  const hub = setUp()
  const client = hub.connect()
  client.say(frame)
  await hub.answer(verdict)
  // An administrator's session is looked at once more when the socket is among those that end with it.
  await hub.answer(verdict)
  client.socket.frames()
  return { ...hub, ...client }
}

describe('the first frame', () => {
  it('[A1] the hub asks for the token', () => {
    const { socket } = setUp().connect()
    expect(socket.frames()).toEqual([REQUIRED])
    expect(socket.topics.size).toBe(0)
  })

  it('[A2] a token is taken with and without a type, whatever that says', async () => {
    for (const text of ['{"token":"abc"}', '{"type":"auth","token":"abc"}', '{"type":7,"token":"abc","x":1}']) {
      const hub = setUp()
      hub.connect().say(text)
      expect(hub.asked.map(({ token }) => token)).toEqual(['abc'])
    }
  })

  it('[A3] a good token: success, then the bare list, and the topic is followed', async () => {
    const hub = setUp()
    const { socket, session, say } = hub.connect()
    say('{"token":"t"}')
    await hub.answer(access())
    expect(socket.frames()).toEqual([REQUIRED, SUCCESS, LIST])
    expect([...socket.topics]).toEqual(['agents'])
    expect(session.state).toMatchObject({ kind: 'authenticated', live: false })
    expect(hub.sockets.count()).toBe(1)
    expect(socket.closed()).toBeUndefined()
  })

  it('[A3] with "live":1 no list comes until it is asked for', async () => {
    const hub = setUp()
    const { socket, session, say } = hub.connect()
    say('{"token":"t","live":1}')
    await hub.answer(access())
    expect(socket.frames()).toEqual([REQUIRED, SUCCESS])
    expect(socket.topics.size).toBe(0)
    expect(session.state).toMatchObject({ kind: 'authenticated', live: true })
  })

  it('[A2] an admin may listen too', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    await hub.answer(admin)
    await hub.answer(admin)
    expect(socket.frames()).toEqual([REQUIRED, SUCCESS, LIST])
  })

  it('[A4] [S7] a session that ends while its token is looked at leaves no socket behind', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    await hub.answer(admin)
    await hub.answer(err({ kind: 'session-ended' }))
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Invalid token' })
    expect(hub.sockets.count()).toBe(0)
  })

  it('[X76] a user token is for somebody else', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    await hub.answer(ok({ kind: 'user', user: 'ann', agentId: 'agent-a', scopes: [], ...times }))
    expect(socket.frames()).toEqual([REQUIRED, authError('Insufficient permissions')])
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Insufficient permissions' })
  })

  it.each([
    ['{', 'Invalid JSON', 'Invalid JSON'],
    ['hello', 'Invalid JSON', 'Invalid JSON'],
    ['[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]', 'Invalid JSON', 'Invalid JSON'],
    ['{}', 'Token required', 'Authentication required'],
    ['[]', 'Token required', 'Authentication required'],
    ['null', 'Token required', 'Authentication required'],
    ['{"token":""}', 'Token required', 'Authentication required'],
    ['{"token":null}', 'Token required', 'Authentication required'],
    ['{"__proto__":{"token":"t"}}', 'Token required', 'Authentication required'],
    ['{"type":"get_discovery"}', 'Token required', 'Authentication required'],
    ['{"token":7}', 'Invalid token', 'Invalid token'],
    ['{"token":{"a":1}}', 'Invalid token', 'Invalid token'],
  ])('[A2] %s is refused before anybody is asked', (text, message, reason) => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say(text)
    expect(socket.frames()).toEqual([REQUIRED, authError(message)])
    expect(socket.closed()).toEqual({ code: 1008, reason })
    expect(hub.asked).toEqual([])
    expect(hub.rig.watched()).toBe(0)
  })

  it.each<[string, Verdict, string]>([
    ['a bad token', err({ kind: 'invalid' }), 'Invalid token'],
    ['an expired token', err({ kind: 'expired' }), 'Invalid token'],
    [
      'a token of a life that has ended',
      err({ kind: 'gone', agentId: 'agent-a', reason: 'replaced' }),
      'Invalid token',
    ],
    ['a temp token', temp, 'Insufficient permissions'],
  ])('[A2] %s is refused with 1008', async (_name, verdict, message) => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    await hub.answer(verdict)
    expect(socket.frames()).toEqual([REQUIRED, authError(message)])
    expect(socket.closed()).toEqual({ code: 1008, reason: message })
    expect(socket.topics.size).toBe(0)
    expect(hub.sockets.count()).toBe(0)
  })

  it('[A2] a hub that is behind the token sends the agent away for a moment, not for good', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    await hub.answer(err({ kind: 'behind', retryAfterS: 1 }))
    expect(socket.frames()).toEqual([REQUIRED])
    expect(socket.closed()?.code).toBe(1013)
  })

  it('[A4] a life that ends while its token is looked at opens no socket', async () => {
    const hub = setUp({ alive: () => false })
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    await hub.answer(access())
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Invalid token' })
    expect(hub.sockets.count()).toBe(0)
  })

  it('[C2][C3] words and JSON pings before it are answered and are no first frame', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    for (const text of ['ping', 'pong', '{"type":"ping"}', '{"type":"pong"}', '{"token":"t"}']) say(text)
    await hub.answer(access())
    expect(socket.frames()).toEqual([REQUIRED, 'pong', { type: 'pong', timestamp: NOW_S }, SUCCESS, LIST])
  })
})

describe('while the token is verified', () => {
  it('[A2] eight frames are answered with an error, none is acted on, the ninth ends the socket', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    const eight = [
      '{"type":"get_discovery"}',
      '{',
      '[]',
      '{"token":"other"}',
      '{"type":"heartbeat"}',
      '{}',
      '1',
      '{"a":1}',
    ]
    for (const text of eight) say(text)
    expect(socket.frames()).toEqual([REQUIRED, ...eight.map(() => NOT_YET)])
    expect(socket.closed()).toBeUndefined()
    expect(hub.asked).toHaveLength(1)
    say('{}')
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Authentication required' })
    await hub.answer(access())
    expect(socket.frames()).toEqual([])
    expect(hub.sockets.count()).toBe(0)
  })

  it('[A2] up to eight do not hinder the token', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    for (let n = 0; n < 8; n += 1) say('{}')
    socket.frames()
    await hub.answer(access())
    expect(socket.frames()).toEqual([SUCCESS, LIST])
  })

  it('[C2][C3] pings are answered and do not count', () => {
    const { socket, say } = setUp().connect()
    say('{"token":"t"}')
    socket.frames()
    for (let n = 0; n < 10; n += 1) say('{"type":"ping"}')
    say('{"type":"pong"}')
    say('ping')
    expect(socket.frames()).toEqual([...Array.from({ length: 10 }, () => ({ type: 'pong', timestamp: NOW_S })), 'pong'])
    expect(socket.closed()).toBeUndefined()
  })

  it('[A2] the timeout still runs, and a verdict after it changes nothing', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    hub.rig.pass(2_000)
    say('{"token":"t"}')
    hub.rig.pass(1_050)
    expect(socket.closed()).toEqual({ code: 1008, reason: 'Authentication timeout' })
    await hub.answer(access())
    expect(socket.frames()).toEqual([REQUIRED])
    expect(hub.sockets.count()).toBe(0)
    expect(hub.pending()).toBe(0)
  })

  it('[S10] a verification that breaks ends the socket with 1011', async () => {
    const hub = setUp()
    const { socket, say } = hub.connect()
    say('{"token":"t"}')
    hub.asked.at(-1)?.reject(new Error('store on fire'))
    await settled()
    expect(socket.closed()?.code).toBe(1011)
    expect(hub.rig.errors).toEqual(['socket_handler_failed'])
  })
})

describe('an authenticated socket', () => {
  it('[C5][C3] answers pings, and says what it does not know', async () => {
    const { socket, say } = await authenticated()
    for (const text of ['ping', '{"type":"ping"}', '{"type":"pong"}', '{', '{"type":"nonsense"}']) say(text)
    expect(socket.frames()).toEqual([
      'pong',
      { type: 'pong', timestamp: NOW_S },
      { type: 'error', message: 'Invalid JSON format' },
      { type: 'error', message: 'Unknown message type: nonsense' },
    ])
  })

  it('[A2] a later token of the same life extends the expiry and keeps the topic', async () => {
    const hub = await authenticated()
    hub.rig.pass(9_000)
    hub.say('{"token":"fresh"}')
    await hub.answer(access({ expiresAt: NOW_S + 200 }))
    expect(hub.socket.frames()).toEqual([SUCCESS])
    expect([...hub.socket.topics]).toEqual(['agents'])
    for (let n = 0; n < 20; n += 1) {
      hub.rig.pass(9_000)
      hub.say('pong')
    }
    expect(hub.socket.closed()).toBeUndefined()
    hub.rig.pass(10_900)
    hub.say('pong')
    expect(hub.socket.closed()).toBeUndefined()
    hub.rig.pass(150)
    expect(hub.socket.closed()).toEqual({ code: 1008, reason: 'Token expired' })
    expect(hub.sockets.count()).toBe(0)
  })

  it('[A2] a hub that is behind a later token sends the agent away for a moment, not for good', async () => {
    const hub = await authenticated()
    hub.say('{"token":"newer"}')
    await hub.answer(err({ kind: 'behind', retryAfterS: 1 }))
    expect(hub.socket.closed()?.code).toBe(1013)
  })

  it('[A2] an older token of the same life shortens nothing', async () => {
    const hub = await authenticated()
    hub.say('{"token":"older"}')
    await hub.answer(access({ expiresAt: NOW_S + 5 }))
    hub.rig.pass(9_000)
    expect(hub.socket.closed()).toBeUndefined()
  })

  it.each<[string, Verdict, Verdict]>([
    ['another agent', access(), access({ agentId: 'agent-b' })],
    ['another life', access(), access({ incarnation: 3 })],
    ['a temp token', access(), temp],
    ['an admin', access(), admin],
    ['a bad token', access(), err({ kind: 'invalid' })],
    ['another session', admin, ok({ kind: 'admin', user: 'root', sessionId: 'other', ...times })],
    ['an agent after an admin', admin, access()],
  ])('[A2] %s in a later token ends the socket with 1008', async (_name, first, later) => {
    const hub = await authenticated(first)
    hub.say('{"token":"x"}')
    await hub.answer(later)
    expect(hub.socket.frames()).toEqual([authError('Invalid token')])
    expect(hub.socket.closed()).toEqual({ code: 1008, reason: 'Invalid token' })
    expect(hub.sockets.count()).toBe(0)
    expect(hub.socket.topics.size).toBe(0)
  })

  it('[A2] a later token of the same session goes on with it', async () => {
    const hub = await authenticated(admin)
    hub.say('{"token":"x"}')
    await hub.answer(admin)
    expect(hub.socket.frames()).toEqual([SUCCESS])
    expect(hub.socket.closed()).toBeUndefined()
  })

  it('[A4] a token that ended while a later one was looked at stays ended', async () => {
    const hub = await authenticated()
    hub.say('{"token":"x"}')
    hub.rig.reception().close(hub.session, 1008, 'Agent was unregistered')
    await hub.answer(access())
    expect(hub.socket.frames()).toEqual([])
    expect(hub.session.state.kind).toBe('closed')
    expect(hub.sockets.count()).toBe(0)
  })
})

describe('limits', () => {
  it('[C8] counts authenticated sockets only, and says 1013 after the token was checked', async () => {
    const hub = setUp({ max: 1 })
    const strangers = Array.from({ length: 5 }, () => hub.connect())
    expect(strangers.every(({ socket }) => socket.closed() === undefined)).toBe(true)
    const first = hub.connect()
    first.say('{"token":"t"}')
    await hub.answer(access())
    expect(first.socket.closed()).toBeUndefined()

    const second = hub.connect()
    second.say('{"token":"bad"}')
    await hub.answer(err({ kind: 'invalid' }))
    expect(second.socket.closed()?.code).toBe(1008)
    const third = hub.connect()
    third.say('{"token":"t"}')
    await hub.answer(access())
    expect(third.socket.closed()).toEqual({ code: 1013, reason: 'WebSocket capacity reached' })

    hub.rig.reception().closed(first.session, 1000)
    const fourth = hub.connect()
    fourth.say('{"token":"t"}')
    await hub.answer(access())
    expect(fourth.socket.closed()).toBeUndefined()
  })

  it('[C8] two that are verified at the same time do not pass together where one fits', async () => {
    const hub = setUp({ max: 1 })
    const clients = [hub.connect(), hub.connect(), hub.connect()]
    for (const { say } of clients) say('{"token":"t"}')
    for (const { resolve } of hub.asked) resolve(access())
    await settled()
    expect(clients.map(({ socket }) => socket.closed()?.code)).toEqual([undefined, 1013, 1013])
    expect(hub.sockets.count()).toBe(1)
  })

  it('[C8] who waits for a second counts as pending until the token was good, or the socket is gone', async () => {
    const hub = setUp()
    const [one, two] = [hub.connect(), hub.connect()]
    hub.rig.pass(1_100)
    expect(hub.pending()).toBe(2)
    one.say('{"token":"t"}')
    expect(hub.pending()).toBe(2)
    await hub.answer(access())
    expect(hub.pending()).toBe(1)
    hub.rig.reception().closed(two.session, 1006)
    hub.rig.reception().closed(one.session, 1006)
    expect(hub.pending()).toBe(0)
    expect(hub.rig.watched()).toBe(0)
  })
})
