// Sending every socket away before the hub stops (C10): each at a random moment within the spread, so that they do
// not all come back at once.

import { CLOSE_REASONS } from '@arcp/protocol'

import type { Scheduler } from '../kernel/clock.ts'
import type { Session } from './session.ts'

export interface DrainOptions {
  readonly sessions: readonly Session[]
  readonly close: (session: Session, code: number, reason: string) => void
  readonly spreadMs: number
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
