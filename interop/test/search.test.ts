// Search on a real hub: by words, and by meaning with a service of this machine that speaks the API.
import { describe, expect, it, onTestFinished } from 'vitest'
import { loginAdmin } from '../src/admin.ts'
import { startAgentServer, type Reply } from '../src/agent-server.ts'
import { problemIn } from '../src/conforms.ts'
import { isObject, openFrames } from '../src/frames.ts'
import { startHub, type Hub } from '../src/hub.ts'
import { objectsAt } from '../src/pick.ts'
import { registerAgent, request } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'

const WEATHER = {
  name: 'Weather Agent',
  agent_type: 'monitoring',
  capabilities: ['weather', 'forecast'],
  context_brief: 'Tells current conditions and forecasts for any city.',
  owner: 'Met office',
}
const CLEANER = {
  name: 'Data Cleaner',
  agent_type: 'automation',
  capabilities: ['data cleaning'],
  context_brief: 'Repairs tables and files.',
  ai_context: 'Knows a lot about photosynthesis.',
}

const search = async (hub: Pick<Hub, 'url'>, body: object) => {
  const { status, body: found } = await request(hub, 'POST', '/public/search', { body })
  expect(status).toBe(200)
  return objectsAt(found)
}
const idsOf = (found: readonly Readonly<Record<string, unknown>>[]) => found.map(({ id }) => id)

describe('by words', () => {
  const hub = sharedHub({ env: { AGENT_HEARTBEAT_TIMEOUT: '3600' } })

  it('finds, ranks and shows agents; what is registered, changed or gone counts at once', async () => {
    const { token } = await registerAgent(hub(), 'weather-9', WEATHER)
    const cleaner = await registerAgent(hub(), 'cleaner-9', CLEANER)
    const [first, ...others] = await search(hub(), { query: 'weather data' })
    expect(first).toStrictEqual({
      id: 'weather-9',
      name: 'Weather Agent',
      url: 'http://localhost:8010',
      capabilities: ['weather', 'forecast'],
      version: '1.0.0',
      owner: 'Met office',
      similarity: expect.toSatisfy((value: number) => value >= 0.5 && value < 1),
      metrics: null,
    })
    expect(idsOf(others)).toStrictEqual(['cleaner-9'])
    const [all] = await search(hub(), { query: 'weather forecast' })
    expect(Number(all?.['similarity'])).toBeGreaterThan(0.95)
    expect(Number(all?.['similarity'])).not.toBe(first?.['similarity'])

    expect(idsOf(await search(hub(), { query: 'PHOTOSYNTHESIS' }))).toStrictEqual(['cleaner-9'])
    const changed = { ...CLEANER, ai_context: 'Knows a lot about volcanoes.' }
    await request(hub(), 'POST', '/agents/register', {
      token: cleaner.token,
      body: { ...objectsAt([(await request(hub(), 'GET', '/agents/cleaner-9', { token })).body])[0], ...changed },
    })
    expect(idsOf(await search(hub(), { query: 'photosynthesis' }))).toStrictEqual([])
    expect(idsOf(await search(hub(), { query: 'volcanoes' }))).toStrictEqual(['cleaner-9'])
    await request(hub(), 'DELETE', '/agents/cleaner-9', { token: cleaner.token })
    expect(idsOf(await search(hub(), { query: 'volcanoes' }))).toStrictEqual([])
  })

  it('filters, and the three routes say the same', async () => {
    const { token } = await registerAgent(hub(), 'storm-9', { ...WEATHER, capabilities: ['weather', 'radar'] })
    const wanted = {
      query: 'weather',
      capabilities: ['radar'],
      agent_type: 'monitoring',
      top_k: 5,
      min_similarity: 0.4,
    }
    const found = await search(hub(), wanted)
    expect(idsOf(found)).toStrictEqual(['storm-9'])
    const posted = await request(hub(), 'POST', '/agents/search', { token, body: wanted })
    expect(posted.body).toStrictEqual(found)
    const query = 'query=weather&capabilities=radar&agent_type=monitoring&top_k=5&min_similarity=0.4&weighted=false'
    expect((await request(hub(), 'GET', `/agents/search?${query}`, { token })).body).toStrictEqual(found)
    expect(idsOf(await search(hub(), { ...wanted, agent_type: 'security' }))).toStrictEqual([])
    expect(idsOf(await search(hub(), { ...wanted, min_similarity: 1 }))).toStrictEqual([])
    expect(await search(hub(), { query: 'weather', top_k: 1 })).toHaveLength(1)
  })

  it('weighted, what agents have reported of themselves decides between equals, and is shown', async () => {
    const same = { ...WEATHER, capabilities: ['volcanology'] }
    await registerAgent(hub(), 'silent-9', same)
    const busy = await registerAgent(hub(), 'busy-9', same)
    const reported = await request(hub(), 'POST', '/agents/report-metrics/busy-9?response_time=0.5&success=true', busy)
    expect(reported.status).toBe(200)
    const wanted = { query: 'volcanology', capabilities: ['volcanology'] }
    expect((await search(hub(), wanted)).map(({ id, metrics }) => ({ id, metrics }))).toStrictEqual([
      { id: 'silent-9', metrics: null },
      { id: 'busy-9', metrics: null },
    ])
    const [first, second] = await search(hub(), { ...wanted, weighted: true })
    expect([first?.['id'], second?.['id'], second?.['metrics']]).toStrictEqual(['busy-9', 'silent-9', null])
    expect(first?.['metrics']).toMatchObject({
      agent_id: 'busy-9',
      total_requests: 1,
      success_rate: 1,
      reputation_score: 1,
    })
    expect(first?.['similarity']).toBe(second?.['similarity'])
  })

  it('[decision 12] a violation is 422 by every route, and names its field', async () => {
    const { token } = await registerAgent(hub(), 'asker-9')
    const bad = await request(hub(), 'POST', '/public/search', { body: { query: 'a', top_k: 0 } })
    expect(problemIn(bad, '/public/search')).toMatchObject({
      slug: 'validation-failed',
      validation_errors: [{ path: '/query' }, { path: '/top_k' }],
    })
    for (const query of ['query=a', 'query=ab&top_k=101', '']) {
      const answer = await request(hub(), 'GET', `/agents/search?${query}`, { token })
      expect(problemIn(answer, '/agents/search').slug).toBe('validation-failed')
    }
    expect((await request(hub(), 'GET', '/agents/search?query=weather')).status).toBe(401)
  })

  it('says what it offers, and what it does not', async () => {
    const { body: health } = await request(hub(), 'GET', '/health')
    expect(health).toMatchObject({
      status: 'healthy',
      features: { vector_search: false },
      ai_services: { azure_openai: 'not_configured', embeddings: false },
    })
    const { body: info } = await request(hub(), 'GET', '/public/info')
    expect(info).toMatchObject({ limits: { search_max_limit: 100 }, capabilities: { vector_search: false } })
    expect((await request(hub(), 'GET', '/public/stats')).body).toMatchObject({
      features: { semantic_search: false, connection_facilitation: true },
    })
  })
})

