// The routes of the protocol's table against a hub: what they say of each other, and each way to be refused. That every
// one answers as its schema promises is in route-contract.test.ts.
import { TPR_DISABLED_DETAIL, type RouteName } from '@arcp/protocol/rest'
import { describe, expect, it } from 'vitest'
import { ADMIN_NAME, loginAdmin } from '../src/admin.ts'
import { commonHeaders, COMMON_HEADERS } from '../src/common-headers.ts'
import { problemIn } from '../src/conforms.ts'
import { send, type Sent } from '../src/http.ts'
import { numberAt, objectsAt, textAt } from '../src/pick.ts'
import { registerAgent, requestTempToken, sampleCard } from '../src/rest.ts'
import { createRouteCalls, filledPath, pathOf, ROUTE_NAMES, routeNamed } from '../src/route-calls.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { expired, forged, nowS, resign, signToken } from '../src/tokens.ts'

const SCRAPE_TOKEN = 'interop-scrape-token'
const hub = sharedHub({
  env: {
    METRICS_SCRAPE_TOKEN: SCRAPE_TOKEN,
    ALLOWED_ORIGINS: 'https://pages.example.com',
    DASHBOARD_WS_INTERVAL: '0.05',
  },
})

/** What `RateLimit-Remaining` and `-Reset` may say: others ask at the same time. */
const within = (from: number, to: number) => (value: number) => Number.isInteger(value) && value >= from && value <= to
const below = (limit: number) => within(0, limit - 1)

const { freshId, agent, call, success } = createRouteCalls(hub)
const json = (value: unknown): string => JSON.stringify(value)

/** What every refusal for a missing or bad token looks like. */
const MISSING = { slug: 'authentication-failed', detail: 'Send Authorization: Bearer <token>' }
const INVALID = { slug: 'token-invalid', detail: 'The token is not valid; request a new one' }
const EXPIRED = { slug: 'token-invalid', detail: 'The token has expired; request a new one' }
const TEMP_FORBIDDEN = {
  slug: 'insufficient-permissions',
  detail: 'A temp token only registers or removes its own agent',
}

