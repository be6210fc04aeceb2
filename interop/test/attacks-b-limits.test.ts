// Group B of the attack catalogue, limits: too many frames, too many sockets, and sockets that will not authenticate.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTarget, type Target } from '../src/attack-target.ts'
import { ask, openWs, type RawClose, type RawSocket } from '../src/raw-socket.ts'
import { registerAgent } from '../src/rest.ts'
import { resign } from '../src/tokens.ts'
import { frameBytes, jsonFrame, OPCODE, textFrame } from '../src/ws-frames.ts'

const openPublic = async (hub: Target, headers: Readonly<Record<string, string>> = {}): Promise<RawSocket> => {
  const socket = await openWs(hub, { headers })
  expect(JSON.parse(await socket.text())).toMatchObject({ type: 'welcome' })
  return socket
}

const openAgents = async (hub: Target, headers: Readonly<Record<string, string>> = {}): Promise<RawSocket> => {
  const socket = await openWs(hub, { path: '/agents/ws', headers })
  expect(JSON.parse(await socket.text())).toMatchObject({ type: 'auth_required' })
  return socket
}

/** Authenticates without asking for lists. */
const authenticate = async (socket: RawSocket, token: string): Promise<unknown> =>
  JSON.parse(await ask(socket, JSON.stringify({ token, live: 1 })))

const SUCCESS = expect.objectContaining({ type: 'auth_success' })
const texts = (socket: RawSocket): string[] =>
  socket.frames.items.filter(({ opcode }) => opcode === OPCODE.text).map(({ payload }) => payload.toString())
const count = (all: readonly string[], part: string): number => all.filter((one) => one.includes(part)).length

describe('floods', () => {
  let hub: Target
  beforeAll(async () => {
    hub = await startTarget()
  })
  afterEach(async () => {
    await hub.unharmed()
  })
  afterAll(async () => {
    await hub.stop()
  })

  const TOO_MANY = 'Too many messages'
  const TOO_MANY_BAD = 'Too many bad messages'

  /** Sends all frames at once on a fresh public socket, which ends by it, while another goes on. */
  const flood = async (bytes: readonly Uint8Array[], reason = TOO_MANY): Promise<RawSocket> => {
    const [socket, other] = await Promise.all([openPublic(hub), openPublic(hub)])
    socket.write(Buffer.concat(bytes))
    expect(await socket.closed(30_000)).toStrictEqual({ code: 1008, reason })
    expect(await ask(other, 'ping')).toBe('pong')
    other.destroy()
    return socket
  }
  const times = (howMany: number, bytes: Uint8Array): Uint8Array[] => Array.from({ length: howMany }, () => bytes)

  test('[C5] twenty bad frames are answered, one more closes with 1008', async () => {
    const socket = await flood(times(25, textFrame('{')), TOO_MANY_BAD)
    expect(count(texts(socket), 'Invalid JSON format')).toBe(21)
    const patient = await openPublic(hub)
    patient.write(Buffer.concat(times(20, textFrame('{'))))
    expect(await ask(patient, 'ping')).toBe('{"type":"error","message":"Invalid JSON format"}')
    for (let answered = 1; answered < 20; answered += 1) await patient.text()
    expect(await patient.text()).toBe('pong')
    patient.destroy()
  })

  test('[X33] a flood of pings is closed with 1008', async () => {
    const ping = frameBytes({ opcode: OPCODE.ping, payload: 'x' })
    const socket = await flood(times(1000, ping))
    expect(count(texts(socket), TOO_MANY)).toBe(21)
    const modest = await openPublic(hub)
    modest.write(Buffer.concat(times(10, ping)))
    expect(await ask(modest, 'ping')).toBe('pong')
    expect(modest.frames.items.filter(({ opcode }) => opcode === OPCODE.pong)).toHaveLength(10)
    modest.destroy()
  })

  test('[X33] a flood of pongs nobody asked for is closed with 1008', async () => {
    const pong = frameBytes({ opcode: OPCODE.pong })
    await flood(times(100_000, pong))
    const modest = await openPublic(hub)
    modest.write(Buffer.concat(times(10, pong)))
    expect(await ask(modest, 'ping')).toBe('pong')
    modest.destroy()
  })

  test('[X41] a hundred thousand tiny frames are closed with 1008, after a few answers', async () => {
    const bad = await flood(times(100_000, textFrame('x')), TOO_MANY_BAD)
    expect(texts(bad).length).toBeLessThan(30)
    // Good frames: the burst is answered, then each of the next is one bad frame.
    const good = await flood(times(100_000, textFrame('{"type":"ping"}')))
    expect(count(texts(good), '"pong"')).toBeGreaterThanOrEqual(100)
    expect(texts(good).length).toBeLessThan(1000)
  })

  test('[X48] a flood of the word ping is closed with 1008, so is one of the word pong', async () => {
    const socket = await flood(times(10_000, textFrame('ping')))
    expect(count(texts(socket), 'pong')).toBeGreaterThanOrEqual(20)
    expect(texts(socket).length).toBeLessThan(1000)
    await flood(times(10_000, textFrame('pong')))
  })
})

