// Group A of the attack catalogue, the handshakes: who may open a WebSocket, and how it must be asked for.
// Where one hub cannot show both sides of a setting there are two: `hub` as in production, `home` as on a laptop.
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTarget, type Target } from '../src/attack-target.ts'
import {
  exchange,
  handshakeBytes,
  openRaw,
  openWs,
  requestBytes,
  type Handshake,
  type RawResponse,
} from '../src/raw-socket.ts'
import { jsonFrame, textFrame } from '../src/ws-frames.ts'

const DASHBOARD = 'https://dash.example'
const PATHS = ['/public/ws', '/agents/ws'] as const

let hub: Target
let home: Target

beforeAll(async () => {
  ;[hub, home] = await Promise.all([
    startTarget({ ENVIRONMENT: 'testing', ALLOWED_ORIGINS: DASHBOARD, PUBLIC_WS_CHECK_ORIGIN: 'true' }),
    startTarget(),
  ])
})
afterEach(async () => {
  await Promise.all([hub.unharmed(), home.unharmed()])
})
afterAll(async () => {
  await Promise.all([hub.stop(), home.stop()])
})

const shake = (handshake: Handshake, target: Target = hub): Promise<RawResponse> =>
  exchange(target, handshakeBytes(target, handshake))

const header = ({ headers }: RawResponse, wanted: string): readonly string[] =>
  headers.filter(([name]) => name === wanted).map(([, value]) => value)

/** The statuses of one handshake on both endpoints. */
const statuses = (headers: Handshake['headers'], target: Target = hub): Promise<number[]> =>
  Promise.all(
    PATHS.map(async (path) => (await shake({ path, ...(headers === undefined ? {} : { headers }) }, target)).status),
  )

const withOrigin = (origin: string | readonly string[], target: Target = hub): Promise<number[]> =>
  statuses({ origin }, target)

describe('Origin', () => {
  afterEach(async () => {
    // The good origin passes all the time.
    expect(await withOrigin(DASHBOARD)).toStrictEqual([101, 101])
  })

  test('[C9][X1] a page of a strange origin gets 403, before any socket exists', async () => {
    expect(await withOrigin('https://evil.example')).toStrictEqual([403, 403])
    const refused = await shake({ path: '/agents/ws', headers: { origin: 'https://evil.example' } })
    expect(JSON.parse(refused.body)).toMatchObject({ status: 403, instance: '/agents/ws' })
    expect(header(refused, 'connection')).toStrictEqual(['close'])
    expect(await hub.metric('arcp_websocket_connections{endpoint="agents"}')).toBe(0)
  })

  test('[C9] the own origin passes, and who is no browser', async () => {
    expect(await withOrigin(`http://127.0.0.1:${hub.port}`)).toStrictEqual([101, 101])
    expect(await statuses({})).toStrictEqual([101, 101])
  })

  test('[C9] by default the public endpoint takes any origin, and in development localhost passes', async () => {
    expect(await withOrigin('https://evil.example', home)).toStrictEqual([101, 403])
    expect(await withOrigin('http://localhost:5173', home)).toStrictEqual([101, 101])
    expect(await withOrigin('http://127.0.0.1:1', home)).toStrictEqual([101, 101])
    expect(await withOrigin('http://localhost:5173')).toStrictEqual([403, 403])
    expect(await withOrigin('http://localhost.evil.example', home)).toStrictEqual([101, 403])
  })

  test('[C9][X2] Origin null gets 403', async () => {
    expect(await withOrigin('null')).toStrictEqual([403, 403])
    expect(await withOrigin('null', home)).toStrictEqual([101, 403])
  })

  test('[C9][X3] an origin that begins like an allowed one gets 403', async () => {
    expect(await withOrigin(`${DASHBOARD}.evil`)).toStrictEqual([403, 403])
    expect(await withOrigin(`http://127.0.0.1:${hub.port}0`)).toStrictEqual([403, 403])
  })

  test('[C9][X4] an origin that ends like an allowed one gets 403', async () => {
    expect(await withOrigin('https://evildash.example')).toStrictEqual([403, 403])
    expect(await withOrigin(`https://evil.example/?${DASHBOARD}`)).toStrictEqual([403, 403])
  })

  test('[C9][X5] another port, spelling, scheme or a user name gets 403', async () => {
    const others = [
      'https://dash.example:8443',
      'https://dash.example:443',
      'HTTPS://DASH.EXAMPLE',
      'https://dash.example/',
      'https://dash.example.',
      'https://user@dash.example',
      'https://dash.example@evil.example',
      'http://dash.example',
      `https://127.0.0.1:${hub.port}`,
      '',
    ]
    const got = await Promise.all(others.map(async (origin) => [origin, ...(await withOrigin(origin))]))
    expect(got).toStrictEqual(others.map((origin) => [origin, 403, 403]))
  })

  test('[C9][X6] two Origin headers get 400, whatever they say', async () => {
    expect(await withOrigin([DASHBOARD, 'https://evil.example'])).toStrictEqual([400, 400])
    expect(await withOrigin([DASHBOARD, DASHBOARD])).toStrictEqual([400, 400])
    expect(await withOrigin(`${DASHBOARD}, https://evil.example`)).toStrictEqual([403, 403])
  })
})

