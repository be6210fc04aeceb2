// Every method of the published Python client that must work here, called by small programs (interop/python) against
// one hub, where it works and where it fails. The programs tell what came of each call; what should have is here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAgentEndpoint, type AgentEndpoint } from '../src/agent-endpoint.ts'
import { freePort } from '../src/hub.ts'
import { collectSteps, type Outcomes } from '../src/python-steps.ts'
import { CLIENT_VERSIONS, skipWithout, type ClientVersion } from '../src/python.ts'
import { registerAgent } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'

/** What an unmodified client must be able to do, by its own names; functions of the module beside its methods. */
const MUST = [
  'login_admin',
  'request_temp_token',
  'register_agent',
  'validate_compliance',
  'request_attestation_challenge',
  'validate_token',
  'refresh_authentication',
  'is_authenticated',
  'get_agent',
  'list_agents',
  'update_heartbeat',
  'start_heartbeat_task',
  'update_metrics',
  'get_metrics',
  'unregister_agent',
  'search_agents',
  'discover_agents',
  'get_public_agent',
  'request_agent_connection',
  'get_system_info',
  'get_public_stats',
  'get_allowed_agent_types',
  'health_check',
  'get_system_metrics',
  'get_system_stats',
  'get_resource_utilization',
  'get_metrics_snapshot',
  'admin_health_check',
  'ARCPClient.monitor_system',
  'export_metrics',
  'websocket_public',
  'websocket_agent',
  'get_system_health',
  'monitor_system',
  'get_client',
] as const
type Method = (typeof MUST)[number]

/** Functions beside the class. */
const FUNCTIONS: ReadonlySet<Method> = new Set<Method>(['get_system_health', 'monitor_system', 'get_client'])

/** Clients before 2.1 have none of these. */
const SINCE_2_1: ReadonlySet<Method> = new Set<Method>(['validate_compliance', 'request_attestation_challenge'])

interface Cases {
  /** case -> what is returned, or part of it */
  readonly works: Readonly<Record<string, unknown>>
  /** case -> the error that is raised; of a method that raises none, what it returns */
  readonly fails: Readonly<Record<string, unknown>>
}

const ADMIN = { name: 'operator', password: 'interop-password-of-nobody' }
const hub = sharedHub({
  env: {
    ADMIN_USERNAME: ADMIN.name,
    ADMIN_PASSWORD: ADMIN.password,
    // Both clients come from this machine, each with three wrong passwords.
    LOGIN_MAX_FAILURES: '10',
  },
})

const ok = (value: unknown): unknown => ({ ok: value })
const error = (text: string): unknown => ({ error: expect.stringContaining(text) })
const unsigned = (what: string): unknown => error(`${what}: Unexpected error: Authentication failed`)
const forbidden = (what: string): unknown => error(`${what}: Unexpected error: Access forbidden`)
const missing = (what: string): unknown => error(`${what}: Endpoint not found`)
const noHub = (what: string): unknown => error(`${what}: Connection failed: `)

/** Of three requests at the same time, whichever failed first. */
const oneOfThree = error('Failed to get system ')

const PERCENT = expect.toSatisfy((value: unknown) => typeof value === 'number' && value >= 0 && value <= 100)
const RESOURCES = { cpu: PERCENT, memory: PERCENT, network: PERCENT, disk: PERCENT }
const TEXT = { gauge: true, lines: expect.any(Number) }
const STATS = {
  registry_statistics: { total_agents: expect.any(Number), alive_agents: expect.any(Number) },
  features: expect.any(Object),
  performance: expect.any(Object),
}
const HEALTH = { status: expect.stringMatching(/^(healthy|warning|critical)$/), checks: expect.any(Object) }
/** What the monitoring prints: a line for each look, as many as there was time for, and that it is over. */
const monitored = (line: RegExp): unknown => ({
  ok: expect.toSatisfy((lines: unknown) => {
    if (!Array.isArray(lines)) return false
    const [last, ...looks] = lines.map(String).toReversed()
    return (
      looks.length > 0 && looks.every((look) => line.test(look)) && last?.startsWith('Monitoring completed') === true
    )
  }),
})
const LOOK = /^\[[\d:]+\] CPU: .*% \| Memory: .*% \| Agents: +\d+$/
const FAILED_LOOK = /^\[[\d:]+\] Monitoring error: Failed to get /

