// Acting as somebody else (catalogue F, 111 to 115, 118, 119): every door asks who is there, and no word in a request
// or a frame makes anybody more than the token does.
import { ROUTES, type Route } from '@arcp/protocol/rest'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { loginAdmin } from '../src/admin.ts'
import { startTarget, type Target } from '../src/attack-target.ts'
import { problemIn } from '../src/conforms.ts'
import { isObject, openFrames, type FrameSocket } from '../src/frames.ts'
import { send } from '../src/http.ts'
import { objectsAt, textAt } from '../src/pick.ts'
import { registerAgent, request, requestTempToken, sampleCard } from '../src/rest.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget({ AGENT_WS_INTERVAL: '3600', PUBLIC_WS_INTERVAL: '3600' })
})
afterAll(async () => {
  await target.unharmed()
  await target.stop()
})

const open = async (path: string): Promise<FrameSocket> => {
  const socket = await openFrames(`${target.wsUrl}${path}`)
  onTestFinished(() => socket.terminate())
  return socket
}

/** The next frame that answers something; lists come by themselves. */
const answerOf = async (socket: FrameSocket, frame: unknown): Promise<unknown> => {
  socket.send(frame)
  return (await socket.next(({ json }) => isObject(json) && json['type'] !== 'agents_update')).json
}

const beats = async (id: string, token: string): Promise<void> => {
  expect((await send(target, 'POST', `/agents/${id}/heartbeat`, { token })).status).toBe(200)
}

describe('agents', () => {
  it('[X111] do nothing to each other', async () => {
    const { agentId, token } = await registerAgent(target, 'f-a')
    const other = await registerAgent(target, 'f-b')
    const attempts = [
      ['POST', '/agents/f-b/heartbeat', undefined],
      ['DELETE', '/agents/f-b', undefined],
      ['POST', '/agents/register', sampleCard('f-b')],
    ] as const
    for (const [method, path, body] of attempts) {
      const answer = await request(target, method, path, { token, body })
      expect([path, problemIn(answer, path)]).toStrictEqual([
        path,
        {
          slug: 'insufficient-permissions',
          detail: 'This token is not for that agent',
          agent_id: agentId,
          target_agent_id: 'f-b',
        },
      ])
    }
    await beats('f-b', other.token)
    await beats(agentId, token)
    await send(target, 'DELETE', '/agents/f-a', { token })
    await send(target, 'DELETE', '/agents/f-b', { token: other.token })
  })

  const adminRoutes = Object.values<Route>(ROUTES).filter(({ tier }) => tier === 'admin')

  it('[X112] no route of administrators is reached with another token, or with none', async () => {
    expect(adminRoutes.length).toBeGreaterThan(8)
    const admin = await loginAdmin(target)
    const minted = await admin.ask('POST', '/tokens/mint', { body: { user_id: 'admin', agent_id: 'witness' } })
    const tokens = [target.token, await requestTempToken(target, 'witness'), textAt(minted.body, 'access_token')]
    const headers = { 'X-Client-Fingerprint': admin.fingerprint, 'X-Role': 'admin', 'X-Session-Pin': '2468' }
    for (const { method, path: template } of adminRoutes) {
      const path = template.replaceAll(/\{[a-z_]+\}/g, 'witness')
      for (const token of tokens) {
        const answer = await request(target, method, `${path}?role=admin`, { token, headers })
        expect([path, answer.status, problemIn(answer, path).slug]).toStrictEqual([
          path,
          403,
          'insufficient-permissions',
        ])
      }
      const without = await request(target, method, path, { headers })
      expect([path, without.status]).toStrictEqual([path, 401])
    }
    await beats('witness', target.token)
    expect((await admin.ask('GET', '/auth/session_status')).status).toBe(200)
  })

  it('[X112] do not get onto the socket of administrators', async () => {
    const admin = await loginAdmin(target)
    const minted = await admin.ask('POST', '/tokens/mint', { body: { user_id: 'admin', agent_id: 'witness' } })
    const tokens = [target.token, await requestTempToken(target, 'witness'), textAt(minted.body, 'access_token')]
    for (const token of tokens) {
      const socket = await open('/dashboard/ws')
      socket.send({ type: 'auth', token, role: 'admin' })
      expect(await socket.closed()).toMatchObject({ code: 4003, reason: 'Admin role required' })
      expect(socket.frames).toStrictEqual([])
    }
    const socket = await open('/dashboard/ws')
    socket.send({ type: 'auth', token: admin.token })
    await socket.nextOfType('monitoring')
  })
})

