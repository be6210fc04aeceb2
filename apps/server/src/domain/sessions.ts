// Sessions of administrators: one for each log-in, ended by logging out, by time, or by too many wrong PINs. A token
// of an administrator is worth nothing without its session. Where sessions are kept is an adapter's business.

import type { Result } from '../kernel/result.ts'
import type { Busy } from './passwords.ts'

/** Times are epoch milliseconds UTC. */
export interface AdminSession {
  /** 128 random bits; never derived from a token. */
  readonly id: string
  readonly user: string
  readonly openedAt: number
  /** Moved forward by a refresh, never past `SESSION_ABSOLUTE_MAX` after `openedAt`. */
  readonly expiresAt: number
  readonly pinSet: boolean
  /** When the PIN was last given rightly in this session. */
  readonly pinVerifiedAt: number | undefined
}

export type PinVerdict =
  | { readonly kind: 'right' }
  /** Too many of these end the session. */
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  | { readonly kind: 'not-set' }
  | { readonly kind: 'session-ended' }
  | Busy

export interface Sessions {
  /** The session while it lives. */
  readonly get: (id: string) => Promise<AdminSession | undefined>
  /** Counts the try before it looks at the PIN. */
  readonly verifyPin: (id: string, pin: string) => Promise<PinVerdict>
  /** Told of every session that ends, however it ended, within a second. */
  readonly onEnded: (listener: (id: string) => void) => () => void
}

export interface OpenedSession {
  readonly session: AdminSession
  /** Names the session to `resume`. Kept as a digest, so it is known here once only. */
  readonly resumeSecret: string
}

export type PinSet = 'set' | 'already-set' | 'session-ended'

/** What logging in and out needs besides. */
export interface AdminSessions extends Sessions {
  /** @param fingerprint what the client calls itself: later requests must show the same */
  readonly open: (user: string, fingerprint: string) => Promise<OpenedSession>
  /** The session while it lives, to the client that opened it only. */
  readonly getFor: (id: string, fingerprint: string | undefined) => Promise<AdminSession | undefined>
  /** Moves the end of a living session forward. */
  readonly slide: (id: string) => Promise<AdminSession | undefined>
  /** The living session of this secret, to the client that opened it only. */
  readonly resume: (resumeSecret: string, fingerprint: string | undefined) => Promise<AdminSession | undefined>
  /** Once in a session. */
  readonly setPin: (id: string, pin: string) => Promise<Result<PinSet, Busy>>
  /** @returns false when it did not live any more */
  readonly end: (id: string) => Promise<boolean>
  /** Living sessions, the oldest first. */
  readonly list: () => Promise<readonly AdminSession[]>
  /** Ends those whose time is over. Called several times a second. */
  readonly sweep: () => Promise<void>
}