/** The reputation is the hub's to say, whatever an agent reports. */
const METRICS = { success_rate: 0.75, total_requests: 8, avg_response_time: 0.5, reputation_score: 0.825 }

const casesOf = (agentId: string, foundId: string): Readonly<Record<Method, Cases>> => ({
  login_admin: {
    works: {
      'the administrator': ok({
        token_type: 'bearer',
        access_token: expect.any(String),
        agent_id: `user_${ADMIN.name}`,
      }),
    },
    fails: { 'a wrong password': unsigned('AuthenticationError: Admin login failed') },
  },
  request_temp_token: {
    works: { 'its key': ok(expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)) },
    fails: {
      'a wrong key': unsigned('AuthenticationError: Temporary token request failed'),
      'no hub': noHub('AuthenticationError: Temporary token request failed'),
    },
  },
  register_agent: {
    works: { 'its key': ok({ agent_id: agentId, status: 'alive', metadata: { suite: 'interop' } }) },
    fails: {
      'a wrong key': unsigned('RegistrationError: Agent registration failed: Temporary token request failed'),
      'a type that is not allowed': error('RegistrationError: '),
    },
  },
  validate_compliance: {
    works: { 'three phases are off': ok(null) },
    fails: { 'without a token': error('AuthenticationError: Temp token required') },
  },
  request_attestation_challenge: {
    works: { 'attestation is off': ok(null) },
    fails: { 'no hub': noHub('AuthenticationError: Failed to request attestation challenge') },
  },
  validate_token: {
    works: { 'its own': ok({ valid: true, agent_id: agentId, payload: { role: 'agent' } }) },
    fails: {
      'without a token': error('AuthenticationError: Token validation failed: No token available'),
      'none of this hub': unsigned('AuthenticationError: Token validation failed'),
      'of the gone': error('AuthenticationError: Token validation failed'),
    },
  },
  refresh_authentication: {
    works: { registered: ok(true), 'the administrator': ok(true) },
    fails: { 'without a token': ok(false), 'with a temp token': ok(false), 'of the gone': ok(false) },
  },
  is_authenticated: { works: { registered: ok(true) }, fails: { 'before anything': ok(false) } },
  get_agent: {
    works: {
      itself: ok({ agent_id: agentId, status: 'alive' }),
      'itself without metrics': ok({ agent_id: agentId, metrics: null }),
    },
    fails: { nobody: missing(`ARCPError: Failed to get agent ${agentId}-missing`) },
  },
  list_agents: {
    works: { all: ok([agentId]), filtered: ok([agentId]), 'of another type': ok([]) },
    fails: { 'without a token': unsigned('ARCPError: Failed to list agents') },
  },
  update_heartbeat: {
    works: { 'its own': ok({ status: 'success', agent_id: agentId }) },
    fails: { 'of nobody': forbidden(`ARCPError: Failed to update heartbeat for ${agentId}-missing`) },
  },
  start_heartbeat_task: {
    works: { 'its own': ok(true) },
    // It is logged, and the task goes on.
    fails: { 'of nobody': ok(expect.stringContaining(`Heartbeat failed for ${agentId}-missing`)) },
  },
  update_metrics: {
    works: { 'good ones': ok({ status: 'success', metrics: METRICS }) },
    fails: {
      'out of range': error(`ARCPError: Failed to update metrics for ${agentId}: Request failed: success_rate must be`),
      'of nobody': forbidden(`ARCPError: Failed to update metrics for ${agentId}-missing`),
    },
  },
  get_metrics: {
    works: { 'its own': ok({ agent_id: agentId, ...METRICS }) },
    fails: { 'of nobody': forbidden(`ARCPError: Failed to get metrics for ${agentId}-missing`) },
  },
  unregister_agent: {
    works: {
      itself: ok({ status: 'success', unregistered_by: 'agent (self)' }),
      'by its key alone': ok({ status: 'success' }),
    },
    fails: { nobody: forbidden(`ARCPError: Failed to unregister agent ${agentId}-missing`) },
  },
  search_agents: {
    works: {
      'in public': ok([{ id: foundId, similar: true }]),
      'weighted and filtered': ok([{ id: foundId, similar: true }]),
      'as an agent': ok([{ id: foundId, similar: true }]),
      'for what nobody can': ok([]),
    },
    fails: {
      'too short': error('SearchError: Invalid search parameters'),
      'without a token': unsigned('SearchError: Agent search failed'),
    },
  },
  discover_agents: {
    works: { filtered: ok([foundId]), 'with what nobody can': ok([]) },
    fails: { 'too many at once': error('ARCPError: Agent discovery failed: Request failed: limit must be') },
  },
  get_public_agent: {
    works: { somebody: ok(foundId) },
    fails: { nobody: missing(`ARCPError: Failed to get public agent ${foundId}-missing`) },
  },
  request_agent_connection: {
    works: {
      'one that answers': ok({
        status: 'connection_requested',
        message: expect.any(String),
        next_steps: expect.any(String),
        request_id: expect.any(String),
      }),
    },
    fails: {
      'one that does not': error('ARCPError: Connection request failed: Server error: 502'),
      nobody: missing('ARCPError: Connection request failed'),
    },
  },
  get_system_info: {
    works: { 'a hub': ok({ service: 'ARCP', status: 'healthy' }) },
    fails: { 'no hub': noHub('ARCPError: Failed to get system info') },
  },
  get_public_stats: {
    works: { 'a hub': ok({ system_status: 'operational', alive_agents: expect.any(Number) }) },
    fails: { 'no hub': noHub('ARCPError: Failed to get public stats') },
  },
  get_allowed_agent_types: {
    works: { 'a hub': ok(['security', 'monitoring', 'automation', 'networking', 'testing']) },
    fails: { 'no hub': noHub('ARCPError: Failed to get allowed agent types') },
  },
  health_check: {
    works: { 'a hub': ok({ status: 'healthy' }) },
    fails: { 'no hub': noHub('ARCPError: Health check failed') },
  },
  get_system_metrics: {
    works: { 'the administrator': ok(TEXT) },
    fails: {
      nobody: unsigned('ARCPError: Failed to get system metrics'),
      'an agent': forbidden('ARCPError: Failed to get system metrics'),
    },
  },
  get_system_stats: {
    works: { 'the administrator': ok(STATS), 'after a refresh': ok(STATS) },
    fails: {
      nobody: unsigned('ARCPError: Failed to get system stats'),
      'an agent': forbidden('ARCPError: Failed to get system stats'),
    },
  },
  get_resource_utilization: {
    works: { 'the administrator': ok(RESOURCES) },
    fails: {
      nobody: unsigned('ARCPError: Failed to get resource utilization: Failed to get system metrics'),
      'an agent': forbidden('ARCPError: Failed to get resource utilization: Failed to get system metrics'),
    },
  },
  get_metrics_snapshot: {
    works: { 'the administrator': ok({ metrics: TEXT, stats: STATS, resources: RESOURCES, cpu: PERCENT }) },
    fails: { nobody: oneOfThree, 'an agent': oneOfThree },
  },
  admin_health_check: {
    works: { 'the administrator': ok(HEALTH) },
    fails: { nobody: oneOfThree, 'an agent': oneOfThree },
  },
  'ARCPClient.monitor_system': {
    works: {
      'the administrator': monitored(LOOK),
      'told what it saw': ok(expect.toSatisfy((seen) => Array.isArray(seen) && seen.length > 0)),
    },
    // It is printed, and the monitoring goes on.
    fails: {
      nobody: monitored(FAILED_LOOK),
      'an agent': monitored(FAILED_LOOK),
    },
  },
  export_metrics: {
    works: {
      'the administrator': ok(TEXT),
      'the administrator, as JSON': ok({ agent_stats: STATS, resource_utilization: RESOURCES }),
    },
    fails: {
      nobody: oneOfThree,
      'an agent': oneOfThree,
      'nobody, as JSON': oneOfThree,
      'an agent, as JSON': oneOfThree,
      'a format nobody knows': error('ValueError: Unsupported format: xml'),
    },
  },
  websocket_public: {
    works: { discovers: ok(['welcome', 'discovery_data']) },
    fails: { 'no hub': error('ConnectionError: WebSocket connection failed') },
  },
  websocket_agent: {
    works: { 'its own': ok(['agents']) },
    fails: {
      'without a token': error('AuthenticationError: No authentication token available'),
      'none of this hub': error('AuthenticationError: WebSocket authentication failed'),
    },
  },
  get_system_health: {
    works: { 'the administrator': ok(HEALTH) },
    fails: { 'a wrong password': unsigned('AuthenticationError: Admin login failed') },
  },
  monitor_system: {
    works: { 'the administrator': monitored(LOOK) },
    fails: { 'a wrong password': unsigned('AuthenticationError: Admin login failed') },
  },
  get_client: {
    works: { 'asks its hub': ok('ARCP') },
    fails: { 'no hub': noHub('ARCPError: Failed to get system info') },
  },
})