describe('success', () => {
  it.each(ROUTE_NAMES.filter((name) => routeNamed(name).path.startsWith('/public/')))(
    '%s tells its rate limit',
    async (name) => {
      const { headers } = await success[name]()
      const told = ['limit', 'remaining', 'reset'].map((part) => Number(headers.get(`ratelimit-${part}`)))
      expect(told).toStrictEqual([120, expect.toSatisfy(below(120)), expect.toSatisfy(within(1, 12))])
    },
  )

  it('a registration comes back whole, from every route that shows it', async () => {
    const id = freshId()
    const card = sampleCard(id, {
      features: ['streaming', 'x'.repeat(101)],
      policy_tags: ['internal'],
      max_tokens: 4096,
      rate_limit: 60,
      language_support: ['EN', 'de', 'not-a-code'],
      ai_context: '  Knows echoes.  ',
      requirements: { permissions: ['net'], network_ports: ['80', '8000-8010'] },
      metadata: { suite: 'interop', weight: 3.5, on: true, tags: ['a', { deep: [null] }], constructor: 'own key' },
      communication_mode: 'REMOTE',
      unheard_of: 'ignored',
    })
    const before = Date.now()
    const token = await requestTempToken(hub(), id)
    const registered = await call('registerAgent', { token, body: json(card) })
    expect(registered.body).toStrictEqual({
      status: 'success',
      message: `Agent ${id} registered successfully`,
      agent_id: id,
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    })
    const access = textAt(registered.body, 'access_token')
    const own = await call('getAgent', { token: access }, id)
    const expected = {
      agent_id: id,
      name: 'Sample agent',
      agent_type: 'testing',
      endpoint: 'http://localhost:8010',
      capabilities: ['echo', 'compute'],
      context_brief: 'An agent that exists for the length of a test.',
      owner: 'Interop tests',
      public_key: 'interop-public-key-that-is-at-least-32-characters-long',
      metadata: { suite: 'interop', weight: 3.5, on: true, tags: ['a', { deep: [null] }], constructor: 'own key' },
      version: '1.0.0',
      communication_mode: 'remote',
      features: ['streaming'],
      max_tokens: 4096,
      language_support: ['en', 'de'],
      rate_limit: 60,
      requirements: {
        system_requirements: [],
        permissions: ['net'],
        dependencies: [],
        minimum_system_version: null,
        minimum_memory_mb: null,
        minimum_disk_space_mb: null,
        requires_internet: true,
        network_ports: ['80', '8000-8010'],
        required_fields: [],
        optional_fields: [],
        user_configuration: {},
        schema_version: '1.0',
      },
      policy_tags: ['internal'],
      ai_context: 'Knows echoes.',
      status: 'alive',
      registered_at: expect.stringMatching(/Z$/),
      last_seen: expect.stringMatching(/Z$/),
      similarity: null,
      metrics: null,
    }
    expect(own.body).toStrictEqual(expected)
    const at = textAt(own.body, 'registered_at')
    expect(Date.parse(at)).toBeGreaterThanOrEqual(before - 1)
    expect(Date.parse(at)).toBeLessThanOrEqual(Date.now() + 1)
    expect((await call('getPublicAgent', {}, id)).body).toStrictEqual(expected)
    const lists = [await call('listAgents', { token: access }), await call('discover', {}, undefined, '?limit=100')]
    for (const { body } of lists) {
      expect(objectsAt(body).find(({ agent_id }) => agent_id === id)).toStrictEqual(expected)
    }
  })

  it('lists and discovery filter, page and say what is wrong with a parameter', async () => {
    const [one, two] = [freshId(), freshId()]
    const { token } = await registerAgent(hub(), one, { agent_type: 'security', capabilities: ['pick one', 'share'] })
    await registerAgent(hub(), two, { agent_type: 'security', capabilities: ['pick two', 'share'] })
    const ids = async (name: 'listAgents' | 'discover', query: string): Promise<unknown[]> => {
      const answer = await call(name, { token }, undefined, query)
      return objectsAt(answer.body).map(({ agent_id }) => agent_id)
    }
    expect(await ids('listAgents', '?agent_type=security')).toStrictEqual([one, two])
    // Any of them in the agents' list, all of them in public.
    expect(await ids('listAgents', '?capabilities=pick%20one&capabilities=pick+two')).toStrictEqual([one, two])
    expect(await ids('discover', '?capabilities=pick%20one&capabilities=pick+two')).toStrictEqual([])
    expect(await ids('discover', '?capabilities=pick%20one&capabilities=share')).toStrictEqual([one])
    expect(await ids('discover', '?agent_type=security&limit=1')).toStrictEqual([one])
    expect(await ids('discover', '?agent_type=security&limit=1&offset=1')).toStrictEqual([two])
    expect(await ids('discover', '?agent_type=security&offset=2')).toStrictEqual([])
    expect(await ids('discover', '?agent_type=security&limit=0')).toStrictEqual([])
    expect(await ids('listAgents', '?agent_type=security&status=alive&include_metrics=true')).toStrictEqual([one, two])
    expect(await ids('listAgents', '?agent_type=security&status=dead')).toStrictEqual([])
    expect(await ids('listAgents', '?status=neither')).toStrictEqual([])

    const wrong = async (name: RouteName, query: string, path: string, message: string): Promise<void> => {
      const answer = await call(name, { token }, one, query)
      expect(problemIn(answer, pathOf(name, one))).toStrictEqual({
        slug: 'validation-failed',
        detail: message,
        validation_errors: [{ path, message }],
      })
    }
    await wrong('discover', '?limit=101', '/limit', 'limit must be an integer from 0 to 100')
    await wrong('discover', '?limit=-1', '/limit', 'limit must be an integer from 0 to 100')
    await wrong('discover', '?limit=1e1', '/limit', 'limit must be an integer from 0 to 100')
    await wrong('discover', '?offset=-1', '/offset', 'offset must be an integer from 0 to 999999999999999')
    await wrong('listAgents', '?include_metrics=perhaps', '/include_metrics', 'include_metrics must be true or false')
    await wrong('getAgent', '?include_metrics=perhaps', '/include_metrics', 'include_metrics must be true or false')
    await wrong('validatePostedToken', '', '/token', 'token is required in the query')
  })

  it('stats, health and lists agree on how many agents there are', async () => {
    const { token } = await agent()
    const list = objectsAt((await call('listAgents', { token })).body)
    const types = [...new Set(list.map(({ agent_type }) => agent_type))]
    expect((await call('publicStats')).body).toStrictEqual({
      alive_agents: list.length,
      total_agents: list.length,
      dead_agents: 0,
      agent_types: types.length,
      system_status: 'operational',
      last_updated: expect.stringMatching(/Z$/),
      features: { semantic_search: false, real_time_discovery: true, connection_facilitation: true },
      available_types: types,
    })
    expect((await call('health')).body).toMatchObject({
      status: 'healthy',
      storage: { redis: 'embedded' },
      ai_services: { azure_openai: 'not_configured' },
      agents: {
        total_registered: list.length,
        alive_agents: list.length,
        dead_agents: 0,
        agent_types: Object.fromEntries(
          types.map((type) => [type, list.filter(({ agent_type }) => agent_type === type).length]),
        ),
      },
    })
  })

  it('the fixed answers are these', async () => {
    const { body } = await call('root')
    expect(body).toStrictEqual({
      service: 'ARCP',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      status: 'healthy',
      dashboard: '/dashboard',
      docs: '/docs',
    })
    expect((await call('livez')).body).toStrictEqual({ status: 'ok' })
    expect((await call('readyz')).body).toStrictEqual({ status: 'ready' })
    expect((await call('agentTypes')).body).toStrictEqual({
      allowed_agent_types: ['security', 'monitoring', 'automation', 'networking', 'testing'],
    })
  })

  it('a heartbeat needs no body and no content type, and moves last_seen', async () => {
    const { agentId, token } = await agent()
    const before = textAt((await call('getAgent', { token }, agentId)).body, 'last_seen')
    const { body: beat } = await call('heartbeat', { token }, agentId)
    expect(beat).toStrictEqual({
      agent_id: agentId,
      status: 'success',
      last_seen: expect.stringMatching(/Z$/),
      metrics: null,
    })
    const after = textAt((await call('getAgent', { token }, agentId)).body, 'last_seen')
    expect(after).toBe(textAt(beat, 'last_seen'))
    expect(Date.parse(after)).toBeGreaterThanOrEqual(Date.parse(before))
  })

  it('the token routes tell what a token says', async () => {
    const { agentId, token } = await agent()
    const temp = await requestTempToken(hub(), agentId)
    const payload = {
      sub: agentId,
      agent_id: agentId,
      role: 'agent',
      scopes: [],
      token_type: 'access',
      key_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      inc: 1,
      ep: expect.stringMatching(/^[\w-]{8,}$/),
      off: expect.any(Number),
      jti: expect.stringMatching(/^[\w-]{16,}$/),
      iat: expect.any(Number),
      exp: expect.any(Number),
      iss: 'arcp',
      aud: 'arcp:operations',
    }
    expect((await call('validateToken', { token })).body).toStrictEqual({ valid: true, agent_id: agentId, payload })
    expect((await call('validatePostedToken', {}, undefined, `?token=${token}`)).body).toStrictEqual({
      valid: true,
      payload,
    })
    const { body: valid } = await call('validateToken', { token })
    expect(numberAt(valid, 'payload', 'exp') - numberAt(valid, 'payload', 'iat')).toBe(3600 * 60)
    expect((await call('validateToken', { token: temp })).body).toStrictEqual({
      valid: true,
      agent_id: `temp_${agentId}`,
      payload: {
        sub: `temp_${agentId}`,
        agent_id: agentId,
        role: 'agent',
        scopes: [],
        token_type: 'temp',
        temp_registration: true,
        agent_type: 'testing',
        key_id: payload.key_id,
        jti: payload.jti,
        iat: expect.any(Number),
        exp: expect.any(Number),
        iss: 'arcp',
        aud: 'arcp:validate',
      },
    })
    const { body: refreshed } = await call('refreshToken', { token })
    const fresh = textAt(refreshed, 'access_token')
    expect(refreshed).toStrictEqual({ access_token: expect.any(String), token_type: 'bearer' })
    expect(fresh).not.toBe(token)
    expect((await call('heartbeat', { token: fresh }, agentId)).status).toBe(200)
    expect((await call('heartbeat', { token }, agentId)).status).toBe(200)
  })
})

