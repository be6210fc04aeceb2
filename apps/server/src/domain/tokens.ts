// What tokens say and what that allows. Signing and checking signatures is an adapter's work.

/**
 * `temp`: 900 s, for registering one agent id or removing it. `access`: the agent's own, for one incarnation. `admin`:
 * an administrator's, for one session. `user`: says who its bearer is, and opens nothing here.
 */
export type TokenClaims = TempClaims | AccessClaims | AdminClaims | UserClaims

interface CommonClaims {
  readonly jti: string
  /** Epoch seconds. */
  readonly issuedAt: number
  /** Epoch seconds. */
  readonly expiresAt: number
}

export interface TempClaims extends CommonClaims {
  readonly kind: 'temp'
  readonly agentId: string
  readonly agentType: string
  readonly keyId: string
}

export interface AccessClaims extends CommonClaims {
  readonly kind: 'access'
  readonly agentId: string
  readonly keyId: string
  readonly incarnation: number
  /** Epoch in which the incarnation began; `offset` counts in it. */
  readonly epoch: string
  /** Offset of the commit that made this token: a hub that is behind it waits before it answers. */
  readonly offset: number
}

export interface AdminClaims extends CommonClaims {
  readonly kind: 'admin'
  readonly user: string
  /** The session without which the token is worth nothing. */
  readonly sessionId: string
}

export interface UserClaims extends CommonClaims {
  readonly kind: 'user'
  readonly user: string
  /** The agent the user means to work with. */
  readonly agentId: string
  readonly scopes: readonly string[]
}

export type TokenFault = 'malformed' | 'invalid' | 'expired'

/** Life of a temp token in seconds. */
export const TEMP_TOKEN_S = 900
/** Longest token looked at, in characters. */
export const TOKEN_MAX_LENGTH = 4096
/** Clock difference that is forgiven, in seconds. */
export const TOKEN_TOLERANCE_S = 5