it.each(MUST)('%s has a case where it works and one where it fails', (method) => {
  const { works, fails } = casesOf('one', 'two')[method]
  expect(Object.keys(works)).not.toStrictEqual([])
  expect(Object.keys(fails)).not.toStrictEqual([])
})

let endpoint: AgentEndpoint
beforeAll(async () => {
  endpoint = await startAgentEndpoint()
})
afterAll(() => endpoint.stop())

const runAll = async (version: ClientVersion, agentId: string, foundId: string): Promise<Outcomes> => {
  const skills = { capabilities: ['invoices'], context_brief: 'Translates invoices between languages.' }
  const found = await registerAgent(hub(), foundId, { ...skills, endpoint: endpoint.url })
  const deaf = await registerAgent(hub(), `${foundId}-deaf`, { endpoint: `http://127.0.0.1:${await freePort()}` })
  const env = {
    ARCP_URL: hub().url,
    ARCP_GONE_URL: `http://127.0.0.1:${await freePort()}`,
    ARCP_AGENT_KEY: hub().agentKey,
    ARCP_TOKEN: found.token,
    ARCP_AGENT_ID: foundId,
    ARCP_DEAF_ID: deaf.agentId,
    ARCP_ADMIN_USER: ADMIN.name,
    ARCP_ADMIN_PASSWORD: ADMIN.password,
  }
  const outcomes: Outcomes = new Map()
  await Promise.all([
    collectSteps(outcomes, version, 'python/agent_methods.py', { ...env, ARCP_AGENT_ID: agentId }),
    collectSteps(outcomes, version, 'python/public_methods.py', env),
    collectSteps(outcomes, version, 'python/admin_methods.py', env),
    collectSteps(outcomes, version, 'python/socket_methods.py', env),
  ])
  return outcomes
}