const signed = ROUTE_NAMES.filter((name) => routeNamed(name).tier !== 'public')
/** They take a token without the word `Bearer` before it. */
const bare: ReadonlySet<RouteName> = new Set<RouteName>(['reportRequest', 'reportRequestCompat'])
const agentOnly = signed.filter((name) => routeNamed(name).tier === 'agent')

describe('refused for its token', () => {
  it.each(signed)('%s without one, and with one that is none', async (name) => {
    const { agentId, token } = await agent()
    const path = pathOf(name, agentId)
    const refuse = async (headers: Record<string, string>, problem: unknown): Promise<void> => {
      const answer = await call(name, { headers }, agentId)
      expect(problemIn(answer, path)).toStrictEqual(problem)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="ARCP"')
      expect(commonHeaders(answer)).toStrictEqual(COMMON_HEADERS)
    }
    await refuse({}, MISSING)
    await refuse({ authorization: '' }, MISSING)
    // Two routes take a token without the scheme, too: it lets in, and what is missing is something else.
    if (!bare.has(name)) await refuse({ authorization: token }, MISSING)
    await refuse({ authorization: `Basic ${token}` }, MISSING)
    await refuse({ authorization: `Bearer ${token} ${token}` }, MISSING)
    await refuse({ authorization: 'Bearer not-a-token' }, INVALID)
    await refuse({ authorization: `Bearer ${'x'.repeat(4097)}` }, INVALID)
    await refuse({ authorization: `Bearer ${forged(token)}` }, INVALID)
    await refuse({ authorization: `Bearer ${await resign('access', token, {}, 's'.repeat(40))}` }, INVALID)
    await refuse({ authorization: `Bearer ${await expired('access', token)}` }, EXPIRED)
    // None of that touched the agent: its own token still works.
    expect((await call('heartbeat', { token }, agentId)).status).toBe(200)
  })

  it.each(agentOnly)('%s with a temp token', async (name) => {
    const { agentId, token } = await agent()
    const temp = await requestTempToken(hub(), agentId)
    expect(problemIn(await call(name, { token: temp }, agentId), pathOf(name, agentId))).toStrictEqual(TEMP_FORBIDDEN)
    expect((await success[name]()).status).toBe(routeNamed(name).success)
    expect((await call('heartbeat', { token }, agentId)).status).toBe(200)
  })

  it('the scheme is read in any case', async () => {
    const { agentId, token } = await agent()
    expect((await call('heartbeat', { headers: { authorization: `bEARER ${token}` } }, agentId)).status).toBe(200)
  })

  it('the token routes, each in its own way', async () => {
    const { agentId, token } = await agent()
    const temp = await requestTempToken(hub(), agentId)
    const invalid = (error: string) => ({ slug: 'token-invalid', detail: error, valid: false, error })
    const bad: readonly (readonly [string, string])[] = [
      [forged(token), INVALID.detail],
      [await expired('access', token), EXPIRED.detail],
      [await expired('temp', temp), EXPIRED.detail],
    ]
    for (const [one, detail] of bad) {
      expect(problemIn(await call('validateToken', { token: one }), '/tokens/validate')).toStrictEqual(invalid(detail))
      expect((await call('validatePostedToken', {}, undefined, `?token=${one}`)).body).toStrictEqual({
        valid: false,
        error: detail,
      })
      expect(problemIn(await call('refreshToken', { token: one }), '/tokens/refresh')).toStrictEqual({
        slug: 'token-invalid',
        detail,
      })
    }
    expect(problemIn(await call('validateToken'), '/tokens/validate')).toStrictEqual({
      ...invalid(MISSING.detail),
      slug: 'authentication-failed',
    })
    expect(problemIn(await call('refreshToken'), '/tokens/refresh')).toStrictEqual(MISSING)
    expect(problemIn(await call('refreshToken', { token: temp }), '/tokens/refresh')).toStrictEqual({
      slug: 'token-invalid',
      detail: 'A temp token cannot be refreshed; register with it instead',
    })
  })

  it('401 says how to authenticate where no route asks for a token, too', async () => {
    const id = freshId()
    const wrongKey = json({ agent_id: id, agent_type: 'unknown', agent_key: 'not-a-key-of-this-hub' })
    const admin = await signToken({ kind: 'admin', claims: { sub: ADMIN_NAME, role: 'admin', sid: 'none' } })
    const answers = [
      await call('requestTempToken', { body: wrongKey }),
      await call('refreshToken', { token: await requestTempToken(hub(), id) }),
      await call('refreshToken', { token: admin }),
      await call('refreshToken'),
      await call('validateToken', { token: 'not-a-token' }),
      await send(hub(), 'GET', '/metrics/scrape'),
    ]
    for (const { status, headers } of answers) {
      expect([status, headers.get('www-authenticate')]).toStrictEqual([401, 'Bearer realm="ARCP"'])
    }
  })

  it('[decision 8] an admin token acts for agents, registers none, and needs its session', async () => {
    const { agentId, token } = await agent()
    const { ask } = await loginAdmin(hub())
    const body = sampleCard(agentId)
    expect(problemIn(await ask('POST', '/agents/register', { body }), '/agents/register')).toStrictEqual({
      slug: 'insufficient-permissions',
      detail:
        'An administrator registers no agent: mint a temp token for it (POST /tokens/mint with role "agent" and ' +
        'temp_registration) and register with that',
      target_agent_id: agentId,
    })
    const beat = `/agents/${agentId}/heartbeat`
    expect((await ask('POST', beat)).status).toBe(200)
    expect(problemIn(await ask('POST', beat, { fingerprint: 'another' }), beat)).toMatchObject({
      slug: 'session-invalid',
    })
    expect((await call('heartbeat', { token }, agentId)).status).toBe(200)
    const { body: removed } = await ask('DELETE', `/agents/${agentId}`)
    expect(removed).toMatchObject({ status: 'success', unregistered_by: `admin (${ADMIN_NAME})` })
    const ended = await call('heartbeat', { token }, agentId)
    expect(problemIn(ended, beat)).toMatchObject({ slug: 'agent-gone', reason: 'revoked' })
    // Nobody is brought back by it.
    expect(problemIn(await ask('POST', beat), beat)).toMatchObject({ slug: 'agent-not-found' })
  })

  it('an access token with a wrong claim is no token', async () => {
    const { agentId, token } = await agent()
    const far = nowS() + 3600
    const wrong: Record<string, unknown>[] = [
      { iss: 'another' },
      { aud: 'arcp:validate' },
      { aud: undefined },
      { exp: undefined },
      { iat: undefined },
      { jti: undefined },
      { sub: 'somebody-else' },
      { role: undefined },
      { role: 'admin' },
      { role: ['agent'] },
      { inc: undefined },
      { inc: -1 },
      { inc: 1.5 },
      { inc: '1' },
      { ep: undefined },
      { ep: 5 },
      { off: undefined },
      { key_id: undefined },
      { iat: far, exp: far + 60 },
    ]
    for (const claims of wrong) {
      const answer = await call('heartbeat', { token: await resign('access', token, claims) }, agentId)
      expect(problemIn(answer, pathOf('heartbeat', agentId)), JSON.stringify(claims)).toStrictEqual(INVALID)
    }
    expect((await call('heartbeat', { token: await resign('access', token, {}) }, agentId)).status).toBe(200)
  })
})