describe('form of the handshake', () => {
  test('the good one is accepted as RFC 6455 says', async () => {
    const key = 'dGhlIHNhbXBsZSBub25jZQ=='
    const answer = await shake({
      headers: { 'sec-websocket-key': key, connection: 'keep-alive, uPgRaDe', upgrade: 'WebSocket' },
    })
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    expect(answer.status).toBe(101)
    expect(header(answer, 'sec-websocket-accept')).toStrictEqual([accept])
  })

  test('[X7] any version but 13 gets 426 and is told the right one', async () => {
    for (const version of ['8', '0', '12', '14', '13, 8', '', null]) {
      const answer = await shake({ path: '/agents/ws', headers: { 'sec-websocket-version': version } })
      expect([version, answer.status]).toStrictEqual([version, 426])
      expect(header(answer, 'sec-websocket-version')).toStrictEqual(['13'])
      expect(header(answer, 'upgrade')).toStrictEqual(['websocket'])
    }
    expect(await statuses({ 'sec-websocket-version': ['13', '13'] })).toStrictEqual([400, 400])
    expect(await statuses({ 'sec-websocket-version': '13' })).toStrictEqual([101, 101])
  })

  test('[X8] without Connection: Upgrade it gets 400', async () => {
    for (const connection of [null, 'keep-alive', 'close', 'upgraded', 'x-upgrade']) {
      expect([connection, ...(await statuses({ connection }))]).toStrictEqual([connection, 400, 400])
    }
    expect(await statuses({ connection: ['keep-alive', 'Upgrade'] })).toStrictEqual([101, 101])
  })

  test('[X9] a key that is not 16 bytes in base64 gets 400, so does a missing one, so do two', async () => {
    const good = 'dGhlIHNhbXBsZSBub25jZQ=='
    const bytes = (count: number): string => Buffer.alloc(count, 7).toString('base64')
    const bad = [
      bytes(15),
      bytes(17),
      bytes(32),
      '',
      'x',
      good.replace('==', ''),
      `${good}=`,
      'dGhlIHNhbXBsZSBub25jZR==',
      '!!!!IHNhbXBsZSBub25jZQ==',
    ]
    for (const key of [...bad, null, [good, good]]) {
      expect([key, ...(await statuses({ 'sec-websocket-key': key }))]).toStrictEqual([key, 400, 400])
    }
    expect(await statuses({ 'sec-websocket-key': good })).toStrictEqual([101, 101])
  })

  test('[X10] HTTP/2 is not spoken: h2c on a socket gets 426, elsewhere HTTP/1.1 goes on, the preface is cut off', async () => {
    expect(await statuses({ upgrade: 'h2c' })).toStrictEqual([426, 426])
    expect(await statuses({ upgrade: 'websocket, h2c' })).toStrictEqual([426, 426])
    expect(await statuses({ upgrade: ['websocket', 'h2c'] })).toStrictEqual([400, 400])
    const settings = 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA'
    const lines = [`Host: 127.0.0.1:${hub.port}`, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', settings]
    const plain = await exchange(hub, requestBytes('GET /livez HTTP/1.1', lines))
    expect([plain.status, ...header(plain, 'upgrade')]).toStrictEqual([200])
    const preface = await openRaw(hub)
    preface.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    expect((await preface.response()).status).toBe(505)
    await preface.ended()
  })

  test('[X11] only GET upgrades, in this spelling; everything else gets 405', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'BREW', 'get', 'Get']) {
      const answers = await Promise.all(PATHS.map((path) => shake({ path, method })))
      expect([method, ...answers.map(({ status }) => status)]).toStrictEqual([method, 405, 405])
      expect(answers.map((answer) => header(answer, 'allow'))).toStrictEqual([['GET'], ['GET']])
    }
    const head = await exchange(hub, handshakeBytes(hub, { method: 'HEAD' }), { headOnly: true })
    expect(head.status).toBe(405)
    expect(await statuses({})).toStrictEqual([101, 101])
  })

  test('a handshake with a body gets 400, and what follows is not read', async () => {
    expect(await statuses({ 'content-length': '5' })).toStrictEqual([400, 400])
    expect(await statuses({ 'transfer-encoding': 'chunked' })).toStrictEqual([400, 400])
    expect(await statuses({ 'content-length': '0' })).toStrictEqual([101, 101])
    const socket = await openRaw(hub)
    const smuggled = requestBytes('GET /livez HTTP/1.1', [`Host: 127.0.0.1:${hub.port}`])
    socket.write(handshakeBytes(hub, { headers: { 'content-length': '0', upgrade: 'none' } }) + smuggled)
    await socket.ended()
    expect(socket.responses.items.filter(({ status }) => status === 200)).toStrictEqual([])
  })
})

