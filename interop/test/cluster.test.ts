// Two hubs on one Redis, all of them real processes: what one acknowledged is true on the other, whoever ends first.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isObject, openFrames, type Frame, type FrameSocket } from '../src/frames.ts'
import { startHub, type Hub } from '../src/hub.ts'
import { startRedis, type RedisServer } from '../src/redis.ts'
import { registerAgent, request, requestTempToken, sampleCard } from '../src/rest.ts'

const settings = (redis: RedisServer, more: Record<string, string> = {}): Record<string, string> => ({
  REDIS_URL: redis.url,
  AGENT_HEARTBEAT_TIMEOUT: '1.5',
  LEASE_MASS_LOSS_RATIO: '1',
  // Only changes make lists.
  AGENT_WS_INTERVAL: '3600',
  PUBLIC_WS_INTERVAL: '3600',
  ...more,
})

const agentsIn = ({ json }: Frame): readonly Readonly<Record<string, unknown>>[] => {
  const list = isObject(json) && isObject(json['data']) ? json['data']['agents'] : json
  return Array.isArray(list) ? list.filter(isObject) : []
}

const shows =
  (id: string, status?: string) =>
  (frame: Frame): boolean =>
    agentsIn(frame).some((one) => one['agent_id'] === id && (status === undefined || one['status'] === status))

const ofType =
  (type: string) =>
  ({ json }: Frame): boolean =>
    isObject(json) && json['type'] === type

const publicSocket = async (hub: Hub): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}/public/ws`)
  await socket.nextOfType('welcome')
  return socket
}

const ownSocket = async (hub: Hub, token: string, live = false): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}/agents/ws`)
  socket.send(live ? { token, live: 1 } : { token })
  await socket.nextOfType('auth_success')
  return socket
}

const lastSeen = async (hub: Hub, id: string, token: string): Promise<string> => {
  const { body } = await request(hub, 'GET', `/agents/${id}`, { token })
  if (!isObject(body) || typeof body['last_seen'] !== 'string') throw new Error(`${id} has no last_seen`)
  return body['last_seen']
}

const deaths = (hub: Hub, id: string): number =>
  hub.logs().filter(({ event, agent_id }) => event === 'agent_died' && agent_id === id).length

const died = (hub: Hub, id: string) =>
  hub.waitForLog(({ event, agent_id }) => event === 'agent_died' && agent_id === id, 20_000)