describe('refused for its agent id', () => {
  it('another agent may be read, and not touched', async () => {
    const [me, other] = [await agent(), await agent()]
    expect((await call('getAgent', { token: me.token }, other.agentId)).status).toBe(200)
    const forbidden = {
      slug: 'insufficient-permissions',
      detail: 'This token is not for that agent',
      agent_id: me.agentId,
      target_agent_id: other.agentId,
    }
    const path = (name: RouteName) => pathOf(name, other.agentId)
    const register = { token: me.token, body: json(sampleCard(other.agentId)) }
    expect(problemIn(await call('registerAgent', register), '/agents/register')).toStrictEqual(forbidden)
    for (const name of ['heartbeat', 'deleteAgent'] as const) {
      expect(problemIn(await call(name, { token: me.token }, other.agentId), path(name))).toStrictEqual(forbidden)
    }
    const temp = await requestTempToken(hub(), me.agentId)
    const byTemp = { token: temp, body: json(sampleCard(other.agentId)) }
    expect(problemIn(await call('registerAgent', byTemp), '/agents/register')).toStrictEqual(forbidden)
    expect(problemIn(await call('deleteAgent', { token: temp }, other.agentId), path('deleteAgent'))).toStrictEqual(
      forbidden,
    )
    expect((await call('heartbeat', { token: other.token }, other.agentId)).status).toBe(200)
  })

  it('an id that nobody has', async () => {
    const { token } = await agent()
    const notFound = { slug: 'agent-not-found', detail: 'No agent of this id is registered' }
    const answer = await call('getAgent', { token }, 'never-seen')
    expect(problemIn(answer, '/agents/never-seen')).toStrictEqual({ ...notFound, agent_id: 'never-seen' })
    expect(problemIn(await call('getPublicAgent', {}, 'never-seen'), '/public/agent/never-seen')).toStrictEqual({
      ...notFound,
      agent_id: 'never-seen',
    })
    const temp = await requestTempToken(hub(), 'never-seen')
    expect(problemIn(await call('deleteAgent', { token: temp }, 'never-seen'), '/agents/never-seen')).toStrictEqual({
      ...notFound,
      agent_id: 'never-seen',
    })
  })

  it('an id that could be none is not repeated', async () => {
    const { token } = await agent()
    for (const id of ['x', 'a'.repeat(101), 'a%20b', 'a%2Fb', '%3Cscript%3E', 'a.b', 'stats;x']) {
      const answer = await call('getAgent', { token }, id)
      expect(problemIn(answer, `/agents/${id}`)).toStrictEqual({
        slug: 'agent-not-found',
        detail: 'No agent of this id is registered',
      })
    }
  })
})