describe('secrets in the handshake', () => {
  test('[X12] a token in the query gets 400 and is in no log', async () => {
    const canary = 'canary-7f3a9c51'
    for (const name of ['token', 'access_token', 'TOKEN', '%74oken', 'auth', 'a=1&token', 'authorization', 'jwt']) {
      const answers = await Promise.all(PATHS.map((path) => shake({ path: `${path}?${name}=${canary}` })))
      expect([name, ...answers.map(({ status }) => status)]).toStrictEqual([name, 400, 400])
      expect(answers.filter(({ body }) => body.includes(canary))).toStrictEqual([])
    }
    expect((await shake({ path: '/public/ws?tokens_of=affection' })).status).toBe(101)
    expect(hub.output()).not.toContain(canary)
  })

  test('[X13] a token as subprotocol is not echoed and authenticates nobody', async () => {
    const protocol = { 'sec-websocket-protocol': `bearer, ${hub.token}` }
    const answer = await shake({ path: '/agents/ws', headers: protocol })
    expect(answer.status).toBe(101)
    expect(header(answer, 'sec-websocket-protocol')).toStrictEqual([])
    const socket = await openWs(hub, { path: '/agents/ws', headers: protocol })
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'auth_required' })
    socket.write(textFrame('{"type":"get_discovery"}'))
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'auth_error', message: 'Token required' })
    expect(await socket.closed()).toMatchObject({ code: 1008 })
    expect(hub.output()).not.toContain(hub.token)

    const good = await openWs(hub, { path: '/agents/ws' })
    await good.text()
    good.write(jsonFrame({ token: hub.token }))
    expect(JSON.parse(await good.text())).toMatchObject({ type: 'auth_success' })
    good.destroy()
  })
})
