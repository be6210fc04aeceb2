// Sending every socket away before the hub stops (C10): those that asked for live frames are told first, then each goes
// at a random moment within the spread, so that they do not all come back at once.

import { CLOSE_REASONS } from '@arcp/protocol'
import { encodeDown } from '@arcp/protocol/codec'

import type { Scheduler } from '../kernel/clock.ts'
import type { Session } from './session.ts'

export interface DrainOptions {
  readonly sessions: readonly Session[]
  readonly close: (session: Session, code: number, reason: string) => void
  readonly spreadMs: number
  /** By then the last one is gone. */
  readonly deadlineMs: number
  readonly scheduler: Pick<Scheduler, 'after'>
  /** 0 to 1. */
  readonly random: () => number
}

/** A few sockets need no long spread: this much for each. */
const SPREAD_PER_SOCKET_MS = 10

/** Resolves when the last socket was sent away. */
export const drainSockets = async (options: DrainOptions): Promise<void> => {
  const { sessions, close, scheduler, random } = options
  const spreadMs = Math.min(options.spreadMs, sessions.length * SPREAD_PER_SOCKET_MS)
  const notice = encodeDown({
    type: 'draining',
    deadline_ms: Math.ceil(options.deadlineMs),
    spread_ms: Math.ceil(spreadMs),
  })
  for (const { socket, state } of sessions) if (state.kind === 'authenticated' && state.live) socket.send(notice)
  await Promise.all(
    sessions.map(
      (session) =>
        new Promise<void>((resolve) => {
          scheduler.after(random() * spreadMs, () => {
            close(session, 1012, CLOSE_REASONS.restart)
            resolve()
          })
        }),
    ),
  )
}