const paths = [...new Set(ROUTE_NAMES.map((name) => routeNamed(name).path))]
const methodsOf = (path: string): string[] =>
  ROUTE_NAMES.filter((name) => routeNamed(name).path === path).flatMap((name) => {
    const { method } = routeNamed(name)
    return method === 'GET' ? ['GET', 'HEAD'] : [method]
  })

describe('methods', () => {
  it.each(paths)('%s answers 405 with Allow to a method it has not', async (template) => {
    const path = filledPath(template, 'somebody')
    const allow = methodsOf(template).join(', ')
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !methodsOf(template).includes(method))
    for (const method of others) {
      const answer = await send(hub(), method, path)
      expect(answer.headers.get('allow')).toBe(allow)
      expect(problemIn(answer, path)).toStrictEqual({
        slug: 'method-not-allowed',
        detail: `This path answers to ${allow}`,
      })
    }
  })

  it.each(paths)('%s answers OPTIONS with what it allows', async (template) => {
    const answer = await send(hub(), 'OPTIONS', filledPath(template, 'somebody'))
    expect([answer.status, answer.text]).toStrictEqual(template === '/' ? [200, '{"message":"ARCP hub"}'] : [204, ''])
    expect(answer.headers.get('allow')).toBe([...methodsOf(template), 'OPTIONS'].join(', '))
    expect(answer.headers.get('access-control-allow-methods')).toBeNull()
  })

  it('a page of an allowed origin may ask, another may not', async () => {
    const preflight = (origin: string) =>
      send(hub(), 'OPTIONS', '/agents/register', {
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    const allowed = await preflight('https://pages.example.com')
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://pages.example.com')
    expect(allowed.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS')
    expect(allowed.headers.get('access-control-allow-headers')?.split(', ')).toContain('Authorization')
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true')
    expect(allowed.headers.get('vary')).toBe('Origin')
    for (const origin of ['https://evil.example', 'null', 'https://pages.example.com.evil.example']) {
      const refused = await preflight(origin)
      expect(refused.status).toBe(204)
      expect(refused.headers.get('access-control-allow-origin')).toBeNull()
      expect(refused.headers.get('access-control-allow-methods')).toBeNull()
    }
  })

  /** Measured anew for each answer. */
  const FIGURES: ReadonlySet<RouteName> = new Set(['metrics', 'healthDetailed'])
  const readable = ROUTE_NAMES.filter((name) => routeNamed(name).method === 'GET')

  it.each(readable)('HEAD of %s is its GET without the body', async (name) => {
    const { agentId, token } = await agent()
    const path = `${pathOf(name, agentId)}${name === 'searchAgentsByQuery' ? '?query=sample' : ''}`
    const admin = routeNamed(name).tier === 'admin' ? await loginAdmin(hub()) : undefined
    const sent: Sent = {
      token: admin?.token ?? token,
      headers: admin === undefined ? {} : { 'X-Client-Fingerprint': admin.fingerprint },
    }
    const [get, head] = [await send(hub(), 'GET', path, sent), await send(hub(), 'HEAD', path, sent)]
    expect(head.status).toBe(name === 'validationStatus' ? 403 : routeNamed(name).success)
    expect(head.text).toBe('')
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
    if (!FIGURES.has(name)) expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(get.text)))
    const refused = await send(hub(), 'HEAD', '/nothing-here')
    expect([refused.status, refused.text]).toStrictEqual([404, ''])
  })
})