describe('calls to agents', () => {
  const hub = sharedHub({ env: { AGENT_HEARTBEAT_TIMEOUT: '3600', CONNECT_RATE: '1', CONNECT_RATE_BURST: '4' } })
  const user = { user_id: 'ann@example.org', user_endpoint: 'https://ann.example', additional_info: { seats: 2 } }

  it('[decision 10] connect hands everything to the agent, answers with an id of its own, and is limited per address', async () => {
    const server = await startAgentServer()
    onTestFinished(server.close)
    await registerAgent(hub(), 'host-9', { ...WEATHER, endpoint: server.url })
    const connect = () => request(hub(), 'POST', '/public/connect/host-9', { body: user })
    const answers = [await connect(), await connect()]
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body).toMatchObject({
        status: 'connection_requested',
        agent_info: { name: 'Weather Agent', agent_type: 'monitoring', capabilities: ['weather', 'forecast'] },
        request_id: expect.stringMatching(/^pub_[A-Za-z0-9_-]{24}$/),
      })
    }
    expect(new Set(answers.map(({ body }) => isObject(body) && body['request_id'])).size).toBe(2)
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      path: '/connection/request',
      body: {
        user_id: 'ann@example.org',
        user_endpoint: 'https://ann.example',
        user_display_name: 'Anonymous User',
        connection_type: 'external_app',
        user_info: { seats: 2 },
        timestamp: expect.stringMatching(/Z$/),
        request_source: 'arcp_public_api',
      },
    })
    expect(
      problemIn(await request(hub(), 'POST', '/public/connect/nobody', { body: user }), '/public/connect/nobody'),
    ).toMatchObject({ slug: 'agent-not-found' })
    expect((await connect()).status).toBe(200)
    const limited = await connect()
    expect(problemIn(limited, '/public/connect/host-9')).toMatchObject({
      slug: 'rate-limit-exceeded',
      attempt_type: 'connect',
    })
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(30)
    expect(server.asked).toHaveLength(3)
    // What is malformed costs nothing and says so.
    const bad = await request(hub(), 'POST', '/public/connect/host-9', { body: {} })
    expect(problemIn(bad, '/public/connect/host-9')).toMatchObject({ slug: 'validation-failed' })
  })

  it("ping goes over the agent's own socket, else to its endpoint", async () => {
    const server = await startAgentServer((response) => void response.writeHead(503).end())
    onTestFinished(server.close)
    const { agentId, token } = await registerAgent(hub(), 'pinged-9', { endpoint: server.url })
    const admin = await loginAdmin(hub())
    const ping = () => admin.ask('POST', `/agents/${agentId}/ping`)
    const number = expect.toSatisfy((value: unknown) => typeof value === 'number' && value >= 0)
    const over = { agent_id: agentId, round_trip_ms: number }
    expect((await ping()).body).toStrictEqual({ ...over, reachable: false, via: 'http', status_code: 503 })
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toStrictEqual(['GET /health'])
    const socket = await openFrames(`${hub().wsUrl}/agents/ws`)
    socket.send(JSON.stringify({ token }))
    await socket.next(({ json }) => isObject(json) && json['type'] === 'auth_success')
    expect((await ping()).body).toStrictEqual({ ...over, reachable: true, via: 'websocket', status_code: null })
    socket.close()
    await server.close()
    await expect
      .poll(async () => (await ping()).body, { timeout: 20_000 })
      .toStrictEqual({
        agent_id: agentId,
        reachable: false,
        via: 'http',
        status_code: null,
        round_trip_ms: null,
      })
    expect((await request(hub(), 'POST', `/agents/${agentId}/ping`, { token })).status).toBe(403)
    expect((await admin.ask('POST', '/agents/nobody/ping')).status).toBe(404)
  }, 40_000)
})

