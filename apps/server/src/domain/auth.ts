// Who is asking. Turns a bearer token into a principal, or says exactly why not. A token that fails has no effect
// on anybody.

import { err, ok, type Result } from '../kernel/result.ts'
import type { EndReason } from './agent.ts'
import type { AgentView, Store, Tokens } from './ports.ts'
import type { AdminSession, AdminSessions } from './sessions.ts'
import { TOKEN_MAX_LENGTH, type AccessClaims, type AdminClaims, type TempClaims, type TokenClaims } from './tokens.ts'
import { endOf } from './transition.ts'

/** The verified claims of a token whose bearer may act. */
export type Principal = TempClaims | AccessClaims | AdminClaims

/** Who sends a request. A socket was opened by a page or program that cannot say so again. */
export interface Client {
  /** `X-Client-Fingerprint`. */
  readonly fingerprint: string | undefined
}

export type AuthFault =
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'expired' }
  /** An administrator's session is over, or is another client's. */
  | { readonly kind: 'session-ended' }
  | { readonly kind: 'gone'; readonly agentId: string; readonly reason: EndReason }
  /** This hub has not seen the commit yet that made the token, or cannot ask how it ended. */
  | { readonly kind: 'behind'; readonly retryAfterS: number }

export interface Auth {
  /** Signature, kind and times only: what a registration needs, where an ended incarnation may still say who it was. */
  readonly verify: (token: string | undefined) => Promise<Result<TokenClaims, AuthFault>>
  /**
   * As `verify`, and what the token stands for must live: an agent's incarnation, or an administrator's session.
   *
   * @param client given for requests: an administrator's session is good for the client that opened it only
   */
  readonly authenticate: (token: string | undefined, client?: Client) => Promise<Result<TokenClaims, AuthFault>>
  /** The session of an administrator's token while it lives. */
  readonly sessionOf: (claims: AdminClaims, client?: Client) => Promise<AdminSession | undefined>
  /** Whether the incarnation of verified claims lives, without waiting. */
  readonly alive: (claims: AccessClaims) => boolean
}

/** How long a hub waits to see the commit a token came from, in milliseconds. */
const CATCH_UP_MS = 1000

export interface AuthDeps {
  readonly tokens: Pick<Tokens, 'verify'>
  readonly view: Pick<AgentView, 'get' | 'reached' | 'position'>
  readonly store: Pick<Store, 'tombstone'>
  readonly sessions: Pick<AdminSessions, 'get' | 'getFor'>
}

export const createAuth = ({ tokens, view, store, sessions }: AuthDeps): Auth => {
  const verify = async (token: string | undefined): Promise<Result<TokenClaims, AuthFault>> => {
    if (token === undefined || token === '') return err({ kind: 'missing' })
    if (token.length > TOKEN_MAX_LENGTH) return err({ kind: 'invalid' })
    const verified = await tokens.verify(token)
    if (verified.ok) return verified
    return err({ kind: verified.error === 'expired' ? 'expired' : 'invalid' })
  }

  const alive = (claims: AccessClaims): boolean => {
    const agent = view.get(claims.agentId)
    return agent?.incarnation === claims.incarnation && agent.epoch === claims.epoch && agent.keyId === claims.keyId
  }

  const living = async (claims: AccessClaims): Promise<Result<AccessClaims, AuthFault>> => {
    if (alive(claims)) return ok(claims)
    // Offsets of another history say nothing about this one: there is nothing to wait for.
    if (claims.epoch === view.position().epoch && !(await view.reached(claims.offset, CATCH_UP_MS))) {
      return err({ kind: 'behind', retryAfterS: 1 })
    }
    if (alive(claims)) return ok(claims)
    const tombstone = await store.tombstone(claims.agentId)
    if (!tombstone.ok) return err({ kind: 'behind', retryAfterS: tombstone.error.retryAfterS })
    const ended = endOf({ agent: view.get, tombstone: () => tombstone.value }, { id: claims.agentId, ...claims })
    // A hub that never heard of the agent lost its memory: for the agent that is the same as having expired.
    return err({ kind: 'gone', agentId: claims.agentId, reason: ended ?? 'expired' })
  }

  const sessionOf: Auth['sessionOf'] = async (claims, client) => {
    const { sessionId: id, user } = claims
    const session = await (client === undefined ? sessions.get(id) : sessions.getFor(id, client.fingerprint))
    return session?.user === user ? session : undefined
  }

  const authenticate: Auth['authenticate'] = async (token, client) => {
    const verified = await verify(token)
    if (!verified.ok) return verified
    const claims = verified.value
    switch (claims.kind) {
      case 'access':
        return living(claims)
      case 'admin':
        return (await sessionOf(claims, client)) === undefined ? err({ kind: 'session-ended' }) : ok(claims)
      case 'temp':
      case 'user':
        return ok(claims)
    }
  }

  return { verify, authenticate, sessionOf, alive }
}
