// /agents/ws against a hub, rule by rule.
import { LegacyAgentRecord } from '@arcp/protocol/model'
import { describe, expect, it, onTestFinished } from 'vitest'
import { conforming } from '../src/conforms.ts'
import { registerCrowd } from '../src/crowd.ts'
import { loginAdmin } from '../src/admin.ts'
import { isObject, openFrames, type Frame, type FrameSocket } from '../src/frames.ts'
import { send } from '../src/http.ts'
import type { Hub } from '../src/hub.ts'
import { keepAlive } from '../src/keep-alive.ts'
import { textAt } from '../src/pick.ts'
import { openWs, type RawSocket } from '../src/raw-socket.ts'
import { registerAgent, requestTempToken, sampleCard } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { expired, forged, nowS, resign } from '../src/tokens.ts'
import { jsonFrame, textFrame } from '../src/ws-frames.ts'

const AUTH_REQUIRED = '{"type":"auth_required","message":"Send your authentication token"}'
const AUTH_SUCCESS = '{"type":"auth_success","message":"Authentication successful","live":{"version":1}}'

const authError = (message: string): string => JSON.stringify({ type: 'auth_error', message })

let made = 0
const freshId = (): string => `socket-${(made += 1)}`

/** A socket that has been asked for its token. */
const open = async (hub: Hub): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}/agents/ws`)
  onTestFinished(() => socket.terminate())
  expect((await socket.next()).text).toBe(AUTH_REQUIRED)
  return socket
}

const authenticated = async (hub: Hub, token: string, more: Record<string, unknown> = {}): Promise<FrameSocket> => {
  const socket = await open(hub)
  socket.send({ token, ...more })
  expect((await socket.next()).text).toBe(AUTH_SUCCESS)
  return socket
}

const listIn = ({ json }: Pick<Frame, 'json'>): readonly Readonly<Record<string, unknown>>[] | undefined =>
  Array.isArray(json) ? json.filter(isObject) : undefined

type List = NonNullable<ReturnType<typeof listIn>>

/** The next list that fits. */
const nextList = async (socket: FrameSocket, fits: (list: List) => boolean = () => true): Promise<List> => {
  const frame = await socket.next((one) => {
    const list = listIn(one)
    return list !== undefined && fits(list)
  })
  return listIn(frame) ?? []
}

const statusIn = (list: List, id: string): unknown => list.find(({ agent_id }) => agent_id === id)?.['status']

/** What a socket is told and how it is closed when its first frame is this. */
const refusal = async (hub: Hub, first: unknown): Promise<readonly [texts: string[], code: number, reason: string]> => {
  const socket = await open(hub)
  socket.send(first)
  const { code, reason } = await socket.closed()
  return [socket.frames.slice(1).map(({ text }) => text), code, reason]
}

const QUIET = { AGENT_WS_INTERVAL: '3600', AGENT_HEARTBEAT_TIMEOUT: '3600' }

describe('authentication', () => {
  const hub = sharedHub({ env: QUIET })

  it('[A1] [A2] [A3] a token opens the socket: success, then the list of all agents', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId(), { ai_context: 'Knows echoes.' })
    const socket = await authenticated(hub(), token)
    const list = await nextList(socket)
    const own = list.find(({ agent_id }) => agent_id === agentId)
    conforming(LegacyAgentRecord, own)
    expect(own).toStrictEqual({
      ...sampleCard(agentId),
      features: [],
      policy_tags: [],
      ai_context: 'Knows echoes.',
      status: 'alive',
      registered_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
      last_seen: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
    })
    expect(socket.frames).toHaveLength(3)
  })

  it('[A2] any type beside the token will do', async () => {
    const { token } = await registerAgent(hub(), freshId())
    for (const type of ['auth', 'whatever', 5, null]) await authenticated(hub(), token, { type })
    await authenticated(hub(), token, { more: { unknown: [] } })
  })

  it('[C2] [C3] pings are answered before and after it', async () => {
    const { token } = await registerAgent(hub(), freshId())
    const socket = await open(hub())
    const pings = async (): Promise<void> => {
      socket.send(' PING ')
      expect((await socket.next()).text).toBe('pong')
      socket.send('pong')
      socket.send({ type: 'pong' })
      socket.send({ type: 'ping' })
      expect((await socket.next()).json).toStrictEqual({ type: 'pong', timestamp: expect.any(Number) })
    }
    await pings()
    socket.send({ token, live: 1 })
    expect((await socket.next()).text).toBe(AUTH_SUCCESS)
    await pings()
  })

  it.each([
    ['text that is not JSON', 'let me in', 'Invalid JSON', 'Invalid JSON'],
    ['an empty text', '', 'Invalid JSON', 'Invalid JSON'],
    ['JSON nested too deep', `{"token":${'['.repeat(20)}${']'.repeat(20)}}`, 'Invalid JSON', 'Invalid JSON'],
    ['no object', '["token"]', 'Token required', 'Authentication required'],
    ['null', 'null', 'Token required', 'Authentication required'],
    ['no token', '{"type":"auth"}', 'Token required', 'Authentication required'],
    ['an empty token', '{"token":""}', 'Token required', 'Authentication required'],
    ['a token of null', '{"token":null}', 'Token required', 'Authentication required'],
    ['another request', '{"type":"get_discovery"}', 'Token required', 'Authentication required'],
    ['a token that is a number', '{"token":5}', 'Invalid token', 'Invalid token'],
    ['a token that is an object', '{"token":{}}', 'Invalid token', 'Invalid token'],
    ['a token that is none', '{"token":"fewfwfewfewfew"}', 'Invalid token', 'Invalid token'],
    ['a token of 4097 characters', JSON.stringify({ token: 'x'.repeat(4097) }), 'Invalid token', 'Invalid token'],
  ])('[A2] %s is refused', async (_, text, message, reason) => {
    expect(await refusal(hub(), text)).toStrictEqual([[authError(message)], 1008, reason])
  })

  it('[A2] tokens that are bad, expired, ended, of another kind or role are refused', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const temp = await requestTempToken(hub(), agentId)
    const gone = await registerAgent(hub(), freshId())
    await send(hub(), 'DELETE', `/agents/${gone.agentId}`, { token: gone.token })
    const invalid = [[authError('Invalid token')], 1008, 'Invalid token']
    const forbidden = [[authError('Insufficient permissions')], 1008, 'Insufficient permissions']
    expect(await refusal(hub(), { token: forged(token) })).toStrictEqual(invalid)
    expect(await refusal(hub(), { token: await expired('access', token) })).toStrictEqual(invalid)
    expect(await refusal(hub(), { token: await resign('access', token, { inc: 7 }) })).toStrictEqual(invalid)
    expect(await refusal(hub(), { token: gone.token })).toStrictEqual(invalid)
    expect(await refusal(hub(), { token: await resign('access', token, { role: 'user' }) })).toStrictEqual(invalid)
    expect(await refusal(hub(), { token: temp })).toStrictEqual(forbidden)
    expect(await refusal(hub(), { token: await expired('temp', temp) })).toStrictEqual(invalid)
    await authenticated(hub(), token)
  })

  it('[A2] [A5] an admin may listen, and has no heartbeat', async () => {
    const { token } = await loginAdmin(hub())
    const socket = await authenticated(hub(), token)
    expect((await nextList(socket)).length).toBeGreaterThan(0)
    socket.send({ type: 'heartbeat' })
    expect((await socket.next(({ json }) => !Array.isArray(json))).json).toStrictEqual({
      type: 'error',
      message: 'An administrator has no heartbeat',
    })
  })

  it('[A4] [S7] an admin with live frames or without is sent away at once when the session ends', async () => {
    const leaving = await loginAdmin(hub())
    const staying = await loginAdmin(hub())
    const [plain, live, other] = [
      await authenticated(hub(), leaving.token),
      await authenticated(hub(), leaving.token, { live: 1 }),
      await authenticated(hub(), staying.token),
    ]
    expect((await leaving.ask('POST', '/auth/logout')).status).toBe(200)
    expect(await plain.closed()).toMatchObject({ code: 1008, reason: 'Session ended' })
    expect(await live.closed()).toMatchObject({ code: 4401, reason: 'Session ended' })
    expect((await refusal(hub(), { token: leaving.token })).slice(1)).toStrictEqual([1008, 'Invalid token'])
    other.send('ping')
    await other.next(({ text }) => text === 'pong')
  })

  it('[A4] an admin may show a later token of the same session, and of no other', async () => {
    const admin = await loginAdmin(hub())
    const socket = await authenticated(hub(), admin.token)
    const later = await admin.ask('POST', '/tokens/refresh')
    socket.send({ type: 'auth', token: textAt(later.body, 'access_token') })
    await socket.nextOfType('auth_success')
    socket.send({ type: 'auth', token: (await loginAdmin(hub())).token })
    expect(await socket.closed()).toMatchObject({ code: 1008 })
  })

  it('[A3] with live: 1 no list comes, not even on a change', async () => {
    const { token } = await registerAgent(hub(), freshId())
    const witness = await authenticated(hub(), token)
    await nextList(witness)
    const live = await authenticated(hub(), token, { live: 1 })
    const later = freshId()
    await registerAgent(hub(), later)
    await nextList(witness, (list) => statusIn(list, later) === 'alive')
    live.send('ping')
    expect((await live.next()).text).toBe('pong')
    expect(live.frames.map(({ text }) => text)).toStrictEqual([AUTH_REQUIRED, AUTH_SUCCESS, 'pong'])
    for (const wrong of [2, '1', true]) {
      expect(await refusal(hub(), { token, live: wrong })).toStrictEqual([
        [authError('Invalid token')],
        1008,
        'Invalid token',
      ])
    }
  })

  describe('frames while a token is being verified', () => {
    const NOT_YET = '{"type":"error","message":"Not authenticated yet"}'

    /** A socket, and a token from a commit the hub has yet to see: it waits a second for that before its verdict. */
    const prepared = async (): Promise<{ readonly socket: RawSocket; readonly token: string }> => {
      const { token } = await registerAgent(hub(), freshId())
      const socket = await openWs(hub(), { path: '/agents/ws' })
      onTestFinished(() => socket.destroy())
      expect(await socket.text()).toBe(AUTH_REQUIRED)
      return { socket, token: await resign('access', token, { off: 1_000_000_000, inc: 2 }) }
    }

    it('[A2] up to 8 are answered with "Not authenticated yet", and none has an effect', async () => {
      const { socket, token } = await prepared()
      const { token: good } = await registerAgent(hub(), freshId())
      const more = Array.from({ length: 8 }, (_, index) =>
        index % 2 === 0 ? textFrame('{') : jsonFrame({ token: good }),
      )
      socket.write(Buffer.concat([jsonFrame({ token, live: 1 }), ...more, textFrame('ping')]))
      for (const _ of more) expect(await socket.text()).toBe(NOT_YET)
      expect(await socket.text()).toBe('pong')
      // The verdict is about the first token alone: this hub cannot tell yet.
      expect(await socket.closed()).toStrictEqual({ code: 1013, reason: 'Hub is catching up, come back' })
    })

    it('[A2] the ninth closes the socket', async () => {
      const { socket, token } = await prepared()
      const more = Array.from({ length: 9 }, () => jsonFrame({ type: 'heartbeat' }))
      socket.write(Buffer.concat([jsonFrame({ token }), ...more]))
      for (const _ of more.slice(1)) expect(await socket.text()).toBe(NOT_YET)
      expect(await socket.closed()).toStrictEqual({ code: 1008, reason: 'Authentication required' })
    })
  })

  it('[A2] a later token of the same agent extends the socket, any other ends it', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const other = await registerAgent(hub(), freshId())
    const temp = await requestTempToken(hub(), agentId)
    const refreshed = textAt((await send(hub(), 'POST', '/tokens/refresh', { token })).body, 'access_token')

    const socket = await authenticated(hub(), token)
    await nextList(socket)
    for (const frame of [{ token: refreshed }, { type: 'auth', token }]) {
      socket.send(frame)
      expect((await socket.next(({ json }) => !Array.isArray(json))).text).toBe(AUTH_SUCCESS)
    }
    // It still follows the list.
    const later = freshId()
    await registerAgent(hub(), later)
    await nextList(socket, (list) => statusIn(list, later) === 'alive')

    const bad = [other.token, temp, forged(token), await expired('access', token), 'nonsense']
    for (const one of bad) {
      const again = await authenticated(hub(), token, { live: 1 })
      again.send({ token: one })
      expect((await again.next()).text).toBe(authError('Invalid token'))
      expect(await again.closed()).toMatchObject({ code: 1008, reason: 'Invalid token' })
    }
    socket.send('ping')
    expect((await socket.next(({ text }) => text === 'pong')).text).toBe('pong')
  })

  it('[A4] [C11] a token that expires closes its sockets', async () => {
    const { token } = await registerAgent(hub(), freshId())
    const short = () => resign('access', token, { exp: nowS() + 1 })
    const legacy = await authenticated(hub(), await short())
    const live = await authenticated(hub(), await short(), { live: 1 })
    const extended = await authenticated(hub(), await short(), { live: 1 })
    extended.send({ token })
    expect((await extended.next()).text).toBe(AUTH_SUCCESS)
    expect(await legacy.closed()).toMatchObject({ code: 1008, reason: 'Token expired' })
    expect(await live.closed()).toMatchObject({ code: 4401, reason: 'Token expired' })
    extended.send('ping')
    expect((await extended.next()).text).toBe('pong')
  })

  it('[C5] [C6] bad frames are answered, known ones of the wrong shape by field', async () => {
    const { token } = await registerAgent(hub(), freshId())
    const socket = await authenticated(hub(), token, { live: 1 })
    const answer = async (frame: unknown): Promise<unknown> => {
      socket.send(frame)
      return (await socket.next()).json
    }
    expect(await answer('{')).toStrictEqual({ type: 'error', message: 'Invalid JSON format' })
    expect(await answer([])).toStrictEqual({ type: 'error', message: 'Unknown message type: (none)' })
    expect(await answer({ type: 'get_discovery' })).toStrictEqual({
      type: 'error',
      message: 'Unknown message type: get_discovery',
    })
    expect(await answer({ type: 'auth', token: 5 })).toStrictEqual({
      type: 'error',
      message: 'token must be a string that is not empty',
      path: '/token',
    })
    socket.send('ping')
    expect((await socket.next()).text).toBe('pong')
  })
})

describe('time to authenticate', () => {
  const hub = sharedHub({ env: { ...QUIET, AGENT_WS_TIMEOUT: '0.4' } })

  it('[A2] nothing, or pings only, until the time is over', async () => {
    const silent = await open(hub())
    const chatty = await open(hub())
    const timer = setInterval(() => {
      if (chatty.raw.readyState === chatty.raw.OPEN) chatty.send('ping')
    }, 100)
    onTestFinished(() => clearInterval(timer))
    const timeout = { code: 1008, reason: 'Authentication timeout' }
    expect(await silent.closed()).toMatchObject(timeout)
    expect(await chatty.closed()).toMatchObject(timeout)
    expect(silent.frames).toHaveLength(1)
    const { token } = await registerAgent(hub(), freshId())
    const good = await authenticated(hub(), token, { live: 1 })
    // Longer than the time that was there to authenticate.
    const late = await open(hub())
    expect(await late.closed()).toMatchObject(timeout)
    good.send('ping')
    expect((await good.next()).text).toBe('pong')
  })
})

describe('lists', () => {
  const hub = sharedHub({
    env: { AGENT_WS_INTERVAL: '0.5', AGENT_HEARTBEAT_TIMEOUT: '0.8', LEASE_MASS_LOSS_RATIO: '1' },
  })

  it('[A3] show the alive and the dead, on each change and at their interval', async () => {
    const watcher = await registerAgent(hub(), freshId())
    keepAlive(hub(), watcher, 100)
    const socket = await authenticated(hub(), watcher.token)
    const mortal = freshId()
    await registerAgent(hub(), mortal)
    await nextList(socket, (list) => statusIn(list, mortal) === 'alive')
    const dead = await nextList(socket, (list) => statusIn(list, mortal) === 'dead')
    expect(statusIn(dead, watcher.agentId)).toBe('alive')
    expect(dead.map(({ agent_id }) => agent_id)).toStrictEqual([watcher.agentId, mortal])

    // Nothing changes any more but the time the watcher was seen: only the clock can bring these.
    const [one, two] = [await nextList(socket), await nextList(socket)]
    const still = (list: List) => list.map(({ agent_id, status }) => `${String(agent_id)} ${String(status)}`)
    expect(still(one)).toStrictEqual(still(dead))
    expect(still(two)).toStrictEqual(still(dead))
    expect(String(two[0]?.['last_seen']) > String(one[0]?.['last_seen'])).toBe(true)
  })
})

describe('many agents', () => {
  const hub = sharedHub({ env: { ...QUIET, WS_LEGACY_LIST_MAX: '50' } })

  it('[C12] the list is only shorter', async () => {
    const [first] = await registerCrowd(hub(), { count: 60, prefix: 'crowd' })
    const socket = await authenticated(hub(), first?.token ?? '')
    expect(await nextList(socket)).toHaveLength(50)
  })
})

describe('capacity', () => {
  const hub = sharedHub({ env: { ...QUIET, AGENT_WS_MAX_CONNECTIONS: '2', PUBLIC_WS_MAX_CONNECTIONS: '2' } })

  it('[C8] counts who has authenticated, and only then', async () => {
    const { token } = await registerAgent(hub(), freshId())
    // More strangers than places: they take none.
    const strangers = await Promise.all([open(hub()), open(hub()), open(hub())])
    const sockets = [await authenticated(hub(), token, { live: 1 }), await authenticated(hub(), token, { live: 1 })]
    const [stranger] = strangers
    stranger?.send({ token: 'bad' })
    expect(await stranger?.closed()).toMatchObject({ code: 1008, reason: 'Invalid token' })
    expect(await refusal(hub(), { token })).toStrictEqual([[], 1013, 'WebSocket capacity reached'])
    const [leaving] = sockets
    leaving?.close(1000)
    await leaving?.closed()
    await authenticated(hub(), token, { live: 1 })
  })

  it('[C8] of the public endpoint counts every socket', async () => {
    const openPublic = () => openFrames(`${hub().wsUrl}/public/ws`)
    const sockets = [await openPublic(), await openPublic()]
    for (const socket of sockets) await socket.nextOfType('welcome')
    const refused = await openPublic()
    expect(await refused.closed()).toMatchObject({ code: 1013, reason: 'Public WebSocket capacity reached' })
    expect(refused.frames).toHaveLength(0)
    sockets[0]?.close(1000)
    await sockets[0]?.closed()
    const next = await openPublic()
    await next.nextOfType('welcome')
    for (const socket of [...sockets, next]) socket.terminate()
  })
})