describe('paths', () => {
  it.each([
    '/nothing',
    '/agents/',
    '/agents//heartbeat',
    '/agents/a/b/heartbeat',
    '/public',
    '/Agents',
    '/agents%2Fregister',
    '/agents/register/',
    '/tokens',
    '/%00',
    '/dashboardx',
    '/metrics/',
    '/.env',
  ])('%s is nothing, whatever the method', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      expect(problemIn(await send(hub(), method, path), path)).toStrictEqual({
        slug: 'not-found',
        detail: 'There is nothing at this path',
      })
    }
  })

  it('a WebSocket path asked without a handshake says so', async () => {
    const { token } = await agent()
    for (const path of ['/public/ws', '/agents/ws']) {
      const answer = await send(hub(), 'GET', path, { token })
      expect(problemIn(answer, path)).toStrictEqual({
        slug: 'upgrade-required',
        detail: 'This is a WebSocket endpoint: connect with Upgrade: websocket',
      })
      expect(answer.headers.get('upgrade')).toBe('websocket')
      expect(answer.headers.get('sec-websocket-version')).toBe('13')
      const posted = await send(hub(), 'POST', path, { token })
      expect(problemIn(posted, path)).toStrictEqual({
        slug: 'method-not-allowed',
        detail: 'This path answers to GET',
      })
      expect(posted.headers.get('allow')).toBe('GET')
    }
  })

  it('the page of routes lists every route', async () => {
    const answer = await send(hub(), 'GET', '/docs')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    for (const name of ROUTE_NAMES) {
      const { method, path } = routeNamed(name)
      expect(answer.text).toContain(`<td>${method}</td><td><code>${path}</code></td>`)
    }
    const refused = await send(hub(), 'POST', '/docs')
    expect([refused.status, refused.headers.get('allow')]).toStrictEqual([405, 'GET, HEAD'])
  })

  it('the scrape route opens with its token only', async () => {
    const scrape = (headers: Record<string, string>) => send(hub(), 'GET', '/metrics/scrape', { headers })
    const open = await scrape({ authorization: `Bearer ${SCRAPE_TOKEN}` })
    expect(open.status).toBe(200)
    expect(open.headers.get('content-type')).toMatch(/^text\/plain; version=/)
    expect(open.text).toMatch(/^arcp_agents\{status="alive"\} \d+$/m)
    expect(problemIn(await scrape({}), '/metrics/scrape')).toStrictEqual({
      slug: 'authentication-failed',
      detail: 'Send Authorization: Bearer <METRICS_SCRAPE_TOKEN>',
    })
    for (const token of [`${SCRAPE_TOKEN}x`, SCRAPE_TOKEN.slice(0, -1), (await agent()).token]) {
      expect(problemIn(await scrape({ authorization: `Bearer ${token}` }), '/metrics/scrape')).toStrictEqual({
        slug: 'forbidden',
        detail: 'This is not the scrape token of this hub',
      })
    }
  })
})

