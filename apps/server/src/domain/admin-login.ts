// The administrator's way in: a name and a password for a session, and tokens of that session.

import type { Clock } from '../kernel/clock.ts'
import { sameDigest, sha256Hex } from '../kernel/digest.ts'
import type { Random } from '../kernel/random.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Busy, Passwords } from './passwords.ts'
import type { RateLimits, Tokens } from './ports.ts'
import type { AdminSession, AdminSessions } from './sessions.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface SignedIn {
  readonly user: string
  readonly token: string
  /** Seconds until the session ends. */
  readonly expiresIn: number
}

export type LoginFault = { readonly kind: 'wrong' } | { readonly kind: 'limited'; readonly retryAfterS: number } | Busy

export interface AdminLogin {
  /** Counts the attempt before it looks at the password. */
  readonly login: (
    given: Credentials,
    fingerprint: string,
    network: string,
  ) => Promise<Result<SignedIn & { readonly resumeSecret: string }, LoginFault>>
  /** Whether this is the name of an administrator. */
  readonly knows: (username: string) => boolean
  /** A token of this session. */
  readonly sign: (session: AdminSession) => Promise<SignedIn>
}

export interface AdminLoginDeps {
  /** As configured. */
  readonly account: Credentials
  readonly passwords: Passwords
  readonly limits: Pick<RateLimits, 'reserveLogin'>
  readonly sessions: Pick<AdminSessions, 'open'>
  readonly tokens: Pick<Tokens, 'signAdmin'>
  readonly clock: Pick<Clock, 'wall'>
  readonly random: Random
}

const TOKEN_ID_BYTES = 16

export const createAdminLogin = (deps: AdminLoginDeps): AdminLogin => {
  const { account, passwords, limits, sessions, tokens, clock, random } = deps
  const userDigest = sha256Hex(account.username)

  const knows = (username: string): boolean => sameDigest(userDigest, sha256Hex(username))

  // Made at the first log-in: at the start of the hub everybody would wait for it.
  let hash: Promise<Result<string, Busy>> | undefined
  const accountHash = async (): Promise<Result<string, Busy>> => {
    hash ??= passwords.hash(account.password)
    const made = await hash
    if (!made.ok) hash = undefined
    return made
  }

  // The name is compared after the password, so that a wrong one takes as long as a right one.
  const isRight = async ({ username, password }: Credentials): Promise<Result<boolean, Busy>> => {
    const known = await accountHash()
    if (!known.ok) return known
    const matches = await passwords.matches(password, known.value)
    return matches.ok ? ok(knows(username) && matches.value) : matches
  }

  const sign: AdminLogin['sign'] = async ({ id, user, expiresAt }) => {
    const nowMs = clock.wall()
    const token = await tokens.signAdmin({
      kind: 'admin',
      user,
      sessionId: id,
      jti: random.token(TOKEN_ID_BYTES),
      issuedAt: Math.floor(nowMs / 1000),
      expiresAt: Math.ceil(expiresAt / 1000),
    })
    return { user, token, expiresIn: Math.max(0, Math.round((expiresAt - nowMs) / 1000)) }
  }

  return {
    knows,
    login: async (given, fingerprint, network) => {
      // Agent ids have no blank: nobody locks an agent out by this name, or the other way round.
      const attempt = await limits.reserveLogin(`admin ${given.username}`, network)
      if (!attempt.ok) return err({ kind: 'limited', retryAfterS: attempt.error.retryAfterS })
      const right = await isRight(given)
      if (!right.ok || right.value) await attempt.value.refund()
      if (!right.ok) return right
      if (!right.value) return err({ kind: 'wrong' })
      const { session, resumeSecret } = await sessions.open(account.username, fingerprint)
      return ok({ ...(await sign(session)), resumeSecret })
    },
    sign,
  }
}
