// The gate before every route that is not public: a handler behind it is only reached with a token of its tier.

import { ROUTES, type RouteName, type Tier } from '@arcp/protocol/rest'

import type { Auth, Principal } from '../domain/auth.ts'
import { fingerprint } from '../kernel/http.ts'
import { err } from '../kernel/result.ts'
import { problem, type Problem } from './answer.ts'
import type { AdminHandler, Exchange, Handler, SignedHandler } from './exchange.ts'
import { authProblem, sessionInvalid, tempTokenForbidden } from './faults.ts'

export type PublicRoute = { [N in RouteName]: (typeof ROUTES)[N]['tier'] extends 'public' ? N : never }[RouteName]
export type SignedRoute = Exclude<RouteName, PublicRoute>

/** A handler that went through the gate: the compiler takes nothing else for a route that is not public. */
export type GatedHandler = Handler & { readonly gated: true }

export type Gate = (route: SignedRoute, handler: SignedHandler) => GatedHandler

/** Whether a route of this tier is for a bearer of this kind of token. */
export const admits = (tier: Tier, kind: Principal['kind']): boolean => {
  switch (tier) {
    case 'public':
    case 'agent-or-temp':
      return true
    case 'temp':
      return kind === 'temp'
    case 'agent':
      return kind === 'access' || kind === 'admin'
    case 'admin':
      return kind === 'admin'
  }
}

export const createGate = (auth: Auth): Gate => {
  return (route, handler) => {
    const { tier } = ROUTES[route]
    // Registering and removing decide themselves what an ended incarnation may still do.
    const check: Auth['authenticate'] = tier === 'agent-or-temp' ? auth.verify : auth.authenticate
    const behind: Handler = async (exchange) => {
      const client = { fingerprint: fingerprint(exchange.request.headers) }
      const verdict = await check(exchange.token, client)
      if (!verdict.ok) return authProblem(verdict.error)
      const principal = verdict.value
      if (principal.kind === 'user') return userTokenForbidden()
      if (!admits(tier, principal.kind)) {
        return principal.kind === 'temp' ? tempTokenForbidden() : tokenForbidden(tier)
      }
      const session = principal.kind === 'admin' ? await auth.sessionOf(principal, client) : undefined
      if (principal.kind === 'admin' && session === undefined) return sessionInvalid()
      // A body takes as long as its sender likes: whoever was sent away meanwhile does not act any more.
      const json: Exchange['json'] = async () => {
        const body = await exchange.json()
        if (!body.ok) return body
        if (principal.kind === 'admin') {
          return (await auth.sessionOf(principal, client)) === undefined ? err(sessionInvalid()) : body
        }
        if (principal.kind !== 'access' || auth.alive(principal)) return body
        const still = await check(exchange.token, client)
        return still.ok ? body : err(authProblem(still.error))
      }
      return handler({ ...exchange, json, principal, session })
    }
    return Object.assign(behind, { gated: true as const })
  }
}

/** For a handler behind the gate of a route whose tier is `admin`. */
export const asAdmin =
  (handler: AdminHandler): SignedHandler =>
  ({ principal, session, ...exchange }) => {
    if (principal.kind !== 'admin' || session === undefined) throw new Error('the gate let in somebody else')
    return handler({ ...exchange, principal, session })
  }

const userTokenForbidden = (): Problem =>
  problem('insufficient-permissions', 'A user token opens nothing but /tokens/validate')

const tokenForbidden = (tier: Tier): Problem =>
  problem('insufficient-permissions', `This route is for ${tier === 'admin' ? 'an admin token' : 'a temp token'}`)
