// What operators see of hubs and of the sockets they hold, and how one is closed.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { loginAdmin, type AdminClient } from '../src/admin.ts'
import { problemIn } from '../src/conforms.ts'
import { openFrames, type FrameSocket } from '../src/frames.ts'
import { send } from '../src/http.ts'
import { startHub, type Hub } from '../src/hub.ts'
import { numberAt, objectsAt, textAt } from '../src/pick.ts'
import { startRedis, type RedisServer } from '../src/redis.ts'
import { registerAgent } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { watch } from '../src/viewer.ts'

const QUIET = { AGENT_HEARTBEAT_TIMEOUT: '3600', DASHBOARD_WS_MAX_CONNECTIONS: '0' }

const connect = async (hub: Pick<Hub, 'wsUrl'>, path: string): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}${path}`)
  onTestFinished(() => socket.terminate())
  return socket
}

const listed = async ({ ask }: AdminClient, query = ''): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  objectsAt((await ask('GET', `/dashboard/connections${query}`)).body, 'connections')

const ofEndpoint = async (admin: AdminClient, endpoint: string): Promise<Readonly<Record<string, unknown>>> => {
  const found = (await listed(admin)).filter((one) => one['endpoint'] === endpoint)
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} sockets of ${endpoint}`)
  return found[0]
}

const pathOf = (socket: unknown): string => `/dashboard/connections/${textAt(socket, 'hub')}/${textAt(socket, 'id')}`

describe('one hub', () => {
  const hub = sharedHub({ env: QUIET })

  it('lists its sockets with who they are and what went either way', async () => {
    const admin = await loginAdmin(hub())
    const { agentId, token } = await registerAgent(hub(), 'on-a-socket')
    const agent = await connect(hub(), '/agents/ws')
    agent.send({ token })
    await agent.nextOfType('auth_success')
    const stranger = await connect(hub(), '/public/ws')
    stranger.send('ping')
    await stranger.next(({ text }) => text === 'pong')
    await watch(hub(), admin.token)
    const common = { address: '127.0.0.1', slow: false, buffered_bytes: 0, since: expect.stringMatching(/Z$/) }
    expect(await ofEndpoint(admin, 'agents')).toMatchObject({ ...common, agent_id: agentId, user: null, frames_in: 1 })
    const known = await ofEndpoint(admin, 'public')
    expect(known).toMatchObject({ ...common, agent_id: null, user: null, frames_in: 1, bytes_in: 4 })
    expect(numberAt(known, 'frames_out')).toBe(stranger.frames.length)
    expect(numberAt(known, 'bytes_out')).toBe(
      stranger.frames.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    )
    expect(await ofEndpoint(admin, 'dashboard')).toMatchObject({ ...common, agent_id: null, user: 'admin' })
  })

  it('lists them in pages', async () => {
    const admin = await loginAdmin(hub())
    for (let n = 0; n < 3; n += 1) await connect(hub(), '/public/ws')
    const all = await listed(admin)
    expect(all.length).toBeGreaterThanOrEqual(3)
    const first = await listed(admin, '?limit=2')
    expect(first).toHaveLength(2)
    const rest = await listed(admin, `?after=${textAt(first[1], 'id')}`)
    expect([...first, ...rest].map(({ id }) => id)).toStrictEqual(all.map(({ id }) => id))
    for (const query of ['?limit=0', '?limit=1001', '?after=-1', '?after=x']) {
      const answer = await admin.ask('GET', `/dashboard/connections${query}`)
      expect(problemIn(answer, '/dashboard/connections')).toMatchObject({ slug: 'validation-failed' })
    }
  })

  it('closes one by its id: 1008, the others stay, and the log says who did it', async () => {
    const admin = await loginAdmin(hub())
    const { token } = await registerAgent(hub(), 'to-be-closed')
    const [agent, other] = [await connect(hub(), '/agents/ws'), await connect(hub(), '/public/ws')]
    agent.send({ token })
    await agent.nextOfType('auth_success')
    const path = pathOf((await listed(admin)).find(({ agent_id }) => agent_id === 'to-be-closed'))
    expect(await admin.ask('DELETE', path)).toMatchObject({ status: 200, body: { status: 'success' } })
    expect(await agent.closed()).toMatchObject({ code: 1008, reason: 'Closed by an operator' })
    expect(problemIn(await admin.ask('DELETE', path), path)).toMatchObject({ slug: 'not-found' })
    other.send('ping')
    await other.next(({ text }) => text === 'pong')
    await hub().waitForLog(({ event, user }) => event === 'socket_closed_by_admin' && user === 'admin')
  })

  it('closes a live agent socket with 4403', async () => {
    const admin = await loginAdmin(hub())
    const { token } = await registerAgent(hub(), 'closed-live')
    const agent = await connect(hub(), '/agents/ws')
    agent.send({ token, live: 1 })
    await agent.nextOfType('auth_success')
    await admin.ask('DELETE', pathOf((await listed(admin)).find(({ agent_id }) => agent_id === 'closed-live')))
    expect(await agent.closed()).toMatchObject({ code: 4403, reason: 'Closed by an operator' })
  })

  it('knows no other hub, and no id that is none', async () => {
    const admin = await loginAdmin(hub())
    const self = textAt((await admin.ask('GET', '/dashboard/connections')).body, 'hub')
    for (const path of ['elsewhere/1', `${self}/99999999`, `${self}/x`, `${self}/-1`, `${self}/1e3`]) {
      const whole = `/dashboard/connections/${path}`
      expect(problemIn(await admin.ask('DELETE', whole), whole)).toMatchObject({ slug: 'not-found' })
    }
  })

  it('asks for the PIN of the session before it closes one', async () => {
    const admin = await loginAdmin(hub())
    await admin.ask('POST', '/auth/set_pin', { body: { pin: '4711' } })
    const socket = await connect(hub(), '/public/ws')
    const path = pathOf((await listed(admin)).at(-1))
    expect(problemIn(await admin.ask('DELETE', path), path)).toMatchObject({ slug: 'pin-required' })
    expect(problemIn(await admin.ask('DELETE', path, { pin: '4712' }), path)).toMatchObject({ slug: 'pin-incorrect' })
    socket.send('ping')
    await socket.next(({ text }) => text === 'pong')
    expect((await admin.ask('DELETE', path, { pin: '4711' })).status).toBe(200)
    expect(await socket.closed()).toMatchObject({ code: 1008 })
  })

  it('says how it is', async () => {
    const admin = await loginAdmin(hub())
    const before = numberAt((await admin.ask('GET', '/dashboard/hubs')).body, 'hubs', 0, 'sockets', 'public')
    await connect(hub(), '/public/ws')
    const { body } = await admin.ask('GET', '/dashboard/hubs')
    expect(body).toMatchObject({ complete: true })
    expect(objectsAt(body, 'hubs')).toMatchObject([
      { self: true, version: expect.any(String), sockets: { public: before + 1 }, lag: 0 },
    ])
    expect(numberAt(body, 'hubs', 0, 'memory_bytes')).toBeGreaterThan(10_000_000)
    expect(Math.abs(Date.parse(textAt(body, 'hubs', 0, 'started')) - Date.now())).toBeLessThan(120_000)
  })

  it('tells nobody but administrators with their session', async () => {
    const admin = await loginAdmin(hub())
    const { token } = await registerAgent(hub(), 'no-administrator')
    const id = textAt((await admin.ask('GET', '/dashboard/connections')).body, 'hub')
    for (const [method, path] of [
      ['GET', '/dashboard/hubs'],
      ['GET', '/dashboard/connections'],
      ['DELETE', `/dashboard/connections/${id}/1`],
    ] as const) {
      expect(problemIn(await send(hub(), method, path), path)).toMatchObject({ slug: 'authentication-failed' })
      expect(problemIn(await send(hub(), method, path, { token }), path).slug).toBe('insufficient-permissions')
      expect((await admin.ask(method, path, { fingerprint: 'another' })).status).toBe(401)
    }
  })
})