describe('capacity', () => {
  let hub: Target
  beforeAll(async () => {
    hub = await startTarget({ PUBLIC_WS_MAX_CONNECTIONS: '2', AGENT_WS_MAX_CONNECTIONS: '1' })
  })
  afterEach(async () => {
    await hub.unharmed()
  })
  afterAll(async () => {
    await hub.stop()
  })

  test('[C8] a public socket too many is upgraded and closed with 1013 and the reason; a place that is free again is given', async () => {
    const [first, second] = await Promise.all([openPublic(hub), openPublic(hub)])
    const third = await openWs(hub)
    expect(await third.closed()).toStrictEqual({ code: 1013, reason: 'Public WebSocket capacity reached' })
    expect(texts(third)).toStrictEqual([])
    expect(await ask(second, 'ping')).toBe('pong')
    first.destroy()
    await hub.metricReaches('arcp_websocket_connections{endpoint="public"}', (open) => open === 1)
    const fourth = await openPublic(hub)
    expect(await ask(fourth, 'ping')).toBe('pong')
    second.destroy()
    fourth.destroy()
  })

  test('[C8] an agent socket too many is closed with 1013 after its token was checked; strangers take no place', async () => {
    const strangers = await Promise.all(Array.from({ length: 5 }, () => openAgents(hub)))
    const [first, second, forger] = await Promise.all([openAgents(hub), openAgents(hub), openAgents(hub)])
    expect(await authenticate(first, hub.token)).toStrictEqual(SUCCESS)
    second.write(jsonFrame({ token: hub.token, live: 1 }))
    expect(await second.closed()).toStrictEqual({ code: 1013, reason: 'WebSocket capacity reached' })
    forger.write(jsonFrame({ token: 'forged' }))
    expect(await forger.closed()).toStrictEqual({ code: 1008, reason: 'Invalid token' })
    expect(await ask(first, 'ping')).toBe('pong')
    for (const socket of [...strangers, first]) socket.destroy()
  })
})

describe('sockets that have not authenticated', () => {
  const REASON: RawClose = { code: 1013, reason: 'Too many sockets waiting to authenticate' }

  test('[C8] of one address only so many may wait, of all addresses only so many', async () => {
    const hub = await startTarget({
      TRUSTED_PROXIES: '127.0.0.1',
      WS_MAX_PENDING_AUTH: '3',
      WS_MAX_PENDING_AUTH_PER_ADDRESS: '2',
    })
    const waiting = 'arcp_websocket_pending_auth'
    const from = (address: string): Promise<RawSocket> => openAgents(hub, { 'x-forwarded-for': address })
    const closedOnes = (sockets: readonly RawSocket[]): RawSocket[] =>
      sockets.filter(({ frames }) => frames.items.some(({ opcode }) => opcode === OPCODE.close))

    // Who has authenticated does not count.
    const member = await from('203.0.113.1')
    expect(await authenticate(member, hub.token)).toStrictEqual(SUCCESS)
    const crowd = await Promise.all(['203.0.113.1', '203.0.113.1', '203.0.113.1'].map(from))
    const gone = await Promise.any(crowd.map(async (socket) => ({ ...(await socket.closed()) })))
    expect(gone).toStrictEqual(REASON)
    await hub.metricReaches(waiting, (sockets) => sockets === 2)
    expect(closedOnes(crowd)).toHaveLength(1)

    const others = await Promise.all(['203.0.113.2', '203.0.113.3'].map(from))
    expect(await Promise.any(others.map((socket) => socket.closed()))).toStrictEqual(REASON)
    await hub.metricReaches(waiting, (sockets) => sockets === 3)
    expect(closedOnes(others)).toHaveLength(1)

    // Who authenticates late makes room.
    const late = crowd.find((socket) => !closedOnes(crowd).includes(socket))
    if (late === undefined) throw new Error('nobody is left')
    expect(await authenticate(late, hub.token)).toStrictEqual(SUCCESS)
    await hub.metricReaches(waiting, (sockets) => sockets === 2)
    expect(await ask(member, 'ping')).toBe('pong')
    await hub.unharmed()
    await hub.stop()
  })

  test('[X44] who does not authenticate in time is closed with 1008; pings do not put it off', async () => {
    const hub = await startTarget({ AGENT_WS_TIMEOUT: '1.5' })
    const member = await openAgents(hub)
    expect(await authenticate(member, hub.token)).toStrictEqual(SUCCESS)
    const [silent, pinging] = await Promise.all([openAgents(hub), openAgents(hub)])
    const drip = setInterval(() => {
      pinging.write(textFrame('ping'))
      pinging.write(frameBytes({ opcode: OPCODE.ping }))
      pinging.write(textFrame('{"type":"ping"}'))
    }, 300)
    const late: RawClose = { code: 1008, reason: 'Authentication timeout' }
    expect(await Promise.all([silent.closed(), pinging.closed()])).toStrictEqual([late, late])
    clearInterval(drip)
    expect(count(texts(pinging), 'pong')).toBeGreaterThan(0)
    expect(await ask(member, 'ping')).toBe('pong')
    await hub.unharmed()
    await hub.stop()
  })
})