describe('temp tokens', () => {
  const ask = (body: unknown) => call('requestTempToken', { body: json(body) })
  const path = '/auth/agent/request_temp_token'

  it('an agent key buys one for 900 s', async () => {
    const id = freshId()
    const answer = await ask({ agent_id: id, agent_type: 'testing', agent_key: hub().agentKey, extra: 1 })
    expect(answer.body).toStrictEqual({
      temp_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 900,
      message: `Temporary token for ${id}: use it to register within 900 s`,
    })
  })

  it('what is missing or too short is named', async () => {
    const id = freshId()
    const key = hub().agentKey
    const wrong: readonly (readonly [unknown, string, string])[] = [
      [{}, 'agent_id', 'agent_id is required'],
      [{ agent_id: id }, 'agent_type', 'agent_type is required'],
      [{ agent_id: id, agent_type: 'testing' }, 'agent_key', 'agent_key is required'],
      [{ agent_id: id, agent_type: 'testing', agent_key: '' }, 'agent_key', 'agent_key is required'],
      [
        { agent_id: id, agent_type: 'testing', agent_key: 'ninechars' },
        'agent_key',
        'agent_key must be at least 10 characters long',
      ],
      [
        { agent_id: 'ab', agent_type: 'testing', agent_key: key },
        'agent_id',
        'agent_id must be 3 to 100 characters long',
      ],
    ]
    for (const [body, field, detail] of wrong) {
      expect(problemIn(await ask(body), path)).toStrictEqual({ slug: 'invalid-input', detail, field })
    }
  })

  it('shapes that are wrong are 422 and not repeated', async () => {
    const wrong: readonly (readonly [unknown, string, string])[] = [
      [[], '', 'body must be a JSON object'],
      [{ agent_id: 'a b' }, '/agent_id', 'agent_id must be made of letters, digits, "_" and "-" only'],
      [{ agent_id: 5 }, '/agent_id', 'agent_id must be a string'],
      [{ agent_key: 'k'.repeat(201) }, '/agent_key', 'agent_key must be at most 200 characters long'],
      [{ password: '' }, '/password', 'password must be 1 to 1024 characters long'],
    ]
    for (const [body, at, message] of wrong) {
      const answer = await ask(body)
      expect(problemIn(answer, path)).toStrictEqual({
        slug: 'validation-failed',
        detail: message,
        validation_errors: [{ path: at, message }],
      })
    }
  })

  it('a key is compared whole, and a wrong one says nothing about it', async () => {
    const id = freshId()
    for (const key of [
      `${hub().agentKey} `,
      hub().agentKey.toUpperCase(),
      `${hub().agentKey}x`,
      `${hub().agentKey}\0`,
    ]) {
      const answer = await ask({ agent_id: id, agent_type: 'testing', agent_key: key })
      expect(problemIn(answer, path)).toStrictEqual({
        slug: 'authentication-failed',
        detail: 'agent_key is not a key of this hub',
      })
    }
  })

  it('[decision 1] validate_compliance is off, whatever token comes with it', async () => {
    const { agentId, token } = await agent()
    const temp = await requestTempToken(hub(), agentId)
    const tokens = [undefined, 'nonsense', token, temp, forged(token), await expired('temp', temp)]
    for (const one of tokens) {
      const sent = one === undefined ? {} : { token: one }
      for (const body of ['{}', 'not json']) {
        const answer = await call('validateCompliance', { ...sent, body })
        expect(problemIn(answer, pathOf('validateCompliance'))).toStrictEqual({
          slug: 'tpr-disabled',
          detail: TPR_DISABLED_DETAIL,
        })
      }
    }
    expect(TPR_DISABLED_DETAIL).toBe('Three-Phase Registration is not enabled on this server')
  })
})