describe('two hubs on one Redis', () => {
  let redis: RedisServer
  let one: Hub
  let two: Hub
  beforeAll(async () => {
    redis = await startRedis()
    const env = { ...QUIET, REDIS_URL: redis.url }
    ;[one, two] = await Promise.all([startHub({ env }), startHub({ env })])
  })
  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()])
    await redis.stop()
  })

  it('know of each other, and close sockets for each other', async () => {
    const [here, there] = await Promise.all([loginAdmin(one), loginAdmin(two)])
    const socket = await connect(two, '/public/ws')
    const other = await ofEndpoint(there, 'public')
    const { body } = await here.ask('GET', '/dashboard/hubs')
    const hubs = objectsAt(body, 'hubs')
    expect(hubs).toHaveLength(2)
    expect(hubs.find(({ self }) => self === false)).toMatchObject({ hub: other['hub'], version: hubs[0]?.['version'] })
    const passed = await here.ask('DELETE', pathOf(other))
    expect(passed).toMatchObject({ status: 202, body: { status: 'accepted', hub: other['hub'] } })
    expect(await socket.closed()).toMatchObject({ code: 1008, reason: 'Closed by an operator' })
  })
  it('[D9] clear the log for each other, and each says who did', async () => {
    const [here, there] = await Promise.all([loginAdmin(one), loginAdmin(two)])
    const [viewer, other] = await Promise.all([watch(one, here.token), watch(two, there.token)])
    viewer.send({ type: 'clear_logs' })
    await viewer.nextOfType('clear_logs_ack')
    for (const socket of [viewer, other]) {
      const { json } = await socket.next(({ text }) => text.includes('admin cleared the log'))
      expect(objectsAt(json, 'data', 'logs').at(-1)).toMatchObject({ message: 'admin cleared the log' })
    }
  })
})
