// Where sessions of administrators are kept. One contract suite runs on every adapter (`test/session-contract.ts`).

import type { AdminSession } from './sessions.ts'

/** Wrong PINs that end a session. */
export const PIN_TRIES = 5

export interface NewSession {
  readonly id: string
  readonly user: string
  /** Digest of what the client calls itself. */
  readonly fingerprint: string
  /** Digest of the secret that resumes the session. */
  readonly resume: string
}

export interface StoredSession extends AdminSession {
  readonly fingerprint: string
  readonly resume: string
}

export type PinTry =
  /** Counted: `settlePin` must follow. */
  | { readonly kind: 'counted'; readonly hash: string }
  | { readonly kind: 'not-set' }
  | { readonly kind: 'session-ended' }
  /** Every try that is left is being looked at. */
  | { readonly kind: 'all-taken' }

/**
 * Keeps sessions with its own time. A session that is over is not there for any of these, swept or not. Each call is
 * one atomic step.
 */
export interface SessionStore {
  /** Opens a session, and ends the oldest of the same user beyond the most there may be. */
  readonly open: (session: NewSession) => Promise<{ readonly session: StoredSession; readonly ended: number }>
  readonly get: (id: string) => Promise<StoredSession | undefined>
  /** The oldest first. */
  readonly list: () => Promise<readonly StoredSession[]>
  readonly slide: (id: string) => Promise<StoredSession | undefined>
  readonly setPin: (id: string, hash: string) => Promise<'set' | 'already-set' | 'session-ended'>
  readonly countPin: (id: string) => Promise<PinTry>
  /**
   * `unused` gives the try back, `right` does and notes the time, `wrong` keeps it and ends the session with the last.
   *
   * @returns tries left, 0 when the session is over
   */
  readonly settlePin: (id: string, how: 'right' | 'wrong' | 'unused') => Promise<number>
  readonly end: (id: string) => Promise<boolean>
  /** Ends those that are over: `onEnded` tells of each once. */
  readonly sweep: () => Promise<void>
  readonly onEnded: (listener: (id: string) => void) => () => void
  readonly close: () => Promise<void>
}

export interface SessionLimits {
  /** From the opening or the last sliding (`SESSION_TIMEOUT`). */
  readonly timeoutMs: number
  /** From the opening (`SESSION_ABSOLUTE_MAX`). */
  readonly absoluteMs: number
  /** Of one user (`MAX_SESSIONS`). */
  readonly maxPerUser: number
}