describe('by meaning', () => {
  /** Rain and sunshine are near each other, money is not. */
  const vectorOf = (text: string): readonly number[] => {
    if (/rain|sun|weather|umbrella/i.test(text)) return [1, 0.1, 0]
    return /money|bank/i.test(text) ? [0, 0.1, 1] : [0.1, 1, 0.1]
  }

  it('finds what words do not, and goes by words while the service is away', async () => {
    let reply: Reply = (response) => void response.writeHead(500).end()
    const embed: Reply = (response) => {
      const asked = service.asked.at(-1)?.body
      const input = isObject(asked) && Array.isArray(asked['input']) ? asked['input'] : []
      const data = input.map((text, index) => ({ index, embedding: vectorOf(String(text)) }))
      response.end(JSON.stringify({ data }))
    }
    const service = await startAgentServer((response, incoming) => reply(response, incoming))
    onTestFinished(service.close)
    reply = embed
    const hub = await startHub({
      env: {
        EMBEDDINGS_URL: `${service.url}/v1`,
        EMBEDDINGS_MODEL: 'test-model',
        EMBEDDINGS_API_KEY: 'canary-embeddings-key',
        EMBEDDINGS_TIMEOUT: '1',
        AGENT_HEARTBEAT_TIMEOUT: '3600',
      },
    })
    onTestFinished(async () => void (await hub.stop()))
    const stored = async () => {
      const { body } = await request(hub, 'GET', '/health')
      return isObject(body) && isObject(body['agents']) ? body['agents']['embeddings_stored'] : undefined
    }
    const state = async () => {
      const { body } = await request(hub, 'GET', '/health')
      return isObject(body) && isObject(body['ai_services']) ? body['ai_services']['azure_openai'] : undefined
    }
    await registerAgent(hub, 'sunny-9', { ...WEATHER, name: 'Sunny' })
    await registerAgent(hub, 'bank-9', { ...CLEANER, name: 'Bank', context_brief: 'Moves money about.' })
    await expect.poll(stored, { timeout: 10_000 }).toBe(2)
    expect(await state()).toBe('available')
    expect(idsOf(await search(hub, { query: 'umbrella' }))).toStrictEqual(['sunny-9'])
    expect((await request(hub, 'GET', '/public/stats')).body).toMatchObject({ features: { semantic_search: true } })
    expect(service.asked[0]).toMatchObject({
      path: '/v1/embeddings',
      headers: { authorization: 'Bearer canary-embeddings-key' },
      body: { model: 'test-model' },
    })

    reply = (response) => void response.writeHead(500).end()
    const from = performance.now()
    // Words do not know what an umbrella is for.
    expect(idsOf(await search(hub, { query: 'umbrella today' }))).toStrictEqual([])
    expect(idsOf(await search(hub, { query: 'sunny' }))).toStrictEqual(['sunny-9'])
    await registerAgent(hub, 'late-9', { ...WEATHER, name: 'Rain' })
    expect(idsOf(await search(hub, { query: 'rain' }))).toStrictEqual(['late-9'])
    expect(performance.now() - from).toBeLessThan(5000)
    expect(await state()).toBe('unavailable')
    reply = embed
    await expect.poll(stored, { timeout: 20_000 }).toBe(3)
    expect(new Set(idsOf(await search(hub, { query: 'umbrella again' })))).toStrictEqual(new Set(['late-9', 'sunny-9']))
    expect(hub.output()).not.toContain('canary')
  }, 60_000)
})
