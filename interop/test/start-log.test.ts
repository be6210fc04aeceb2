// What a running hub tells in its log: a line for each thing that happened to an agent, and who was refused and why,
// without a secret and without letting strangers fill the disk.
import { describe, expect, it, onTestFinished } from 'vitest'
import { openFrames } from '../src/frames.ts'
import { send } from '../src/http.ts'
import { startHub, type Hub, type LogEntry } from '../src/hub.ts'
import { textAt } from '../src/pick.ts'
import { registerAgent, requestTempToken, sampleCard } from '../src/rest.ts'
import { forged } from '../src/tokens.ts'

const start = async (env: Record<string, string> = {}): Promise<Hub> => {
  const hub = await startHub({ env })
  onTestFinished(async () => void (await hub.stop()))
  return hub
}

const eventsOf = (hub: Hub, id: string): unknown[] =>
  hub
    .logs()
    .filter(({ agent_id: agentId, event }) => agentId === id && String(event).startsWith('agent_'))
    .map(({ level, event, incarnation, agent_type: type }) =>
      [level, event, incarnation, type].filter(Boolean).join(' '),
    )

const refused = (hub: Hub): readonly LogEntry[] => hub.logs().filter(({ event }) => event === 'request_refused')

describe('the log', () => {
  it('tells the life of an agent', async () => {
    const hub = await start({ AGENT_HEARTBEAT_TIMEOUT: '0.5' })
    const id = 'logged-agent'
    const post = (token: string, name: string) =>
      send(hub, 'POST', '/agents/register', { token, body: JSON.stringify(sampleCard(id, { name })) })
    const { token } = await registerAgent(hub, id)
    await post(token, 'Updated name')
    const next = textAt((await post(await requestTempToken(hub, id), 'Taken over')).body, 'access_token')
    const of = (event: string) => (line: LogEntry) => line['event'] === event && line['agent_id'] === id
    await hub.waitForLog(of('agent_died'))
    await send(hub, 'POST', `/agents/${id}/heartbeat`, { token: next })
    await hub.waitForLog(of('agent_revived'))
    await send(hub, 'DELETE', `/agents/${id}`, { token: next })
    await hub.waitForLog(of('agent_unregistered'))
    expect(eventsOf(hub, id)).toStrictEqual([
      'info agent_registered 1 testing',
      'info agent_updated 1 testing',
      'info agent_replaced 2 testing',
      'info agent_died 2 testing',
      'info agent_revived 2 testing',
      'info agent_unregistered 2',
    ])
  })

  it('tells who was refused and why, and no secret', async () => {
    const hub = await start()
    const { agentId, token } = await registerAgent(hub, 'refused-agent')
    const wrong = 'canary-key-that-nobody-issued'
    await expect(requestTempToken(hub, agentId, wrong)).rejects.toThrow('401')
    const rival = await requestTempToken(hub, agentId, hub.otherAgentKey)
    await send(hub, 'POST', '/agents/register', { token: rival, body: JSON.stringify(sampleCard(agentId)) })
    const answer = await send(hub, 'POST', '/agents/refused-agent/heartbeat', { token: forged(token) })
    const socket = await openFrames(`${hub.wsUrl}/agents/ws`)
    socket.send({ token: forged(token) })
    await socket.closed()
    await hub.waitForLog(({ event }) => event === 'socket_ended')
    const told = { level: 'info', time: expect.any(String), client_ip: '127.0.0.1', request_id: expect.any(String) }
    expect(refused(hub)).toStrictEqual([
      {
        ...told,
        event: 'request_refused',
        route: 'POST /auth/agent/request_temp_token',
        problem: 'authentication-failed',
        detail: 'agent_key is not a key of this hub',
      },
      {
        ...told,
        event: 'request_refused',
        route: 'POST /agents/register',
        problem: 'duplicate-agent',
        detail: 'An agent of this id is alive under another key; choose another agent_id',
        agent_id: agentId,
      },
      {
        ...told,
        event: 'request_refused',
        route: 'POST /agents/{agent_id}/heartbeat',
        problem: 'token-invalid',
        detail: 'The token is not valid; request a new one',
        request_id: answer.headers.get('x-request-id'),
      },
    ])
    expect(hub.logs().find(({ event }) => event === 'socket_ended')).toStrictEqual({
      level: 'info',
      time: expect.any(String),
      event: 'socket_ended',
      endpoint: 'agents',
      code: 1008,
      reason: 'Invalid token',
      client_ip: '127.0.0.1',
    })
    const output = hub.output()
    for (const secret of [wrong, hub.agentKey, hub.otherAgentKey, token, rival, forged(token)]) {
      expect(output).not.toContain(secret)
    }
  })

  it('[X141] is not filled by strangers, and their flood hides nothing else', async () => {
    const hub = await start()
    const { agentId, token } = await registerAgent(hub, 'flooded-agent')
    const began = performance.now()
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => send(hub, 'GET', '/agents', { token: `stranger-${round}-${index}` })),
      )
    }
    const seconds = (performance.now() - began) / 1000
    const before = refused(hub).length
    expect(before).toBeGreaterThanOrEqual(20)
    expect(before).toBeLessThanOrEqual(20 + Math.ceil(seconds))
    await send(hub, 'DELETE', '/agents/somebody-else', { token })
    const line = await hub.waitForLog(({ problem }) => problem === 'insufficient-permissions')
    expect(line).toMatchObject({ agent_id: agentId, target_agent_id: 'somebody-else' })
    // Paths that are nothing, and pages, leave no line at all.
    await send(hub, 'GET', '/nothing/here')
    await send(hub, 'GET', '/docs')
    await send(hub, 'GET', '/agents/flooded-agent', { token })
    // A hub that could not run for a moment says so, and a busy machine is an alert: not the strangers' doing.
    const others = hub.logs().map(({ event }) => event)
    const not = new Set(['request_refused', 'outage_grace', 'alert_raised', 'alert_cleared'])
    expect(others.filter((event) => !not.has(String(event)))).toStrictEqual(['listening', 'agent_registered'])
  })
})
