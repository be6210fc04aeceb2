// Metrics of agents as everybody sees them: in records and frames, across restarts and hubs, and gone with their agent.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { isObject, openFrames, type Frame, type FrameSocket } from '../src/frames.ts'
import { freePort, startHub, type Hub, type HubOptions } from '../src/hub.ts'
import { emptyDirectory } from '../src/main-program.ts'
import { startRedis, type RedisServer } from '../src/redis.ts'
import { registerAgent, request } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'

const SLOW = { AGENT_HEARTBEAT_TIMEOUT: '3600', AGENT_WS_INTERVAL: '0.2' }

const report = async (hub: Hub, id: string, token: string, body: unknown): Promise<unknown> => {
  const answer = await request(hub, 'POST', `/agents/${id}/metrics`, { token, body })
  if (answer.status !== 200 || !isObject(answer.body)) throw new Error(JSON.stringify(answer.body))
  return answer.body['metrics']
}

const served = (hub: Hub, id: string, token: string) =>
  request(hub, 'POST', `/agents/report-metrics/${id}?response_time=0.5`, { token })

const metricsOf = async (hub: Hub, id: string, token: string): Promise<Readonly<Record<string, unknown>>> => {
  const { body } = await request(hub, 'GET', `/agents/${id}/metrics`, { token })
  if (!isObject(body)) throw new Error('no metrics')
  return body
}

/** Stores hear of metrics once a second. */
const until = (ask: () => Promise<boolean>): Promise<boolean> => vi.waitUntil(ask, { timeout: 10_000, interval: 50 })

const recordIn = ({ json }: Frame, id: string): Readonly<Record<string, unknown>> | undefined => {
  const list = isObject(json) && isObject(json['data']) ? json['data']['agents'] : json
  return Array.isArray(list) ? list.filter(isObject).find((one) => one['agent_id'] === id) : undefined
}

