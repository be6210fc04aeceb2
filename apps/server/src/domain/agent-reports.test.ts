import { createFakeTime, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { KeptMetrics } from './agent-metrics.ts'
import { createAgentReports } from './agent-reports.ts'
import type { Agent } from './agent.ts'
import type { Principal } from './auth.ts'
import { createMetricsBook } from './metrics-book.ts'

const ID = 'agent-a'
const access: Principal = {
  kind: 'access',
  agentId: ID,
  keyId: 'key',
  incarnation: 2,
  epoch: 'e',
  offset: 1,
  jti: 'j',
  issuedAt: 0,
  expiresAt: 900,
}
const admin: Principal = { kind: 'admin', user: 'admin', sessionId: 's', jti: 'j', issuedAt: 0, expiresAt: 900 }
const temp: Principal = { kind: 'temp', agentId: ID, agentType: 't', keyId: 'key', jti: 'j', issuedAt: 0, expiresAt: 9 }

const setUp = () => {
  const state: { agent: Agent | undefined; kept: KeptMetrics | undefined } = {
    agent: {
      id: ID,
      incarnation: 2,
      epoch: 'e',
      card: sampleCard(ID),
      keyId: 'key',
      status: 'alive',
      registeredAt: 1000,
      seenAt: 1000,
    },
    kept: undefined,
  }
  const view = { get: (id: string) => (id === ID ? state.agent : undefined) }
  const copy = {
    get: () => state.kept,
    set: (_id: string, kept: KeptMetrics) => {
      state.kept = kept
    },
  }
  const book = createMetricsBook({ view, copy, clock: createFakeTime().clock })
  return { state, reports: createAgentReports(book, view) }
}

const FAST = { seconds: 0.5, success: true }

describe('reports', () => {
  it('[decision 6] are the agent’s own, or of an administrator, who counts no requests of others', () => {
    const { reports } = setUp()
    expect(reports.report(ID, access, { total_requests: 3 })).toMatchObject({ value: { totalRequests: 3 } })
    expect(reports.served(ID, access, FAST)).toMatchObject({ value: { totalRequests: 4 } })
    expect(reports.report(ID, admin, { success_rate: 1 })).toMatchObject({
      value: { totalRequests: 4, successRate: 1 },
    })
    expect(reports.served(ID, admin, FAST)).toEqual({
      ok: false,
      error: { kind: 'forbidden', agentId: 'admin', target: ID },
    })
    expect([reports.read(ID, access), reports.read(ID, admin)]).toMatchObject([
      { value: { totalRequests: 4 } },
      { value: { totalRequests: 4 } },
    ])
  })

  it('[X111] [X117] are refused to others, to temp tokens, to earlier lives, and of whom nobody knows', () => {
    const { state, reports } = setUp()
    const all = (id: string, principal: Principal) => [
      reports.report(id, principal, { success_rate: 1 }),
      reports.served(id, principal, FAST),
      reports.read(id, principal),
    ]
    const refused = (error: object) => [{ error }, { error }, { error }]
    expect(all(ID, { ...access, agentId: 'agent-b' })).toMatchObject(
      refused({ kind: 'forbidden', agentId: 'agent-b', target: ID }),
    )
    expect(all(ID, temp)).toMatchObject(refused({ kind: 'temp-token', agentId: ID }))
    expect(all(ID, { ...access, incarnation: 1 })).toMatchObject(refused({ kind: 'gone', id: ID, reason: 'replaced' }))
    expect(reports.report('nobody', admin, {})).toMatchObject({ error: { kind: 'not-found', id: 'nobody' } })
    state.agent = undefined
    expect(all(ID, access)).toMatchObject(refused({ kind: 'not-found', id: ID }))
    expect(state.kept).toBeUndefined()
  })
})
