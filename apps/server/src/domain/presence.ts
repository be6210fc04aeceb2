// An agent that is heard on its own socket is alive (A6). The path of an alive agent is short, as every frame takes it.

import type { Clock } from '../kernel/clock.ts'
import type { AgentView } from './ports.ts'
import type { Registry } from './registry.ts'
import type { SignsOfLife } from './signs-of-life.ts'
import type { AccessClaims } from './tokens.ts'
import { isLife } from './transition.ts'

export interface Presence {
  /** The socket that was opened with these claims was heard. Brings a dead agent back; never throws, never waits. */
  readonly seen: (claims: AccessClaims) => void
}

export interface PresenceDeps {
  readonly view: Pick<AgentView, 'get'>
  readonly signs: Pick<SignsOfLife, 'note'>
  readonly heartbeat: Registry['heartbeat']
  readonly clock: Pick<Clock, 'wall'>
  readonly failed: (cause: unknown) => void
}

export const createPresence = ({ view, signs, heartbeat, clock, failed }: PresenceDeps): Presence => {
  // Agents whose return is being committed: what else they send meanwhile asks for nothing more.
  const returning = new Set<string>()

  const bringBack = async (claims: AccessClaims): Promise<void> => {
    returning.add(claims.agentId)
    try {
      // A refusal needs no answer here: the next sign of life tries again.
      await heartbeat(claims.agentId, claims)
    } catch (cause) {
      failed(cause)
    } finally {
      returning.delete(claims.agentId)
    }
  }

  return {
    seen: (claims) => {
      const agent = view.get(claims.agentId)
      if (agent === undefined || !isLife(agent, claims)) return
      if (agent.status === 'alive') signs.note(agent.id, clock.wall())
      else if (!returning.has(agent.id)) void bringBack(claims)
    },
  }
}