describe.each(CLIENT_VERSIONS)('Python client %s', (version) => {
  const suite = describe.skipIf(skipWithout(version))
  const name = version.replaceAll('.', '-')
  const [agentId, foundId] = [`methods-${name}`, `found-${name}`]
  const cases = casesOf(agentId, foundId)

  suite('against a hub', () => {
    let outcomes: Outcomes
    beforeAll(async () => {
      outcomes = await runAll(version, agentId, foundId)
    })

    const known = MUST.filter((method) => version !== '2.0.3' || !SINCE_2_1.has(method))
    it.each(known)('%s', (method) => {
      const { works, fails } = cases[method]
      const told = Object.fromEntries(outcomes.get(method) ?? [])
      expect(told).toMatchObject({ ...works, ...fails })
      // Nothing is called whose outcome is not looked at.
      expect(Object.keys(told).toSorted()).toStrictEqual(Object.keys({ ...works, ...fails }).toSorted())
    })

    it('has no other methods than these', () => {
      const methods = known.filter((method) => !FUNCTIONS.has(method)).map((method) => method.replace(/^.*\./, ''))
      const expected = [...methods, 'close'].toSorted()
      expect(outcomes.get('client')?.get('its methods')).toStrictEqual({ ok: expected })
    })

    it('the agent that was asked to connect got the request whole', async () => {
      const { item } = await endpoint.taken.find(
        ({ path, body }) => path === '/connection/request' && JSON.stringify(body).includes('seats'),
      )
      expect(item).toMatchObject({
        method: 'POST',
        body: {
          user_id: 'user@example.com',
          user_endpoint: 'http://localhost:9000/hook',
          user_display_name: 'A user',
          user_info: { plan: 'free', seats: 3 },
        },
      })
    })
  })
})
