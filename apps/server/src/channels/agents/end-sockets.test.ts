import { createFakeSocket, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { Agent, Tombstone } from '../../domain/agent.ts'
import type { Change } from '../../domain/change.ts'
import type { AccessClaims, AdminClaims } from '../../domain/tokens.ts'
import { createSession, type Session } from '../session.ts'
import { createAgentSockets, type AgentSockets } from './agent-sockets.ts'
import { endSessionSockets, endSockets } from './end-sockets.ts'

const times = { jti: 'j', issuedAt: 0, expiresAt: 0 }
const claimsOf = (agentId: string, incarnation: number): AccessClaims => ({
  kind: 'access',
  agentId,
  incarnation,
  epoch: 'e',
  keyId: 'key',
  offset: 1,
  ...times,
})
const admin = { kind: 'admin', user: 'root', sessionId: 's', ...times } as const

const agent = (id: string, incarnation: number): Agent => ({
  id,
  incarnation,
  epoch: 'e',
  card: sampleCard(id),
  keyId: 'key',
  status: 'alive',
  registeredAt: 0,
  seenAt: 0,
})

const add = (sockets: AgentSockets, claims: AccessClaims | AdminClaims, live = false): Session => {
  const state = { kind: 'authenticated', claims, live, until: 0 } as const
  const session = createSession(
    { id: 1, endpoint: 'agents', socket: createFakeSocket(), address: '192.0.2.1' },
    state,
    0,
    { frames: 1, pings: 1 },
  )
  sockets.add(session, claims)
  return session
}

const end = (sockets: AgentSockets, change: Change, after: Agent | undefined) => {
  const closed: [Session, number, string][] = []
  const close = (session: Session, code: number, reason: string): void => {
    closed.push([session, code, reason])
    sockets.remove(session)
  }
  endSockets({ committed: { epoch: 'e', offset: 1, change }, before: undefined, after }, sockets, close)
  return closed
}

const remove = (reason: Tombstone['reason']): Change => ({
  op: 'remove',
  tombstone: { id: 'agent-a', incarnation: 1, epoch: 'e', keyId: 'key', reason, endedAt: 0 },
})

describe('sockets of an agent that ends', () => {
  it.each([
    ['unregistered', 'Agent was unregistered'],
    ['expired', 'Agent was silent for too long and was removed'],
    ['revoked', 'Token was revoked'],
  ] as const)('[A4] %s: all of them, live ones with 4401, the others with 1008', (why, reason) => {
    const sockets = createAgentSockets()
    const legacy = add(sockets, claimsOf('agent-a', 1))
    const live = add(sockets, claimsOf('agent-a', 1), true)
    add(sockets, claimsOf('agent-b', 1))
    add(sockets, admin)
    expect(end(sockets, remove(why), undefined)).toEqual([
      [legacy, 1008, reason],
      [live, 4401, reason],
    ])
    expect(sockets.count()).toBe(2)
    expect(end(sockets, remove(why), undefined)).toEqual([])
  })

  it('[A4] replaced: those of the older life, live ones with 4409', () => {
    const sockets = createAgentSockets()
    const legacy = add(sockets, claimsOf('agent-a', 1))
    const live = add(sockets, claimsOf('agent-a', 1), true)
    const young = add(sockets, claimsOf('agent-a', 2), true)
    const after = agent('agent-a', 2)
    expect(end(sockets, { op: 'put', agent: after }, after)).toEqual([
      [legacy, 1008, 'Replaced by a newer registration'],
      [live, 4409, 'Replaced by a newer registration'],
    ])
    expect(sockets.ended('agent-a', undefined)).toEqual([young])
  })

  it('[A4] an update in place and a change of status end nothing', () => {
    const sockets = createAgentSockets()
    add(sockets, claimsOf('agent-a', 1))
    const after = agent('agent-a', 1)
    expect(end(sockets, { op: 'put', agent: after }, after)).toEqual([])
    const status = { op: 'status', id: 'agent-a', incarnation: 1, status: 'dead', seenAt: 0 } as const
    expect(end(sockets, status, { ...after, status: 'dead' })).toEqual([])
    expect(sockets.count()).toBe(1)
  })

  it('[A4] of a session: its own, live ones with 4401, the others with 1008', () => {
    const sockets = createAgentSockets()
    const legacy = add(sockets, admin)
    const live = add(sockets, admin, true)
    add(sockets, { ...admin, sessionId: 'another' })
    add(sockets, claimsOf('agent-a', 1))
    const closed: [Session, number, string][] = []
    endSessionSockets(admin.sessionId, sockets, (session, code, reason) => closed.push([session, code, reason]))
    expect(closed).toEqual([
      [legacy, 1008, 'Session ended'],
      [live, 4401, 'Session ended'],
    ])
  })

  it('counts every socket once and forgets them wholly', () => {
    const sockets = createAgentSockets()
    const all = [add(sockets, claimsOf('agent-a', 1)), add(sockets, claimsOf('agent-a', 1)), add(sockets, admin)]
    expect(sockets.count()).toBe(3)
    for (const session of [...all, ...all]) sockets.remove(session)
    expect(sockets.count()).toBe(0)
    expect(sockets.ended('agent-a', undefined)).toEqual([])
  })
})