describe('frames', () => {
  it('[X113] of the public endpoint get nothing on that of agents, before a token and after it', async () => {
    const stranger = await open('/agents/ws')
    await stranger.nextOfType('auth_required')
    stranger.send({ type: 'get_discovery', page: 1, page_size: 50 })
    const { code } = await stranger.closed()
    expect(code).toBe(1008)
    expect(stranger.frames.map(({ json }) => (isObject(json) ? json['type'] : json))).toStrictEqual([
      'auth_required',
      'auth_error',
    ])
    const agent = await open('/agents/ws')
    agent.send({ token: target.token })
    await agent.nextOfType('auth_success')
    expect(await answerOf(agent, { type: 'get_discovery' })).toStrictEqual({
      type: 'error',
      message: 'Unknown message type: get_discovery',
    })
  })

  it('[X114] of administrators and agents are unknown on the public endpoint', async () => {
    const socket = await open('/public/ws')
    await socket.nextOfType('welcome')
    const { token } = await loginAdmin(target)
    const types = [
      'auth',
      'clear_logs',
      'clear_alerts',
      'refresh_request',
      'agents_request',
      'dashboard_log',
      'heartbeat',
    ]
    for (const type of types) {
      expect(await answerOf(socket, { type, token, role: 'admin', agent_id: 'witness' })).toStrictEqual({
        type: 'error',
        message: `Unknown message type: ${type}`,
      })
    }
    expect(await answerOf(socket, { type: 'get_discovery' })).toMatchObject({ type: 'discovery_data' })
  })

  it('[X115] make nobody more than the token does, and nobody anything once it has ended', async () => {
    const { token } = await registerAgent(target, 'f-frames')
    const socket = await open('/agents/ws')
    socket.send({ token, role: 'admin', scopes: ['admin'], agent_id: 'witness' })
    await socket.nextOfType('auth_success')
    for (const type of ['clear_logs', 'agents_request', 'dashboard_alert']) {
      expect(await answerOf(socket, { type, role: 'admin', sub: 'admin' })).toStrictEqual({
        type: 'error',
        message: `Unknown message type: ${type}`,
      })
    }
    // A heartbeat is the socket's own agent's, whatever it says.
    expect(await answerOf(socket, { type: 'heartbeat', agent_id: 'witness' })).toMatchObject({ type: 'heartbeat_ack' })
    const admin = await loginAdmin(target)
    await admin.ask('DELETE', '/agents/f-frames')
    socket.send({ type: 'heartbeat' })
    expect(await socket.closed()).toMatchObject({ code: 1008, reason: 'Token was revoked' })
    expect((await send(target, 'GET', '/public/agent/f-frames')).status).toBe(404)
  })

  it('[X115] of an administrator who logged out do nothing any more', async () => {
    const admin = await loginAdmin(target)
    const socket = await open('/dashboard/ws')
    socket.send({ type: 'auth', token: admin.token })
    await socket.nextOfType('monitoring')
    await admin.ask('POST', '/auth/logout')
    socket.send({ type: 'clear_logs' })
    expect((await socket.closed(2000)).code).toBe(4001)
    expect(socket.frames.map(({ json }) => (isObject(json) ? json['type'] : json))).not.toContain('clear_logs_ack')
  })
})

describe('fields', () => {
  it('[X118] of a registration that are not its own are not taken', async () => {
    const wanted = {
      st: 'dead',
      status: 'dead',
      inc: 99,
      incarnation: 99,
      own: 'mallory',
      regAt: 0,
      registered_at: '1999-01-01T00:00:00Z',
      last_seen: '2999-01-01T00:00:00Z',
      similarity: 1,
      key_id: 'x',
      metrics: { reputation_score: 10 },
      role: 'admin',
      // Own keys as JSON brings them.
      ['__proto__']: { role: 'admin' },
      constructor: { prototype: { role: 'admin' } },
    }
    const { agentId, token } = await registerAgent(target, 'f-mass', wanted)
    const record = await send(target, 'GET', `/agents/${agentId}`, { token })
    expect(record.body).toMatchObject({ status: 'alive', similarity: null })
    for (const field of ['st', 'inc', 'incarnation', 'own', 'regAt', 'key_id', 'role']) {
      expect(record.body).not.toHaveProperty(field)
    }
    expect(textAt(record.body, 'registered_at') > '2020').toBe(true)
    expect(textAt(record.body, 'last_seen') < '2900').toBe(true)
    expect(record.text).not.toContain('"reputation_score":10')
    expect((await send(target, 'GET', '/auth/session_status', { token })).status).toBe(403)
    await send(target, 'DELETE', `/agents/${agentId}`, { token })
  })

  it('[X119] of a page that are no numbers of a page are refused or mean the nearest page', async () => {
    for (const query of [
      'limit=1e308',
      'limit=-1',
      'limit=true',
      'limit=0x10',
      'offset=1e308',
      'offset=-1',
      'offset=',
    ]) {
      expect([query, (await send(target, 'GET', `/public/discover?${query}`)).status]).toStrictEqual([query, 422])
    }
    const page = await send(target, 'GET', '/public/discover?limit=1&offset=0')
    expect(objectsAt(page.body).map(({ agent_id }) => agent_id)).toStrictEqual(['witness'])
    const socket = await open('/public/ws')
    await socket.nextOfType('welcome')
    for (const value of [true, [], 1.5, 1e308, 'one']) {
      const answer = await answerOf(socket, { type: 'get_discovery', page: value, page_size: 1 })
      expect([value, answer]).toStrictEqual([value, expect.objectContaining({ type: 'error', path: '/page' })])
    }
    for (const value of [-1, 0, '1']) {
      const answer = await answerOf(socket, { type: 'get_discovery', page: value, page_size: value })
      expect(answer).toMatchObject({ type: 'discovery_data' })
    }
  })
})
