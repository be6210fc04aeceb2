// The hub's REST interface as a test needs it: JSON requests, and the two that make an agent.
import type { Hub } from './hub.ts'
import { isObject } from './frames.ts'
import { send, type Answer } from './http.ts'

export interface RequestOptions {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A request with a JSON body. */
export const request = (
  hub: Pick<Hub, 'url'>,
  method: string,
  path: string,
  { body, ...options }: RequestOptions = {},
): Promise<Answer> =>
  send(hub, method, path, { ...options, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })

/** The text in `field` of an answer that must have worked. */
const textIn = (answer: Answer, field: string, what: string): string => {
  const value = answer.status === 200 && isObject(answer.body) ? answer.body[field] : undefined
  if (typeof value !== 'string') throw new Error(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return value
}

/** A body for POST /agents/register that the hub accepts. */
export const sampleCard = (
  agentId: string,
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  agent_id: agentId,
  name: 'Sample agent',
  agent_type: 'testing',
  endpoint: 'http://localhost:8010',
  capabilities: ['echo', 'compute'],
  context_brief: 'An agent that exists for the length of a test.',
  version: '1.0.0',
  owner: 'Interop tests',
  public_key: 'interop-public-key-that-is-at-least-32-characters-long',
  communication_mode: 'remote',
  metadata: { suite: 'interop' },
  ...changes,
})

export const requestTempToken = async (
  hub: Pick<Hub, 'url' | 'agentKey'>,
  agentId: string,
  agentKey = hub.agentKey,
): Promise<string> => {
  const body = { agent_id: agentId, agent_type: 'testing', agent_key: agentKey }
  return textIn(await request(hub, 'POST', '/auth/agent/request_temp_token', { body }), 'temp_token', 'temp token')
}

export interface Registered {
  readonly agentId: string
  readonly token: string
}

/** Registers an agent the ordinary way, by its key. */
export const registerAgent = async (
  hub: Pick<Hub, 'url' | 'agentKey'>,
  agentId: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Registered> => {
  const token = await requestTempToken(hub, agentId)
  const answer = await request(hub, 'POST', '/agents/register', { token, body: sampleCard(agentId, changes) })
  return { agentId, token: textIn(answer, 'access_token', `register ${agentId}`) }
}
