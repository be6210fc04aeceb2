// One good request to every route of the protocol's table, with what each needs to be there first.
import { ROUTES, type Route, type RouteName } from '@arcp/protocol/rest'
import { onTestFinished } from 'vitest'
import { loginAdmin, tryLogin } from './admin.ts'
import { startAgentEndpoint } from './agent-endpoint.ts'
import { openFrames } from './frames.ts'
import { send, type Answer, type Sent, type TextAnswer } from './http.ts'
import type { Hub } from './hub.ts'
import { objectsAt, textAt } from './pick.ts'
import { registerAgent, requestTempToken, sampleCard, type Registered } from './rest.ts'

const json = (value: unknown): string => JSON.stringify(value)

export const routeNamed = (name: RouteName): Route => ROUTES[name]
export const ROUTE_NAMES = Object.keys(ROUTES).filter((name): name is RouteName => name in ROUTES)
/** The schema that is there stands for all. */
export const filledPath = (template: string, id: string): string =>
  template
    .replace('{agent_id}', id)
    .replace('{name}', 'AgentRecord')
    .replaceAll(/\{[a-z_]+\}/g, 'nobody')
export const pathOf = (name: RouteName, id = 'nobody'): string => filledPath(routeNamed(name).path, id)

export interface RouteCalls {
  /** An id no other test of this hub has. */
  readonly freshId: () => string
  /** A new agent. */
  readonly agent: () => Promise<Registered>
  readonly call: (name: RouteName, sent?: Sent, id?: string, query?: string) => Promise<TextAnswer>
  /** In a session of its own. */
  readonly byAdmin: (name: RouteName, body?: unknown, id?: string) => Promise<Answer>
  /** A request that the route answers as it ordinarily does. */
  readonly success: Readonly<Record<RouteName, () => Promise<Answer>>>
}

