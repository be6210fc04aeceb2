// What a handler is given and what it may answer.

import type { Principal } from '../domain/auth.ts'
import type { AdminSession } from '../domain/sessions.ts'
import type { AdminClaims } from '../domain/tokens.ts'
import type { HttpAnswer, HttpRequest } from '../kernel/http.ts'
import type { Result } from '../kernel/result.ts'
import type { Problem } from './answer.ts'
import type { PathParams } from './match.ts'

export interface Exchange {
  readonly request: HttpRequest
  /** `{agent_id}` of the path, empty where the path has none. */
  readonly agentId: string
  /** Every placeholder of the path by its name, as it was sent. */
  readonly params: PathParams
  readonly query: URLSearchParams
  /** The bearer token, undefined when there is none. */
  readonly token: string | undefined
  /** The JSON body. Read at most once. */
  readonly json: () => Promise<Result<unknown, Problem>>
}

export interface SignedExchange extends Exchange {
  readonly principal: Principal
  /** Of an administrator; undefined for everybody else. */
  readonly session: AdminSession | undefined
}

export interface AdminExchange extends Exchange {
  readonly principal: AdminClaims
  readonly session: AdminSession
}

export type Answer = HttpAnswer | Problem

/** What a route's handler is to the router. */
export type Handler = (exchange: Exchange) => Answer | Promise<Answer>
/** A handler behind the gate of its route's tier. */
export type SignedHandler = (exchange: SignedExchange) => Answer | Promise<Answer>
/** A handler of a route for administrators: see `asAdmin`. */
export type AdminHandler = (exchange: AdminExchange) => Answer | Promise<Answer>