describe('two hubs on one Redis', () => {
  let redis: RedisServer
  let one: Hub
  let two: Hub

  beforeAll(async () => {
    redis = await startRedis()
    ;[one, two] = await Promise.all([startHub({ env: settings(redis) }), startHub({ env: settings(redis) })])
  })

  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()])
    await redis.stop()
  })

  test('[L2] [P3] [A3] an agent of the first is seen at once on sockets and lists of the second', async () => {
    const watcher = await registerAgent(two, 'the-watcher')
    const [seen, listed] = [await publicSocket(two), await ownSocket(two, watcher.token)]
    const { token } = await registerAgent(one, 'seen-there')
    await seen.next((frame) => ofType('agents_update')(frame) && shows('seen-there', 'alive')(frame))
    await listed.next(shows('seen-there', 'alive'))
    // The token carries the offset of its commit: the other hub knows the agent when it is shown there.
    const found = await request(two, 'GET', '/agents/seen-there', { token })
    expect(found).toMatchObject({ status: 200, body: { agent_id: 'seen-there', status: 'alive' } })
    const discovered = await request(two, 'GET', '/public/discover')
    expect(JSON.stringify(discovered.body)).toContain('seen-there')
    seen.close()
    listed.close()
  })

  test('an agent lives by heartbeats to either hub, its own socket to either hub included', async () => {
    const { token } = await registerAgent(one, 'beats-there')
    const socket = await ownSocket(two, token, true)
    for (const other of ['passes-1', 'passes-2', 'passes-3']) {
      await registerAgent(one, other)
      await Promise.all([died(one, other), died(two, other)])
    }
    expect([deaths(one, 'beats-there'), deaths(two, 'beats-there')]).toEqual([0, 0])
    socket.close()
    await Promise.all([died(one, 'beats-there'), died(two, 'beats-there')])
  })

  test('[A4] a takeover at one hub ends the sockets of the old incarnation at the other', async () => {
    const { token } = await registerAgent(one, 'moves-over')
    const [legacy, live] = [await ownSocket(two, token), await ownSocket(two, token, true)]
    await registerAgent(one, 'moves-over')
    expect([(await legacy.closed()).code, (await live.closed()).code]).toEqual([1008, 4409])
    expect(await request(two, 'POST', '/agents/moves-over/heartbeat', { token })).toMatchObject({
      status: 410,
      body: { reason: 'replaced' },
    })
  })

  test('[X88] [X121] unregistered at one hub, an agent is gone at the other: 410, and nothing revives it', async () => {
    const { token } = await registerAgent(one, 'goes-away')
    const live = await ownSocket(two, token, true)
    expect(await request(one, 'DELETE', '/agents/goes-away', { token })).toMatchObject({ status: 200 })
    expect((await live.closed()).code).toBe(4401)
    expect(await request(two, 'POST', '/agents/goes-away/heartbeat', { token })).toMatchObject({
      status: 410,
      body: { reason: 'unregistered' },
    })
    const list = await request(two, 'GET', '/public/discover')
    expect(JSON.stringify(list.body)).not.toContain('goes-away')
  })

  test('[X80] a temp token is used once, whichever hub is asked; the same request again gets the same answer', async () => {
    const token = await requestTempToken(one, 'used-once')
    const body = sampleCard('used-once')
    const first = await request(one, 'POST', '/agents/register', { token, body })
    const again = await request(two, 'POST', '/agents/register', { token, body })
    expect([first.status, again]).toMatchObject([200, { status: 200, body: first.body }])
    const other = await request(two, 'POST', '/agents/register', {
      token,
      body: sampleCard('used-once', { name: 'Other' }),
    })
    expect(other.status).toBe(401)
  })

  test('[X120] asked for at both hubs at once by two keys, an id goes to one of them', async () => {
    const tokens = await Promise.all([
      requestTempToken(one, 'wanted-twice', one.agentKey),
      requestTempToken(two, 'wanted-twice', two.otherAgentKey),
    ])
    const body = sampleCard('wanted-twice')
    const answers = await Promise.all(
      [one, two].map((hub, at) => request(hub, 'POST', '/agents/register', { token: tokens[at] ?? '', body })),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  test('[S3] who falls silent dies once for both hubs', async () => {
    const watchers = await Promise.all([publicSocket(one), publicSocket(two)])
    await registerAgent(one, 'falls-silent')
    for (const socket of watchers) await socket.next(shows('falls-silent'))
    await Promise.all([died(one, 'falls-silent'), died(two, 'falls-silent')])
    for (const socket of watchers) {
      await socket.next((frame) => ofType('agents_update')(frame) && !shows('falls-silent')(frame))
      socket.close()
    }
    expect([deaths(one, 'falls-silent'), deaths(two, 'falls-silent')]).toEqual([1, 1])
  })
})

describe('when a hub ends', () => {
  test('[S1] [S3] an agent survives the hub it registered at, lives on at another, and dies once', async () => {
    const redis = await startRedis()
    const [one, two] = await Promise.all([startHub({ env: settings(redis) }), startHub({ env: settings(redis) })])
    const { token } = await registerAgent(one, 'outlives-it')
    const seen = await publicSocket(two)
    await one.kill()
    const beat = await request(two, 'POST', '/agents/outlives-it/heartbeat', { token })
    expect(beat).toMatchObject({ status: 200, body: { status: 'success' } })
    const three = await startHub({ env: settings(redis) })
    expect(await request(three, 'GET', '/agents/outlives-it', { token })).toMatchObject({
      status: 200,
      body: { status: 'alive' },
    })
    await Promise.all([died(two, 'outlives-it'), died(three, 'outlives-it')])
    await seen.next((frame) => ofType('agents_update')(frame) && !shows('outlives-it')(frame))
    expect([deaths(two, 'outlives-it'), deaths(three, 'outlives-it')]).toEqual([1, 1])
    // Dead, not gone: the same token brings it back, at any hub.
    expect(await request(three, 'POST', '/agents/outlives-it/heartbeat', { token })).toMatchObject({ status: 200 })
    await Promise.all([two.stop(), three.stop()])
    await redis.stop()
  })
})

describe('when Redis is away', () => {
  test('[S12] sockets and reads go on, what must last is refused with 503, heartbeats are kept; then all is as before', async () => {
    const redis = await startRedis()
    const hub = await startHub({ env: settings(redis, { AGENT_HEARTBEAT_TIMEOUT: '30' }) })
    const { token } = await registerAgent(hub, 'stays-here')
    const temp = await requestTempToken(hub, 'comes-later')
    const socket = await publicSocket(hub)
    const before = await lastSeen(hub, 'stays-here', token)
    await redis.kill()
    const refused = await request(hub, 'POST', '/agents/register', { token: temp, body: sampleCard('comes-later') })
    expect(refused).toMatchObject({ status: 503, body: { status: 503 } })
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await request(hub, 'GET', '/health')).toMatchObject({
      status: 200,
      body: { status: 'degraded', storage: { redis: 'error' } },
    })
    expect(await request(hub, 'GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'degraded', reason: 'store-away' },
    })
    expect(await request(hub, 'GET', '/public/stats')).toMatchObject({ body: { system_status: 'degraded' } })
    expect(await request(hub, 'GET', '/agents/stays-here', { token })).toMatchObject({ status: 200 })
    const beat = await request(hub, 'POST', '/agents/stays-here/heartbeat', { token })
    expect(beat).toMatchObject({ status: 200 })
    socket.send({ type: 'get_discovery' })
    expect(await socket.nextOfType('discovery_data')).toMatchObject({ data: { pagination: { total_agents: 1 } } })

    await redis.restart()
    await hub.waitForLog(({ event }) => event === 'store_back')
    expect(await request(hub, 'GET', '/health')).toMatchObject({ body: { status: 'healthy' } })
    const later = await request(hub, 'POST', '/agents/register', { token: temp, body: sampleCard('comes-later') })
    expect(later.status).toBe(200)
    await socket.next(shows('comes-later'))
    const other = await startHub({ env: settings(redis, { AGENT_HEARTBEAT_TIMEOUT: '30' }) })
    // Heard while Redis was away: told once it was back, and shown by a hub that was not there then.
    while ((await lastSeen(other, 'stays-here', token)) <= before) continue
    socket.close()
    await Promise.all([hub.stop(), other.stop()])
    await redis.stop()
  })

  test('a hub that cannot reach Redis does not start, and says so; the password is not shown', async () => {
    const starting = startHub({ env: { REDIS_URL: 'redis://arcp:a-secret-word@127.0.0.1:1' } })
    await expect(starting).rejects.toThrow(
      'arcp: Redis at redis://127.0.0.1:1 cannot be used (ECONNREFUSED): start it, or correct REDIS_URL',
    )
    await expect(starting).rejects.not.toThrow('a-secret-word')
  })

  test('with Redis no secret is made: the start says which are missing', async () => {
    const starting = startHub({ env: { REDIS_URL: 'redis://127.0.0.1:1', JWT_SECRET: '', AGENT_KEYS: '' } })
    await expect(starting).rejects.toThrow(/JWT_SECRET must be set with Redis, where every hub needs the same/)
    await expect(starting).rejects.toThrow(/AGENT_KEYS or AGENT_KEYS_FILE must be set with Redis/)
  })
})