const ownSocket = async (hub: Hub, token: string): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}/agents/ws`)
  socket.send({ token })
  await socket.nextOfType('auth_success')
  return socket
}

describe('metrics in records', () => {
  const hub = sharedHub({ env: SLOW })

  it('[decision 6] are null before the first report, shown where they are asked for, and always in public', async () => {
    const { agentId: id, token } = await registerAgent(hub(), 'shown-01')
    const metricsIn = async (path: string, by?: string): Promise<unknown> => {
      const { body } = await request(hub(), 'GET', path, by === undefined ? {} : { token: by })
      const list: readonly unknown[] = Array.isArray(body) ? body : [body]
      return list.filter(isObject).find((one) => one['agent_id'] === id)?.['metrics']
    }
    const places = async () => ({
      list: await metricsIn('/agents', token),
      asked: await metricsIn('/agents?include_metrics=true', token),
      one: await metricsIn(`/agents/${id}`, token),
      without: await metricsIn(`/agents/${id}?include_metrics=false`, token),
      discover: await metricsIn('/public/discover'),
      public: await metricsIn(`/public/agent/${id}`),
    })
    const none = { list: null, asked: null, one: null, without: null, discover: null, public: null }
    expect(await places()).toStrictEqual(none)
    const metrics = await report(hub(), id, token, { success_rate: 0.9, avg_response_time: 0.2, total_requests: 10 })
    expect(await places()).toStrictEqual({ ...none, asked: metrics, one: metrics, discover: metrics, public: metrics })
    // No sign of life, and no change.
    const socket = await openFrames(`${hub().wsUrl}/public/ws`)
    socket.send({ type: 'get_discovery' })
    const page = await socket.next((frame) => recordIn(frame, id) !== undefined)
    const shown = recordIn(page, id)
    expect(shown?.['metrics']).toStrictEqual({
      ...(isObject(metrics) ? metrics : {}),
      last_active: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
    })
  })

  it('[P5] [A5] come with heartbeats by the same rules, and show in the next list', async () => {
    const { agentId: id, token } = await registerAgent(hub(), 'shown-02')
    const socket = await ownSocket(hub(), token)
    expect(recordIn(await socket.next((frame) => recordIn(frame, id) !== undefined), id)).not.toHaveProperty('metrics')
    socket.send({
      type: 'heartbeat',
      metrics: { success_rate: 0.5, average_response_time: 0.25, reputation_score: 10 },
    })
    const list = await socket.next((frame) => recordIn(frame, id)?.['metrics'] !== undefined)
    expect(recordIn(list, id)?.['metrics']).toMatchObject({
      success_rate: 0.5,
      avg_response_time: 0.25,
      average_response_time: 0.25,
      reputation_score: 0.65,
    })
    expect(await metricsOf(hub(), id, token)).toMatchObject({ success_rate: 0.5, reputation_score: 0.65 })
  })

  it('[decision 6] go on through updates, and end with the life of the agent', async () => {
    const { agentId: id, token } = await registerAgent(hub(), 'shown-03')
    const metrics = await report(hub(), id, token, { success_rate: 1 })
    await request(hub(), 'PATCH', `/agents/${id}`, { token, body: { name: 'Another name' } })
    expect(await metricsOf(hub(), id, token)).toStrictEqual(metrics)
    const { token: next } = await registerAgent(hub(), id)
    expect(await metricsOf(hub(), id, next)).toMatchObject({ success_rate: 0 })
    const late = await request(hub(), 'POST', `/agents/${id}/metrics`, { token, body: { success_rate: 1 } })
    expect(late).toMatchObject({ status: 410, body: { reason: 'replaced' } })
    expect(await request(hub(), 'GET', `/agents/${id}`, { token: next })).toMatchObject({ body: { metrics: null } })
  })
})

describe('a hub that ends', () => {
  const restarted = async (
    options: HubOptions,
    end: (hub: Hub) => Promise<unknown>,
  ): Promise<{ readonly before: unknown; readonly after: unknown }> => {
    const env = { ...SLOW, ...options.env, ARCP_PORT: String(await freePort()) }
    const first = await startHub({ ...options, env })
    const { agentId: id, token } = await registerAgent(first, 'lasting-01')
    const before = await report(first, id, token, { success_rate: 0.75, total_requests: 8 })
    await end(first)
    const second = await startHub({ ...options, env })
    const { body } = await request(second, 'GET', `/agents/${id}/metrics`, { token })
    await second.stop()
    return { before, after: body }
  }

  it('[S1] [decision 6] keeps metrics in its file, the last ones when it is stopped', async () => {
    const dataDir = await emptyDirectory()
    const { before, after } = await restarted({ dataDir }, (hub) => hub.stop())
    expect(after).toStrictEqual(before)
  })

  it('[S1] [decision 6] keeps what is older than a second when it is killed', async () => {
    const dataDir = await emptyDirectory()
    const env = { PUBLIC_WS_INTERVAL: '1' }
    const { before, after } = await restarted({ dataDir, env }, async (hub) => {
      const socket = await openFrames(`${hub.wsUrl}/public/ws`)
      // Two beats of a second are further apart than two moments at which the store is told.
      for (let beat = 0; beat < 3; beat += 1) await socket.nextOfType('stats_update')
      await hub.kill()
    })
    expect(after).toStrictEqual(before)
  })
})

describe('two hubs on one Redis', () => {
  let redis: RedisServer
  let one: Hub
  let two: Hub

  const env = (): Record<string, string> => ({ ...SLOW, REDIS_URL: redis.url })

  beforeAll(async () => {
    redis = await startRedis()
    ;[one, two] = await Promise.all([startHub({ env: env() }), startHub({ env: env() })])
  })

  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()])
    await redis.stop()
  })

  it('[S12] [decision 6] count every request that was reported at either once, and a third finds the same', async () => {
    const { agentId: id, token } = await registerAgent(one, 'counted-01')
    await until(async () => (await request(two, 'GET', `/agents/${id}`, { token })).status === 200)
    const total = async (hub: Hub): Promise<unknown> => (await metricsOf(hub, id, token))['total_requests']
    const answers = []
    for (let round = 0; round < 6; round += 1) {
      answers.push(
        ...(await Promise.all(Array.from({ length: 10 }, (_, n) => served(n % 3 === 0 ? two : one, id, token)))),
      )
      const all = answers.length
      await until(async () => (await total(one)) === all && (await total(two)) === all)
    }
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60)
    expect(await metricsOf(one, id, token)).toStrictEqual(await metricsOf(two, id, token))
    // Restarts read what is kept, the last reports of a hub that was stopped among it.
    await served(two, id, token)
    await two.stop()
    two = await startHub({ env: env() })
    expect(await total(two)).toBe(61)
    await until(async () => (await total(one)) === 61)
    await request(one, 'DELETE', `/agents/${id}`, { token })
    const { token: next } = await registerAgent(two, id)
    expect(await metricsOf(two, id, next)).toMatchObject({ total_requests: 0 })
  })
})
