import { ROUTES, parseRegistration } from '@arcp/protocol/rest'
import { describe, expect, test } from 'vitest'
import { createManualWorld } from '../../test/manual-world.ts'
import { createClientIn } from '../create-client.ts'
import type { AgentCard } from './agents.ts'

const CARD: AgentCard = {
  agent_id: 'agent-1',
  name: 'Agent one',
  agent_type: 'testing',
  endpoint: 'http://localhost:9001',
  capabilities: ['echo'],
  context_brief: 'An agent for tests.',
  version: '1.0.0',
  owner: 'Tests',
  public_key: 'k'.repeat(32),
  metadata: { purpose: 'test' },
  communication_mode: 'remote',
}

const RECORD = {
  ...CARD,
  status: 'alive',
  last_seen: '2026-01-01T00:00:00.000Z',
  registered_at: '2026-01-01T00:00:00.000Z',
}
const TEMP = { temp_token: 'temp', token_type: 'bearer', expires_in: 900, message: '' }
const registered = (agent_id: string) => ({
  status: 'success',
  message: '',
  agent_id,
  access_token: `token of ${agent_id}`,
})
const good = (body: unknown) => ({ status: 200, body })

function client(token?: string) {
  const world = createManualWorld()
  const arcp = createClientIn(world, { url: 'http://hub.test', ...(token === undefined ? {} : { token }) })
  /** Method, path and token of every call so far. */
  const calls = () =>
    world.requests.map(({ method, url, headers }) =>
      [method, url.replace('http://hub.test', ''), headers['authorization'] ?? '-'].join(' '),
    )
  return { world, arcp, calls }
}

describe('agents', () => {
  test('registers with a key: key, temp token, access token', async () => {
    const { world, arcp, calls } = client()
    world.answer(
      good(TEMP),
      good(registered('agent-1')),
      good({ status: 'success', agent_id: 'agent-1', last_seen: 'now', metrics: null }),
    )
    expect(await arcp.agents.register(CARD, { agentKey: 'a-long-agent-key' })).toEqual(registered('agent-1'))
    await arcp.agents.heartbeat('agent-1')
    expect(calls()).toEqual([
      'POST /auth/agent/request_temp_token -',
      'POST /agents/register Bearer temp',
      'POST /agents/agent-1/heartbeat Bearer token of agent-1',
    ])
    expect(JSON.parse(world.requests[0]!.body ?? '')).toEqual({
      agent_id: 'agent-1',
      agent_type: 'testing',
      agent_key: 'a-long-agent-key',
    })
    expect(parseRegistration(JSON.parse(world.requests[1]!.body ?? ''), { allowedTypes: ['testing'] }).ok).toBe(true)
    // No body, no content type.
    expect(world.requests[2]).not.toHaveProperty('body')
    expect(world.requests[2]!.headers).not.toHaveProperty('content-type')
  })

  test('each agent speaks with its own token, unregistered ones with none', async () => {
    const { world, arcp, calls } = client()
    for (const id of ['agent-1', 'agent-2']) {
      world.answer(good(TEMP), good(registered(id)))
      await arcp.agents.register({ ...CARD, agent_id: id }, { agentKey: 'a-long-agent-key' })
    }
    world.answer(
      good(RECORD),
      good({ status: 'success', message: '', unregistered_by: 'agent (self)' }),
      good([]),
      good([]),
    )
    await arcp.agents.get('agent-1')
    await arcp.agents.unregister('agent-2')
    await arcp.agents.list({ agentType: 'testing', status: 'alive', capabilities: ['a', 'b'] })
    expect(calls().slice(4)).toEqual([
      'GET /agents/agent-1 Bearer token of agent-1',
      'DELETE /agents/agent-2 Bearer token of agent-2',
      'GET /agents?agent_type=testing&status=alive&capabilities=a&capabilities=b Bearer token of agent-1',
    ])
  })

  test('without a key the present token updates in place', async () => {
    const { world, arcp, calls } = client('given')
    world.answer(good(registered('agent-1')))
    await arcp.agents.register(CARD)
    expect(calls()).toEqual(['POST /agents/register Bearer given'])
  })

  test('an id never leaves its path segment', async () => {
    const { world, arcp, calls } = client()
    world.answer(good(RECORD))
    await arcp.agents.get('../x?y#z')
    expect(calls()).toEqual(['GET /agents/..%2Fx%3Fy%23z -'])
  })
})

describe('tokens', () => {
  test('a bad token is an answer, not an error', async () => {
    const { world, arcp } = client('given')
    world.answer({ status: 401, body: { valid: false, error: 'expired' } })
    expect(await arcp.tokens.validate()).toEqual({ valid: false, error: 'expired' })
  })

  test('a refreshed token takes the place of the old one', async () => {
    const { world, arcp, calls } = client('old')
    world.answer(good({ access_token: 'new', token_type: 'bearer' }), good([]))
    await arcp.tokens.refresh()
    await arcp.agents.list()
    expect(calls()).toEqual(['POST /tokens/refresh Bearer old', 'GET /agents Bearer new'])
  })
})

test('every call goes to a route of the protocol, with its method', async () => {
  const { world, arcp } = client()
  const id = 'agent-1'
  const calls: readonly [keyof typeof ROUTES, () => Promise<unknown>][] = [
    ['requestTempToken', () => arcp.agents.requestTempToken({ agent_id: id, agent_type: 't', agent_key: 'k' })],
    ['registerAgent', () => arcp.agents.register(CARD)],
    ['getAgent', () => arcp.agents.get(id)],
    ['listAgents', () => arcp.agents.list()],
    ['heartbeat', () => arcp.agents.heartbeat(id)],
    ['deleteAgent', () => arcp.agents.unregister(id)],
    ['discover', () => arcp.discover()],
    ['publicStats', () => arcp.stats()],
    ['agentTypes', () => arcp.types()],
    ['publicInfo', () => arcp.info()],
    ['health', () => arcp.health()],
    ['validateToken', () => arcp.tokens.validate()],
    ['refreshToken', () => arcp.tokens.refresh()],
  ]
  for (const [, call] of calls) await call().catch(() => {})
  expect(world.requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual(
    calls.map(([name]) => `${ROUTES[name].method} ${ROUTES[name].path.replace('{agent_id}', id)}`),
  )
})
