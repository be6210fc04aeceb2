// What agents may do to each other and to everybody's lists (catalogue F, 111, 117 to 120 and 153): refused with the
// exact answer, without effect, and right beside it what is allowed works.
import { describe, expect, it } from 'vitest'
import { loginAdmin } from '../src/admin.ts'
import { conforming, problemIn } from '../src/conforms.ts'
import { isObject, openFrames } from '../src/frames.ts'
import { send, type TextAnswer } from '../src/http.ts'
import type { Hub } from '../src/hub.ts'
import { collectSteps, type Outcomes } from '../src/python-steps.ts'
import { CLIENT_VERSIONS, skipWithout } from '../src/python.ts'
import { registerAgent, request, requestTempToken, sampleCard } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { AgentRecord } from '@arcp/protocol/model'

const hub = sharedHub({ env: { AGENT_HEARTBEAT_TIMEOUT: '3600', PUBLIC_RATE: '6000', PUBLIC_RATE_BURST: '1000' } })

let made = 0
const freshId = (): string => {
  made += 1
  return `metered-${made}`
}

const metricsPath = (id: string): string => `/agents/${id}/metrics`
const report = (on: Hub, id: string, token: string, body: string): Promise<TextAnswer> =>
  send(on, 'POST', metricsPath(id), { token, body })

const reported = async (id: string, token: string): Promise<Readonly<Record<string, unknown>>> => {
  const { body } = await send(hub(), 'GET', metricsPath(id), { token })
  if (!isObject(body)) throw new Error('no metrics')
  return body
}

const forbidden = (own: string, target: string) => ({
  slug: 'insufficient-permissions',
  detail: 'This token is not for that agent',
  agent_id: own,
  target_agent_id: target,
})

const invalid = (path: string, message: string) => ({
  slug: 'validation-failed',
  detail: message,
  validation_errors: [{ path, message }],
})

describe('an agent and another one', () => {
  it('[X111] heartbeats, removes, changes, reports and reads metrics of itself only', async () => {
    const mine = await registerAgent(hub(), freshId())
    const other = await registerAgent(hub(), freshId())
    const id = other.agentId
    const calls = [
      ['POST', `/agents/${id}/heartbeat`],
      ['POST', metricsPath(id), '{"success_rate":0.1}'],
      ['GET', metricsPath(id)],
      ['POST', `/agents/report-metrics/${id}?response_time=1`],
      ['POST', `/agents/${id}/metrics/compat?response_time=1`],
      ['PATCH', `/agents/${id}`, '{"name":"Stolen name"}'],
      ['DELETE', `/agents/${id}`],
    ] as const
    const record = await send(hub(), 'GET', `/agents/${id}`, { token: other.token })
    for (const [method, path, body] of calls) {
      const more = body === undefined ? {} : { body }
      const answer = await send(hub(), method, path, { token: mine.token, ...more })
      expect(problemIn(answer, path.split('?')[0] ?? ''), `${method} ${path}`).toStrictEqual(
        forbidden(mine.agentId, id),
      )
    }
    expect((await send(hub(), 'GET', `/agents/${id}`, { token: other.token })).body).toStrictEqual(record.body)
    // The same calls by the agent itself, its end last.
    for (const [method, path, body] of calls) {
      const more = body === undefined ? {} : { body }
      expect((await send(hub(), method, path, { token: other.token, ...more })).status, `${method} ${path}`).toBe(200)
    }
  })

  it('[X153] a temp token of another key neither removes nor changes an agent', async () => {
    const { agentId: id, token } = await registerAgent(hub(), freshId())
    const foreign = await requestTempToken(hub(), id, hub().otherAgentKey)
    expect(problemIn(await send(hub(), 'DELETE', `/agents/${id}`, { token: foreign }), `/agents/${id}`)).toStrictEqual({
      slug: 'insufficient-permissions',
      detail: 'This agent was registered with another key',
      agent_id: id,
    })
    const temp = { slug: 'insufficient-permissions', detail: 'A temp token only registers or removes its own agent' }
    const patch = await send(hub(), 'PATCH', `/agents/${id}`, { token: foreign, body: '{"name":"Stolen name"}' })
    expect(problemIn(patch, `/agents/${id}`)).toStrictEqual(temp)
    expect(problemIn(await report(hub(), id, foreign, '{}'), metricsPath(id))).toStrictEqual(temp)
    expect((await send(hub(), 'POST', `/agents/${id}/heartbeat`, { token })).status).toBe(200)
    const own = await requestTempToken(hub(), id)
    expect((await send(hub(), 'DELETE', `/agents/${id}`, { token: own })).status).toBe(200)
  })

  it('[X111] [X117] metrics of nobody are made by nobody, not even an administrator', async () => {
    const admin = await loginAdmin(hub())
    const { agentId: id, token } = await registerAgent(hub(), freshId())
    const nobody = await admin.ask('POST', metricsPath('nobody-at-all'), { body: { success_rate: 1 } })
    expect(problemIn(nobody, metricsPath('nobody-at-all'))).toStrictEqual({
      slug: 'agent-not-found',
      detail: 'No agent of this id is registered',
      agent_id: 'nobody-at-all',
    })
    expect((await admin.ask('GET', metricsPath('nobody-at-all'))).status).toBe(404)
    // Nobody counts requests that another one served.
    const path = `/agents/report-metrics/${id}`
    expect(problemIn(await admin.ask('POST', `${path}?response_time=1`), path)).toMatchObject({ target_agent_id: id })
    expect(await admin.ask('POST', metricsPath(id), { body: { total_requests: 4 } })).toMatchObject({
      status: 200,
      body: { status: 'success', metrics: { agent_id: id, total_requests: 4 } },
    })
    expect(await reported(id, token)).toMatchObject({ total_requests: 4 })
    expect((await admin.ask('GET', metricsPath(id))).body).toStrictEqual(await reported(id, token))
  })
})

