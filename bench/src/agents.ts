// What an agent says to a hub, ours or the reference: the requests that make it appear and go away, as bytes.
import { createHmac } from 'node:crypto'

import { requestBytes, type HttpConnection, type HttpReply } from './raw-http.ts'
import { AGENT_KEY, JWT_SECRET } from './programs.ts'

export type TokenSource = (http: HttpConnection, agentId: string) => Promise<string>

/** A record of ordinary size, about 500 bytes in a list. */
const card = (agentId: string): Record<string, unknown> => ({
  agent_id: agentId,
  name: 'Benchmark agent',
  agent_type: 'testing',
  endpoint: 'http://localhost:8010',
  capabilities: ['echo', 'compute'],
  context_brief: 'An agent that exists for the length of a measurement.',
  version: '1.0.0',
  owner: 'Benchmarks',
  public_key: 'bench-public-key-that-is-at-least-32-characters-long',
  communication_mode: 'remote',
  metadata: { suite: 'bench' },
})

export const registerRequest = (agentId: string, token: string): Buffer =>
  requestBytes('POST', '/agents/register', { token, body: card(agentId) })

export const unregisterRequest = (agentId: string, token: string): Buffer =>
  requestBytes('DELETE', `/agents/${agentId}`, { token })

/** The text in a member of an answer that must have worked. */
export const textIn = (reply: HttpReply, member: string): string => {
  const body: unknown = reply.status === 200 ? JSON.parse(reply.body) : undefined
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, member) : undefined
  if (typeof value !== 'string') throw new Error(`No ${member} in ${reply.status} ${reply.body.slice(0, 300)}`)
  return value
}

/** A temp token the ordinary way. */
export const requestedToken: TokenSource = async (http, agentId) => {
  const body = { agent_id: agentId, agent_type: 'testing', agent_key: AGENT_KEY }
  return textIn(await http.send(requestBytes('POST', '/auth/agent/request_temp_token', { body })), 'temp_token')
}

const TOKEN_LIFE_S = 36_000
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * A token signed here, for the reference: it lets one live agent register per key and takes 1.8 s for each temp
 * token, so a population cannot be made the ordinary way.
 */
export const signedToken: TokenSource = async (_http, agentId) => {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: agentId, agent_id: agentId, role: 'agent', scopes: [], iat: now, exp: now + TOKEN_LIFE_S }
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`
}
