// Asks an agent on its own socket whether it is there: a protocol ping, and how long the answer took.

import type { Agent } from '../../domain/agent.ts'
import type { Clock, Scheduler } from '../../kernel/clock.ts'
import type { Session } from '../session.ts'
import type { AgentSockets } from './agent-sockets.ts'

export interface AgentPing {
  /** Milliseconds; undefined when the agent has no open socket here, or does not answer on it in time. */
  readonly ping: (agent: Agent) => Promise<number | undefined>
  /** A control frame came in. */
  readonly heard: (session: Session) => void
}

export interface AgentPingDeps {
  readonly sockets: Pick<AgentSockets, 'of'>
  readonly clock: Pick<Clock, 'monotonic'>
  readonly scheduler: Pick<Scheduler, 'after'>
}

const PATIENCE_MS = 2000

export const createAgentPing = ({ sockets, clock, scheduler }: AgentPingDeps): AgentPing => {
  const waiting = new Map<Session, Set<() => void>>()

  const ask = (session: Session): Promise<number | undefined> =>
    new Promise((resolve) => {
      const askedAt = clock.monotonic()
      const end = (tookMs: number | undefined): void => {
        cancel()
        const others = waiting.get(session)
        others?.delete(answered)
        if (others?.size === 0) waiting.delete(session)
        resolve(tookMs)
      }
      const answered = (): void => end(clock.monotonic() - askedAt)
      const cancel = scheduler.after(PATIENCE_MS, () => end(undefined))
      waiting.set(session, (waiting.get(session) ?? new Set()).add(answered))
      session.askedAt = askedAt
      session.asked = true
      session.socket.ping()
    })

  return {
    ping: async (agent) => {
      // The newest socket is the likeliest to be alive.
      const session = sockets.of(agent).at(-1)
      return session === undefined ? undefined : ask(session)
    },
    heard: (session) => {
      for (const answered of waiting.get(session) ?? []) answered()
    },
  }
}
