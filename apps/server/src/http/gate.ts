// The gate before every route that is not public: a handler behind it is only reached with a token of its tier.

import { ROUTES, type RouteName } from '@arcp/protocol/rest'

import type { Auth } from '../domain/auth.ts'
import type { Handler, SignedHandler } from './exchange.ts'
import { authProblem, tempTokenForbidden } from './faults.ts'

export type PublicRoute = { [N in RouteName]: (typeof ROUTES)[N]['tier'] extends 'public' ? N : never }[RouteName]
export type SignedRoute = Exclude<RouteName, PublicRoute>

/** A handler that went through the gate: the compiler takes nothing else for a route that is not public. */
export type GatedHandler = Handler & { readonly gated: true }

export type Gate = (route: SignedRoute, handler: SignedHandler) => GatedHandler

export const createGate = (auth: Auth): Gate => {
  return (route, handler) => {
    const temp = ROUTES[route].tier === 'agent-or-temp'
    // Registering and removing decide themselves what an ended incarnation may still do.
    const check = temp ? auth.verify : auth.authenticate
    const behind: Handler = async (exchange) => {
      const verdict = await check(exchange.token)
      if (!verdict.ok) return authProblem(verdict.error)
      if (verdict.value.kind === 'temp' && !temp) return tempTokenForbidden()
      return handler({ ...exchange, principal: verdict.value })
    }
    return Object.assign(behind, { gated: true as const })
  }
}
