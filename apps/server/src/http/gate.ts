// The gate before every route that is not public: a handler behind it is only reached with a token of its tier.

import { ROUTES, type RouteName, type Tier } from '@arcp/protocol/rest'

import type { Auth, Principal } from '../domain/auth.ts'
import { problem, type Problem } from './answer.ts'
import type { Handler, SignedHandler } from './exchange.ts'
import { authProblem, tempTokenForbidden } from './faults.ts'

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
    const check = tier === 'agent-or-temp' ? auth.verify : auth.authenticate
    const behind: Handler = async (exchange) => {
      const verdict = await check(exchange.token)
      if (!verdict.ok) return authProblem(verdict.error)
      const principal = verdict.value
      if (!admits(tier, principal.kind)) {
        return principal.kind === 'temp' ? tempTokenForbidden() : tokenForbidden(tier)
      }
      return handler({ ...exchange, principal })
    }
    return Object.assign(behind, { gated: true as const })
  }
}

const tokenForbidden = (tier: Tier): Problem =>
  problem('insufficient-permissions', `This route is for ${tier === 'admin' ? 'an admin token' : 'a temp token'}`)