export const createRouteCalls = (hub: () => Hub): RouteCalls => {
  let made = 0
  const freshId = (): string => `life-${(made += 1)}`
  const agent = () => registerAgent(hub(), freshId())
  const call = (name: RouteName, sent: Sent = {}, id?: string, query = ''): Promise<TextAnswer> =>
    send(hub(), routeNamed(name).method, `${pathOf(name, id)}${query}`, sent)

  const byAdmin = async (name: RouteName, body?: unknown, id?: string): Promise<Answer> =>
    (await loginAdmin(hub())).ask(routeNamed(name).method, pathOf(name, id), { body })

  /** The id of an agent whose endpoint answers. */
  const reachable = async (): Promise<string> => {
    const endpoint = await startAgentEndpoint()
    onTestFinished(endpoint.stop)
    return (await registerAgent(hub(), freshId(), { endpoint: endpoint.url })).agentId
  }

  const success: Readonly<Record<RouteName, () => Promise<Answer>>> = {
    root: () => call('root'),
    health: () => call('health'),
    livez: () => call('livez'),
    readyz: () => call('readyz'),
    requestTempToken: () =>
      call('requestTempToken', {
        body: json({ agent_id: freshId(), agent_type: 'unknown', agent_key: hub().agentKey }),
      }),
    // Answers a problem by design: three-phase registration is off.
    validateCompliance: () => call('validateCompliance', { body: '{}' }),
    // A problem as well: there are no validations.
    validationStatus: async () =>
      send(hub(), 'GET', pathOf('validationStatus'), { token: await requestTempToken(hub(), freshId()) }),
    jwks: () => call('jwks'),
    arcpConfiguration: () => call('arcpConfiguration'),
    openApi: () => call('openApi'),
    asyncApi: () => call('asyncApi'),
    schema: () => send(hub(), 'GET', '/schemas/AgentRecord.json'),
    attestationChallenge: () => call('attestationChallenge', { body: json({ agent_id: 'nobody' }) }),
    attestationVerify: async () => call('attestationVerify', { token: (await agent()).token, body: '{}' }),
    attestationStatus: async () => call('attestationStatus', { token: (await agent()).token }),
    verifySbom: async () => call('verifySbom', { token: (await agent()).token, body: '{}' }),
    scanContainer: async () => call('scanContainer', { token: (await agent()).token, body: '{}' }),
    securityHealth: () => call('securityHealth'),
    registerAgent: async () => {
      const id = freshId()
      return call('registerAgent', { token: await requestTempToken(hub(), id), body: json(sampleCard(id)) })
    },
    listAgents: async () => call('listAgents', { token: (await agent()).token }),
    getAgent: async () => {
      const { token } = await agent()
      return call('getAgent', { token }, (await agent()).agentId)
    },
    deleteAgent: async () => {
      const { agentId, token } = await agent()
      return call('deleteAgent', { token }, agentId)
    },
    heartbeat: async () => {
      const { agentId, token } = await agent()
      return call('heartbeat', { token }, agentId)
    },
    patchAgent: async () => {
      const { agentId, token } = await agent()
      return call('patchAgent', { token, body: json({ name: 'Renamed agent' }) }, agentId)
    },
    reportMetrics: async () => {
      const { agentId, token } = await agent()
      return call('reportMetrics', { token, body: json({ success_rate: 0.5 }) }, agentId)
    },
    getMetrics: async () => {
      const { agentId, token } = await agent()
      return call('getMetrics', { token }, agentId)
    },
    reportRequest: async () => {
      const { agentId, token } = await agent()
      return call('reportRequest', { token }, agentId, '?response_time=0.25')
    },
    reportRequestCompat: async () => {
      const { agentId, token } = await agent()
      return call('reportRequestCompat', { token }, agentId, '?response_time=0.25')
    },
    validateToken: async () => call('validateToken', { token: (await agent()).token }),
    validatePostedToken: async () => call('validatePostedToken', {}, undefined, `?token=${(await agent()).token}`),
    refreshToken: async () => call('refreshToken', { token: (await agent()).token }),
    login: () => tryLogin(hub()),
    logout: () => byAdmin('logout'),
    setPin: () => byAdmin('setPin', { pin: 'correct horse' }),
    verifyPin: async () => {
      const { ask } = await loginAdmin(hub())
      await ask('POST', '/auth/set_pin', { body: { pin: 'correct horse' } })
      return ask('POST', '/auth/verify_pin', { body: { pin: 'correct horse' } })
    },
    pinStatus: () => byAdmin('pinStatus'),
    sessionStatus: () => byAdmin('sessionStatus'),
    mintToken: () => byAdmin('mintToken', { user_id: 'ann', agent_id: 'agent-of-ann' }),
    metrics: () => byAdmin('metrics'),
    agentStats: () => byAdmin('agentStats'),
    healthDetailed: () => byAdmin('healthDetailed'),
    healthConfig: () => byAdmin('healthConfig'),
    healthRedis: () => byAdmin('healthRedis'),
    healthAzure: () => byAdmin('healthAzure'),
    dashboardConfig: () => byAdmin('dashboardConfig'),
    saveDashboardConfig: () => byAdmin('saveDashboardConfig', { ui: { theme: 'dark' } }),
    acknowledgeAlert: async () => {
      // That no agent is registered is an alert, and the hub's first look is before the first test registers one.
      const { alert } = await hub().waitForLog(({ event }) => event === 'alert_raised')
      const { ask } = await loginAdmin(hub())
      return ask('POST', `/dashboard/alerts/${String(alert)}/ack`)
    },
    listHubs: () => byAdmin('listHubs'),
    listSockets: () => byAdmin('listSockets'),
    closeSocket: async () => {
      const socket = await openFrames(`${hub().wsUrl}/public/ws`)
      onTestFinished(() => socket.terminate())
      const { ask } = await loginAdmin(hub())
      const newest = objectsAt((await ask('GET', '/dashboard/connections')).body, 'connections').at(-1)
      return ask('DELETE', `/dashboard/connections/${textAt(newest, 'hub')}/${textAt(newest, 'id')}`)
    },
    revokeAgent: async () => byAdmin('revokeAgent', undefined, (await agent()).agentId),
    discover: async () => {
      await agent()
      return call('discover')
    },
    getPublicAgent: async () => call('getPublicAgent', {}, (await agent()).agentId),
    publicStats: () => call('publicStats'),
    agentTypes: () => call('agentTypes'),
    publicInfo: () => call('publicInfo'),
    publicSearch: async () => {
      await agent()
      return call('publicSearch', { body: json({ query: 'sample agent', weighted: true }) })
    },
    searchAgents: async () =>
      call('searchAgents', { token: (await agent()).token, body: json({ query: 'sample agent' }) }),
    searchAgentsByQuery: async () =>
      call('searchAgentsByQuery', { token: (await agent()).token }, undefined, '?query=sample+agent'),
    connect: async () =>
      call('connect', { body: json({ user_id: 'ann', user_endpoint: 'https://ann.example' }) }, await reachable()),
    notifyAgent: async () => {
      const { agentId, token } = await agent()
      const body = json({ agent_id: agentId, agent_endpoint: 'http://sender.example' })
      return call('notifyAgent', { token, body }, await reachable())
    },
    pingAgent: async () => byAdmin('pingAgent', undefined, await reachable()),
  }

  return { freshId, agent, call, byAdmin, success }
}