describe('the order of authentication', () => {
  let hub: Target
  beforeAll(async () => {
    hub = await startTarget({ WS_FRAMES_BURST: '1000' })
  })
  afterEach(async () => {
    await hub.unharmed()
  })
  afterAll(async () => {
    await hub.stop()
  })

  test('[X45] authenticating again: the same agent stays, anybody else is closed with 1008', async () => {
    const open = async (): Promise<RawSocket> => {
      const socket = await openAgents(hub)
      expect(await authenticate(socket, hub.token)).toStrictEqual(SUCCESS)
      return socket
    }
    const [same, forged, other] = await Promise.all([open(), open(), open()])
    expect(JSON.parse(await ask(same, JSON.stringify({ type: 'auth', token: hub.token })))).toStrictEqual(SUCCESS)
    expect(await ask(same, 'ping')).toBe('pong')

    forged.write(jsonFrame({ type: 'auth', token: `${hub.token.slice(0, -3)}AAA` }))
    expect(await forged.closed()).toStrictEqual({ code: 1008, reason: 'Invalid token' })

    const target = await startTarget()
    const stranger = await registerAgent(target, 'stranger')
    const atHome = await openAgents(target)
    expect(await authenticate(atHome, target.token)).toStrictEqual(SUCCESS)
    atHome.write(jsonFrame({ type: 'auth', token: stranger.token }))
    expect(await atHome.closed()).toStrictEqual({ code: 1008, reason: 'Invalid token' })
    await target.stop()

    expect(await ask(other, 'ping')).toBe('pong')
    for (const socket of [same, other]) socket.destroy()
  })

  test('[X46] any other first frame is refused with auth_error and 1008, and not acted on', async () => {
    const cases: readonly (readonly [frame: string, error: string, reason: string])[] = [
      ['{"type":"get_discovery"}', 'Token required', 'Authentication required'],
      ['{"type":"heartbeat"}', 'Token required', 'Authentication required'],
      ['{"type":"auth"}', 'Token required', 'Authentication required'],
      ['{"type":"auth","token":""}', 'Token required', 'Authentication required'],
      ['{', 'Invalid JSON', 'Invalid JSON'],
      ['{"token":"forged"}', 'Invalid token', 'Invalid token'],
    ]
    for (const [frame, error, reason] of cases) {
      const socket = await openAgents(hub)
      expect([frame, JSON.parse(await ask(socket, frame))]).toStrictEqual([
        frame,
        { type: 'auth_error', message: error },
      ])
      expect([frame, await socket.closed()]).toStrictEqual([frame, { code: 1008, reason }])
    }
    const socket = await openAgents(hub)
    expect(await authenticate(socket, hub.token)).toStrictEqual(SUCCESS)
    socket.destroy()
  })

  test('[X47] frames in the packet of the token: none is acted on before the verdict, and their order is kept', async () => {
    const held = jsonFrame({ type: 'get_discovery' })
    const behind = Buffer.concat([held, textFrame('ping'), held, held])
    const notYet = { type: 'error', message: 'Not authenticated yet' }
    const unknown = { type: 'error', message: 'Unknown message type: get_discovery' }
    const send = async (socket: RawSocket, token: string): Promise<unknown[]> => {
      socket.write(Buffer.concat([jsonFrame({ token, live: 1 }), behind]))
      const seen: unknown[] = []
      for (let index = 0; index < 5; index += 1) {
        const one = await socket.text()
        seen.push(one === 'pong' ? one : JSON.parse(one))
      }
      return seen
    }
    // A token this hub does not remember: its signature is checked while the frames behind it arrive.
    const fresh = await openAgents(hub)
    expect(await send(fresh, await newToken())).toStrictEqual([notYet, 'pong', notYet, notYet, SUCCESS])
    expect(await ask(fresh, 'ping')).toBe('pong')
    // A token the hub signed itself: the verdict is there before the next frame is read.
    const known = await openAgents(hub)
    expect(await send(known, hub.token)).toStrictEqual([SUCCESS, unknown, 'pong', unknown, unknown])
    for (const socket of [fresh, known]) socket.destroy()

    // Only so many are held.
    const impatient = await openAgents(hub)
    const token = await newToken()
    impatient.write(Buffer.concat([jsonFrame({ token, live: 1 }), ...Array.from({ length: 9 }, () => held)]))
    expect(await impatient.closed()).toStrictEqual({ code: 1008, reason: 'Authentication required' })
    expect(count(texts(impatient), 'auth_success')).toBe(0)
  })

  const newToken = (): Promise<string> => resign('access', hub.token, { jti: crypto.randomUUID() })
})