describe('reports', () => {
  it.each([
    ['{"success_rate":NaN}', '', 'body: Invalid JSON format'],
    ['{"avg_response_time":1e400}', '/avg_response_time', 'avg_response_time must be a number from 0 to 3600'],
    ['{"success_rate":-0.1}', '/success_rate', 'success_rate must be a number from 0 to 1'],
    ['{"success_rate":"1"}', '/success_rate', 'success_rate must be a number from 0 to 1'],
    ['{"error_rate":true}', '/error_rate', 'error_rate must be a number from 0 to 1'],
    ['{"error_rate":null}', '/error_rate', 'error_rate must be a number from 0 to 1'],
    ['{"total_requests":-1}', '/total_requests', 'total_requests must be an integer from 0 to 9007199254740991'],
    ['{"total_requests":1e308}', '/total_requests', 'total_requests must be an integer from 0 to 9007199254740991'],
    [
      '{"requests_processed":1.5}',
      '/requests_processed',
      'requests_processed must be an integer from 0 to 9007199254740991',
    ],
    ['{"agent_id":"another-agent"}', '/agent_id', 'agent_id must be that of the path, or be left out'],
    ['[]', '', 'body must be a JSON object'],
  ])('[X117] %s is refused by its field, and nothing is kept', async (body, path, message) => {
    const { agentId: id, token } = await registerAgent(hub(), freshId())
    expect(problemIn(await report(hub(), id, token, body), metricsPath(id))).toStrictEqual(invalid(path, message))
    expect(await send(hub(), 'GET', `/agents/${id}`, { token })).toMatchObject({ body: { metrics: null } })
    expect((await report(hub(), id, token, `{"agent_id":"${id}","success_rate":1}`)).status).toBe(200)
    expect(await reported(id, token)).toMatchObject({ success_rate: 1 })
  })

  it('[decision 6] [X117] nobody sets his reputation or the time, and what is not known is ignored', async () => {
    const { agentId: id, token } = await registerAgent(hub(), freshId())
    const registered = (await send(hub(), 'GET', `/agents/${id}`, { token })).body
    expect(await reported(id, token)).toStrictEqual({
      agent_id: id,
      success_rate: 0,
      avg_response_time: 0,
      total_requests: 0,
      reputation_score: 0,
      requests_processed: 0,
      average_response_time: 0,
      error_rate: 0,
      last_active: isObject(registered) ? registered['registered_at'] : '',
    })
    const odd =
      '{"success_rate":0.5,"avg_response_time":0.5,"reputation_score":10,"last_active":"2099-01-01T00:00:00Z",' +
      '"__dict__":{"agent_id":"x"},"__class__":1,"__proto__":{"error_rate":1},"constructor":{"x":1},"model_dump":2}'
    const answer = await report(hub(), id, token, odd)
    const now = Date.now()
    expect(answer.status).toBe(200)
    const metrics = await reported(id, token)
    expect(answer.body).toStrictEqual({ status: 'success', message: `Metrics updated for agent ${id}`, metrics })
    expect(metrics).toStrictEqual({
      agent_id: id,
      success_rate: 0.5,
      avg_response_time: 0.5,
      total_requests: 0,
      reputation_score: 0.65,
      requests_processed: 0,
      average_response_time: 0.5,
      error_rate: 0,
      last_active: expect.any(String),
    })
    expect(Math.abs(Date.parse(String(metrics['last_active'])) - now)).toBeLessThan(10_000)
  })

  it.each(['report-metrics', 'compat'])('[decision 6] [X117] one request at a time: %s', async (which) => {
    const { agentId: id, token } = await registerAgent(hub(), freshId())
    const path = which === 'compat' ? `/agents/${id}/metrics/compat` : `/agents/report-metrics/${id}`
    const post = (query: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
      send(hub(), 'POST', `${path}${query}`, { headers })
    for (const text of ['-1', '3600.5', 'NaN', 'inf', '1e400', 'true', '%221%22']) {
      const message = 'response_time must be a number of seconds from 0 to 3600'
      expect(problemIn(await post(`?response_time=${text}`), path)).toStrictEqual(invalid('/response_time', message))
    }
    expect(problemIn(await post(''), path)).toStrictEqual(
      invalid('/response_time', 'response_time is required in the query'),
    )
    expect((await post('?response_time=1', {})).status).toBe(401)
    expect(await post('?response_time=2')).toMatchObject({
      status: 200,
      body: { status: 'success', current_metrics: { success_rate: 1, avg_response_time: 2, total_requests: 1 } },
    })
    // Without the word Bearer, too.
    const bare = await post('?response_time=0.25&success=false', { authorization: token })
    expect(bare.body).toStrictEqual({
      status: 'success',
      message: `Metrics reported for agent ${id}`,
      current_metrics: {
        success_rate: 0.5,
        avg_response_time: 1.825,
        reputation_score: 0.514,
        total_requests: 2,
        last_active: expect.any(String),
      },
    })
  })
})

describe('registered data', () => {
  it('[X118] what only the hub may say is not taken from a registration or a patch', async () => {
    const id = freshId()
    const stolen = {
      status: 'dead',
      incarnation: 99,
      owner_key: 'x',
      keyId: 'x',
      registered_at: '1999-01-01T00:00:00Z',
      last_seen: '2999-01-01T00:00:00Z',
      similarity: 1,
      metrics: { agent_id: id, success_rate: 5 },
      reputation_score: 10,
    }
    const { token } = await registerAgent(hub(), id, stolen)
    const read = async () => conforming(AgentRecord, (await send(hub(), 'GET', `/agents/${id}`, { token })).body)
    const first = await read()
    expect(first).toMatchObject({ status: 'alive', similarity: null, metrics: null })
    expect(Object.keys(first)).not.toContain('incarnation')
    expect(Math.abs(Date.parse(first.registered_at) - Date.now())).toBeLessThan(60_000)
    const patch = await request(hub(), 'PATCH', `/agents/${id}`, { token, body: { ...stolen, name: 'Honest name' } })
    expect(patch).toMatchObject({ status: 200, body: { ...first, name: 'Honest name' } })
    expect(await read()).toStrictEqual({ ...first, name: 'Honest name' })
  })

  it.each(['1e308', '-1', '%221%22', 'true', '1.5', ''])('[X119] %s is no limit, offset or page', async (text) => {
    const { token } = await registerAgent(hub(), freshId())
    const field = async (path: string, name: string): Promise<void> => {
      const answer = await send(hub(), 'GET', `${path}?${name}=${text}`, { token })
      expect(problemIn(answer, path)).toMatchObject({ validation_errors: [{ path: `/${name}` }] })
    }
    await field('/public/discover', 'limit')
    await field('/public/discover', 'offset')
    await field('/agents', 'limit')
    expect((await send(hub(), 'GET', '/public/discover?limit=1&offset=0')).body).toMatchObject({ length: 1 })
    expect((await send(hub(), 'GET', '/public/discover?limit=0')).body).toStrictEqual([])
    expect(await send(hub(), 'GET', '/agents?limit=1', { token })).toMatchObject({ body: { agents: { length: 1 } } })
  })

  it('[X120] two registrations with one temp token and one body at once are one', async () => {
    const id = freshId()
    const token = await requestTempToken(hub(), id)
    const both = await Promise.all(
      [1, 2].map(() => request(hub(), 'POST', '/agents/register', { token, body: sampleCard(id) })),
    )
    expect(both.map(({ status }) => status)).toStrictEqual([200, 200])
    expect(both[0]?.body).toStrictEqual(both[1]?.body)
  })
})

/** Everything odd that is accepted, each in an agent of its own. */
const ODD: readonly (readonly [name: string, card: Record<string, unknown>, metrics: Record<string, unknown>])[] = [
  ['all at their least', { name: 'ab', owner: 'ab', context_brief: 'ten chars.', capabilities: ['ab'] }, {}],
  [
    'all at their most',
    {
      name: 'n'.repeat(32),
      owner: 'o'.repeat(50),
      context_brief: 'b'.repeat(1000),
      ai_context: 'a'.repeat(5000),
      public_key: 'k'.repeat(1024),
      capabilities: Array.from({ length: 50 }, (_, n) => `${'c'.repeat(97)}-${String(n).padStart(2, '0')}`),
      features: Array.from({ length: 100 }, () => 'f'.repeat(50)),
      policy_tags: Array.from({ length: 20 }, () => 'p'.repeat(50)),
      max_tokens: 1_000_000,
      rate_limit: 10_000,
      version: '999.999.999-rc1',
    },
    {
      success_rate: 1,
      avg_response_time: 3600,
      total_requests: Number.MAX_SAFE_INTEGER,
      requests_processed: Number.MAX_SAFE_INTEGER,
      error_rate: 1,
    },
  ],
  [
    'letters of everybody',
    {
      name: 'Ω💜日本語 agent',
      owner: 'Zoë 👩‍👩‍👧',
      context_brief: '𝔘nicode of four bytes: 🐍🐍🐍🐍🐍',
      ai_context: 'é'.repeat(5000),
    },
    { success_rate: 5e-324, avg_response_time: 1e-300, error_rate: 1e-7 },
  ],
  [
    'deep lists in the metadata',
    {
      metadata: {
        list: [[[[[['deep', null, { a: 1 }]]]]], 1e21, -1.5e-7, true],
        empty: [],
        '0': 'a number as a name',
        constructor: 'a name of an object',
        'quote"\\': "'",
        zero: 0,
        text: '',
      },
    },
    { total_requests: 0, success_rate: 0 },
  ],
  [
    'requirements with everything',
    {
      requirements: {
        permissions: ['net'],
        dependencies: ['a', 'b'],
        minimum_memory_mb: 1,
        network_ports: ['80', '1000-2000'],
        required_fields: [{ name: 'key', label: 'Key', type: 'text', validation: '^(a+)+$' }],
        user_configuration: { a: { b: [1, 2, { c: null }] } },
      },
      language_support: ['en', 'de'],
      communication_mode: 'HYBRID',
      endpoint: 'https://user:pass@[::1]:65535/path?query#fragment',
    },
    { error_rate: 0.30000000000000004 },
  ],
]

describe("one agent's odd data", () => {
  it.skipIf(CLIENT_VERSIONS.every(skipWithout)).each(CLIENT_VERSIONS)(
    '[X117] [X118] [X124] never breaks a list for others: the published client %s reads them all',
    { timeout: 60_000 },
    async (version) => {
      const ids: string[] = []
      const socket = await openFrames(`${hub().wsUrl}/public/ws`)
      for (const [name, card, metrics] of ODD) {
        const { agentId, token } = await registerAgent(hub(), freshId(), card)
        expect((await report(hub(), agentId, token, JSON.stringify(metrics))).status, name).toBe(200)
        await send(hub(), 'POST', `/agents/report-metrics/${agentId}?response_time=3600`, { token })
        ids.push(agentId)
      }
      const { agentId, token } = await registerAgent(hub(), freshId())
      const outcomes: Outcomes = new Map()
      await collectSteps(outcomes, version, 'python/lists.py', {
        ARCP_URL: hub().url,
        ARCP_AGENT_KEY: hub().agentKey,
        ARCP_AGENT_ID: agentId,
        ARCP_TOKEN: token,
      })
      const readBy = (method: string, name: string): unknown => {
        const outcome = outcomes.get(method)?.get(name)
        if (outcome === undefined || 'error' in outcome) throw new Error(`${method}: ${JSON.stringify(outcome)}`)
        return outcome.ok
      }
      for (const [method, name] of [
        ['discover_agents', 'all'],
        ['list_agents', 'all'],
      ] as const) {
        const agents = readBy(method, name)
        for (const id of ids) {
          expect(agents, method).toHaveProperty(id, expect.objectContaining({ agent_id: id }))
        }
        expect(agents).toHaveProperty(agentId, null)
      }
      const plain = readBy('list_agents', 'without metrics')
      expect(isObject(plain) && Object.values(plain).every((metrics) => metrics === null)).toBe(true)
      expect(readBy('get_metrics', 'own')).toMatchObject({ agent_id: agentId, total_requests: 0 })
      // And the frames that carry the same records.
      socket.send({ type: 'get_discovery', page_size: 100 })
      const page = await socket.nextOfType('discovery_data')
      const text = JSON.stringify(page)
      for (const id of ids) expect(text).toContain(`"agent_id":"${id}"`)
    },
  )
})
