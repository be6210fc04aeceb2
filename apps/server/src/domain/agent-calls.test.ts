import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { err, ok, type Result } from '../kernel/result.ts'
import { createAgentCalls } from './agent-calls.ts'
import type { Agent } from './agent.ts'
import type { Principal } from './auth.ts'
import type { OutboundAnswer, OutboundFault, OutboundRequest } from './outbound.ts'

const agent = (id: string, status: Agent['status'] = 'alive'): Agent => ({
  id,
  incarnation: 1,
  epoch: 'e',
  card: sampleCard(id, { endpoint: `http://${id}.example/base` }),
  keyId: 'k',
  status,
  registeredAt: 0,
  seenAt: 0,
})
const AGENTS = [agent('here-1'), agent('dead-1', 'dead')]
const USER = { user_id: 'ann', user_endpoint: 'https://ann.example', display_name: 'Ann', additional_info: { a: 1 } }
const NOTE = { agent_id: 'me-1', agent_endpoint: 'http://me.example', agent_info: {} }
const times = { jti: 'j', issuedAt: 0, expiresAt: 9 }
const ME: Principal = { ...times, kind: 'access', agentId: 'me-1', keyId: 'k', incarnation: 1, epoch: 'e', offset: 1 }
const ADMIN: Principal = { ...times, kind: 'admin', user: 'root', sessionId: 's' }

const rig = (answer: Result<OutboundAnswer, OutboundFault> = ok({ status: 200, tookMs: 5 }), roundTrip?: number) => {
  const sent: OutboundRequest[] = []
  let made = 0
  const calls = createAgentCalls({
    view: { get: (id) => AGENTS.find((one) => one.id === id) },
    outbound: {
      send: async (request) => {
        sent.push(request)
        return answer
      },
    },
    pingSocket: async () => roundTrip,
    clock: createFakeTime().clock,
    random: { token: () => `random-${(made += 1)}` },
    timeText: (at) => new Date(at).toISOString(),
  })
  return { ...calls, sent }
}

describe('connect', () => {
  it('asks the endpoint, and gives every request an id of its own', async () => {
    const { connect, sent } = rig()
    const ids = [await connect('here-1', USER), await connect('here-1', USER)].map(
      (done) => done.ok && done.value.requestId,
    )
    expect(ids).toEqual(['pub_random-1', 'pub_random-2'])
    expect(sent[0]).toEqual({
      method: 'POST',
      endpoint: 'http://here-1.example/base',
      path: '/connection/request',
      body: {
        user_id: 'ann',
        user_endpoint: 'https://ann.example',
        user_display_name: 'Ann',
        connection_type: 'external_app',
        user_info: { a: 1 },
        timestamp: '2026-01-02T03:04:05.000Z',
        request_source: 'arcp_public_api',
      },
    })
  })

  it('calls nobody who is not there', async () => {
    const { connect, sent } = rig()
    expect(await connect('nobody', USER)).toEqual(err({ kind: 'not-found', id: 'nobody' }))
    expect(await connect('dead-1', USER)).toEqual(err({ kind: 'not-alive', id: 'dead-1' }))
    expect(sent).toEqual([])
  })

  it.each<[Result<OutboundAnswer, OutboundFault>, string]>([
    [ok({ status: 404, tookMs: 1 }), 'unreachable'],
    [ok({ status: 201, tookMs: 1 }), 'unreachable'],
    [ok({ status: 302, tookMs: 1 }), 'unreachable'],
    [err('unreachable'), 'unreachable'],
    [err('timeout'), 'timeout'],
    [err('busy'), 'busy'],
  ])('[X134] %j is %s', async (answer, kind) => {
    expect(await rig(answer).connect('here-1', USER)).toMatchObject({ ok: false, error: { kind } })
  })
})

describe('notify', () => {
  it('[X135] the sender is the caller, unless an administrator calls', async () => {
    const { notify, sent } = rig()
    const other = { ...NOTE, agent_id: 'other-1' }
    const refused = { kind: 'not-sender', agentId: 'me-1', target: 'other-1' }
    expect(await notify('here-1', other, ME)).toEqual(err(refused))
    // Who may not send does not learn who is there.
    expect(await notify('nobody', other, ME)).toEqual(err(refused))
    expect(sent).toEqual([])
    expect(await notify('here-1', NOTE, ME)).toMatchObject({ ok: true, value: { id: 'here-1' } })
    expect(await notify('here-1', other, ADMIN)).toMatchObject({ ok: true })
    expect(sent.map(({ path, body }) => [path, body])).toEqual([
      ['/connection/notify', NOTE],
      ['/connection/notify', other],
    ])
    expect(await notify('dead-1', NOTE, ME)).toEqual(err({ kind: 'not-alive', id: 'dead-1' }))
  })
})

describe('ping', () => {
  it('goes by the own socket, where there is one', async () => {
    const { ping, sent } = rig(undefined, 1.5)
    expect(await ping('dead-1')).toEqual(ok({ reachable: true, via: 'websocket', status: undefined, tookMs: 1.5 }))
    expect(sent).toEqual([])
  })

  it('else by the endpoint: any answer below 500 says that somebody is there', async () => {
    const { ping, sent } = rig(ok({ status: 404, tookMs: 8 }))
    expect(await ping('here-1')).toEqual(ok({ reachable: true, via: 'http', status: 404, tookMs: 8 }))
    expect(sent).toEqual([{ method: 'GET', endpoint: 'http://here-1.example/base', path: '/health' }])
    expect(await rig(ok({ status: 500, tookMs: 8 })).ping('here-1')).toMatchObject({ value: { reachable: false } })
    expect(await rig(err('timeout')).ping('here-1')).toEqual(
      ok({ reachable: false, via: 'http', status: undefined, tookMs: undefined }),
    )
    expect(await rig(err('busy')).ping('here-1')).toEqual(err({ kind: 'busy' }))
    expect(await rig().ping('nobody')).toEqual(err({ kind: 'not-found', id: 'nobody' }))
  })
})
