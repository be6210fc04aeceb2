// Sessions of administrators: one for each log-in, ended by logging out, by time, or by too many wrong PINs. A token
// of an administrator is worth nothing without its session. Where sessions are kept is an adapter's business.

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
  | { readonly kind: 'busy'; readonly retryAfterS: number }

export interface Sessions {
  /** The session while it lives. */
  readonly get: (id: string) => Promise<AdminSession | undefined>
  /** Counts the try before it looks at the PIN. */
  readonly verifyPin: (id: string, pin: string) => Promise<PinVerdict>
  /** Told of every session that ends, however it ended, within a second. */
  readonly onEnded: (listener: (id: string) => void) => () => void
}
