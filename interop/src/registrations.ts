// Registering and what comes after it, as tests of a registration's life ask for it and check it.
import { expect } from 'vitest'
import { problemIn } from './conforms.ts'
import { isObject, openFrames, type FrameSocket } from './frames.ts'
import { send, type TextAnswer } from './http.ts'
import type { Hub } from './hub.ts'
import { sampleCard } from './rest.ts'

export const REGISTER_PATH = '/agents/register'

export const register = (
  hub: Hub,
  token: string,
  id: string,
  changes: Record<string, unknown> = {},
): Promise<TextAnswer> => send(hub, 'POST', REGISTER_PATH, { token, body: JSON.stringify(sampleCard(id, changes)) })

export const tokenIn = ({ status, body }: TextAnswer): string => {
  const token = isObject(body) ? body['access_token'] : undefined
  if (status !== 200 || typeof token !== 'string') throw new Error(`${status} ${JSON.stringify(body)}`)
  return token
}

export const heartbeat = (hub: Hub, token: string, id: string) =>
  send(hub, 'POST', `/agents/${id}/heartbeat`, { token })
export const remove = (hub: Hub, token: string, id: string) => send(hub, 'DELETE', `/agents/${id}`, { token })
export const known = async (hub: Hub, id: string) => (await send(hub, 'GET', `/public/agent/${id}`)).status === 200

export const nameOf = async (hub: Hub, id: string): Promise<unknown> => {
  const { body } = await send(hub, 'GET', `/public/agent/${id}`)
  return isObject(body) ? body['name'] : undefined
}

/** What `detail` says of a registration that has ended. */
export const ADVICE = {
  replaced: 'a newer registration took over this id',
  unregistered: 'it was unregistered; register again to come back',
  expired: 'it was silent for too long and was removed, or this hub lost what it knew; register again to come back',
  revoked: 'its registration was revoked',
}

export const gone = (agentId: string, reason: keyof typeof ADVICE): unknown => ({
  slug: 'agent-gone',
  detail: `This registration has ended: ${ADVICE[reason]}`,
  agent_id: agentId,
  reason,
})

export const duplicate = (agentId: string): unknown => ({
  slug: 'duplicate-agent',
  detail: 'An agent of this id is alive under another key; choose another agent_id',
  agent_id: agentId,
})

/** The problem of a temp token whose registration is another one, or is over. */
export const USED = {
  slug: 'token-invalid',
  detail: 'This temp token was used for another registration; request a new one',
}

/** Every route an access token opens tells how its registration ended; a heartbeat changes nothing any more. */
export const expectEnded = async (hub: Hub, token: string, id: string, reason: keyof typeof ADVICE): Promise<void> => {
  const asked: readonly (readonly [method: string, path: string])[] = [
    ['POST', `/agents/${id}/heartbeat`],
    ['DELETE', `/agents/${id}`],
    ['GET', '/agents'],
    ['POST', '/tokens/refresh'],
  ]
  for (const [method, path] of asked) {
    const answer = await send(hub, method, path, { token })
    expect([method, path, answer.status, problemIn(answer, path)]).toStrictEqual([method, path, 410, gone(id, reason)])
  }
}

/** Resolves when the hub has this socket among those of the agent. It answers no pings, so the agent may die. */
export const agentSocket = async (hub: Hub, token: string, live = false): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}/agents/ws`, { autoPong: false })
  socket.send(live ? { token, live: 1 } : { token })
  await socket.nextOfType('auth_success')
  return socket
}
