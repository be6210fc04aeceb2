// Which authenticated sockets belong to which agent, so that they end with its incarnation (A4).

import type { Agent } from '../../domain/agent.ts'
import type { AccessClaims, AdminClaims } from '../../domain/tokens.ts'
import type { Session } from '../session.ts'

export interface AgentSockets {
  readonly add: (session: Session, claims: AccessClaims | AdminClaims) => void
  readonly remove: (session: Session) => void
  readonly count: () => number
  /** Sockets of the life that an agent lives now, the oldest first. */
  readonly of: (agent: Agent) => readonly Session[]
  /** Sockets whose incarnation is not the one that lives now. */
  readonly ended: (id: string, after: Agent | undefined) => readonly Session[]
  /** Sockets of an administrator's session. */
  readonly ofSession: (sessionId: string) => readonly Session[]
}

export const createAgentSockets = (): AgentSockets => {
  const all = new Map<Session, AccessClaims | AdminClaims>()
  const byAgent = new Map<string, Set<Session>>()

  const isOf = (session: Session, agent: Agent | undefined): boolean => {
    const claims = all.get(session)
    return claims?.kind === 'access' && claims.incarnation === agent?.incarnation && claims.epoch === agent.epoch
  }

  return {
    add: (session, claims) => {
      all.set(session, claims)
      if (claims.kind !== 'access') return
      const own = byAgent.get(claims.agentId) ?? new Set()
      byAgent.set(claims.agentId, own.add(session))
    },
    remove: (session) => {
      const claims = all.get(session)
      if (claims === undefined) return
      all.delete(session)
      if (claims.kind !== 'access') return
      const own = byAgent.get(claims.agentId)
      own?.delete(session)
      if (own?.size === 0) byAgent.delete(claims.agentId)
    },
    count: () => all.size,
    // Administrators are few, and sessions end seldom.
    ofSession: (sessionId) =>
      [...all].flatMap(([session, claims]) =>
        claims.kind === 'admin' && claims.sessionId === sessionId ? [session] : [],
      ),
    of: (agent) => [...(byAgent.get(agent.id) ?? [])].filter((session) => isOf(session, agent)),
    ended: (id, after) => [...(byAgent.get(id) ?? [])].filter((session) => !isOf(session, after)),
  }
}
