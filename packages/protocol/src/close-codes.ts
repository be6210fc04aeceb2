/**
 * Owns: every WebSocket close code of ARCP, what it means and whether to come back (rule K).
 * Must not know: sockets, clients.
 */

/**
 * What a client does after the code:
 * - `no`: stay away until somebody changes something
 * - `yes`: come back with ordinary backoff
 * - `jittered`: come back at a random moment, as the whole fleet was sent away
 * - `later`: come back, but not at once: the hub is full
 * - `fresh-token`: come back with a new token only
 * - `resubscribe`: come back at once and ask for a fresh snapshot
 */
export type RetryPolicy = 'no' | 'yes' | 'jittered' | 'later' | 'fresh-token' | 'resubscribe'

export interface CloseCode {
  readonly code: number
  readonly name: string
  readonly text: string
  readonly retry: RetryPolicy
}

export const CLOSE = {
  normal: { code: 1000, name: 'normal', text: 'Closed normally', retry: 'no' },
  goingAway: { code: 1001, name: 'going-away', text: 'Going away, or silent for too long', retry: 'yes' },
  unsupportedData: { code: 1003, name: 'unsupported-data', text: 'Binary frames are not accepted', retry: 'no' },
  policy: { code: 1008, name: 'policy', text: 'Authentication failed or a limit was broken', retry: 'no' },
  tooBig: { code: 1009, name: 'too-big', text: 'Message too big', retry: 'no' },
  internal: { code: 1011, name: 'internal', text: 'Internal error', retry: 'yes' },
  restart: { code: 1012, name: 'restart', text: 'Hub is restarting', retry: 'jittered' },
  full: { code: 1013, name: 'full', text: 'Hub is full', retry: 'later' },
  dashboardInternal: { code: 4000, name: 'dashboard-internal', text: 'Internal error', retry: 'yes' },
  dashboardAuth: { code: 4001, name: 'dashboard-auth', text: 'Dashboard authentication failed', retry: 'fresh-token' },
  dashboardRole: { code: 4003, name: 'dashboard-role', text: 'Admin role required', retry: 'no' },
  tokenEnded: { code: 4401, name: 'token-ended', text: 'Token is no longer valid', retry: 'fresh-token' },
  forbidden: { code: 4403, name: 'forbidden', text: 'Forbidden', retry: 'no' },
  replaced: { code: 4409, name: 'replaced', text: 'Replaced by a newer registration', retry: 'no' },
  slowConsumer: { code: 4501, name: 'slow-consumer', text: 'Too slow to follow', retry: 'yes' },
  positionLost: { code: 4503, name: 'position-lost', text: 'Position lost', retry: 'resubscribe' },
} as const satisfies Readonly<Record<string, CloseCode>>

/** The same table as a list, ordered by code. */
export const CLOSE_CODES: readonly CloseCode[] = Object.values(CLOSE)

/** Close reasons the hub sends, each at most 123 bytes of UTF-8 (RFC 6455, 5.5). */
export const CLOSE_REASONS = {
  authenticationTimeout: 'Authentication timeout',
  authenticationRequired: 'Authentication required',
  invalidToken: 'Invalid token',
  insufficientPermissions: 'Insufficient permissions',
  invalidJson: 'Invalid JSON',
  publicCapacity: 'Public WebSocket capacity reached',
  capacity: 'WebSocket capacity reached',
  pendingAuth: 'Too many sockets waiting to authenticate',
  behind: 'Hub is catching up, come back',
  tooManyBadFrames: 'Too many bad messages',
  tooManyFrames: 'Too many messages',
  tooBig: 'Message too big',
  binary: 'Binary messages are not accepted',
  silent: 'No sign of life',
  restart: 'Hub is restarting, come back',
  internal: 'Internal error',
  replaced: 'Replaced by a newer registration',
  unregistered: 'Agent was unregistered',
  expired: 'Token expired',
  agentExpired: 'Agent was silent for too long and was removed',
  revoked: 'Token was revoked',
  sessionEnded: 'Session ended',
  slowConsumer: 'Too slow to follow',
  positionLost: 'Position lost, subscribe again',
  authFrameRequired: 'Auth frame required',
  authenticationTokenRequired: 'Authentication token required',
  adminRoleRequired: 'Admin role required',
  dismissed: 'Closed by an operator',
} as const

/** Bytes of UTF-8 a reason may have. */
export const CLOSE_REASON_MAX_BYTES = 123

const byCode: ReadonlyMap<number, CloseCode> = new Map(CLOSE_CODES.map((entry) => [entry.code, entry]))

/**
 * What a client does after any code, known or not: 4400-4499 never retry as they are, everything else unknown
 * (1005, 1006, 1014, 4500-4599 …) is worth another try.
 */
export function retryPolicyOf(code: number): RetryPolicy {
  const known = byCode.get(code)
  if (known !== undefined) return known.retry
  return code >= 4400 && code <= 4499 ? 'no' : 'yes'
}