describe('bodies', () => {
  const post = async (sent: Sent) => {
    const id = freshId()
    return { id, answer: await call('registerAgent', { token: await requestTempToken(hub(), id), ...sent }) }
  }

  it('must be JSON by name', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      const { answer } = await post({ body: '{}', headers: { 'content-type': type } })
      expect(problemIn(answer, '/agents/register')).toStrictEqual({
        slug: 'unsupported-media-type',
        detail: 'Send JSON with Content-Type: application/json',
      })
    }
    for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/problem+json']) {
      const { answer } = await post({ body: '{}', headers: { 'content-type': type } })
      expect(problemIn(answer, '/agents/register').slug).toBe('validation-failed')
    }
    const { answer } = await post({ body: '{}', headers: { 'content-encoding': 'gzip' } })
    expect(problemIn(answer, '/agents/register')).toStrictEqual({
      slug: 'unsupported-media-type',
      detail: 'Send the body without Content-Encoding',
    })
  })

  it('must not be larger than MAX_JSON_SIZE', async () => {
    const { answer } = await post({ body: ' '.repeat(1_048_577) })
    expect(problemIn(answer, '/agents/register')).toStrictEqual({
      slug: 'request-too-large',
      detail: 'The body may have 1048576 bytes',
      max_size: 1_048_576,
    })
    const id = freshId()
    const padded = json(sampleCard(id)).padEnd(1_048_576)
    const fits = await call('registerAgent', { token: await requestTempToken(hub(), id), body: padded })
    expect(fits.status).toBe(200)
  })

  it('an unneeded body is not looked at', async () => {
    const { agentId, token } = await agent()
    const body = 'neither JSON nor anything else'
    expect((await call('heartbeat', { token, body, headers: { 'content-type': 'text/x' } }, agentId)).status).toBe(200)
  })

  it('at most MAX_QUERY_PARAMS parameters', async () => {
    const query = (count: number) => `?${Array.from({ length: count }, (_, index) => `p${index}=1`).join('&')}`
    expect((await call('livez', {}, undefined, query(50))).status).toBe(200)
    expect(problemIn(await call('livez', {}, undefined, query(51)), '/livez')).toStrictEqual({
      slug: 'request-error',
      detail: 'At most 50 query parameters',
      max_query_params: 50,
    })
  })
})
