// Walks the protocol's route table: finds the route, checks framing, limits and token, calls the handler, and turns
// every fault into a problem document. Handlers never see a request that is not theirs.

import type { ProblemSlug } from '@arcp/protocol'
import { toIso } from '@arcp/protocol/codec'
import { ROUTES, type Route, type RouteName } from '@arcp/protocol/rest'

import type { RateLimits } from '../domain/ports.ts'
import { networkOf } from '../kernel/address.ts'
import { createBoundedLog } from '../kernel/bounded-log.ts'
import type { Clock } from '../kernel/clock.ts'
import { bearer, type HttpAnswer, type HttpHandler, type HttpRequest } from '../kernel/http.ts'
import type { LogFields, Logger } from '../kernel/logger.ts'
import type { Meter } from '../kernel/meter.ts'
import type { Random } from '../kernel/random.ts'
import { isProblem, methodNotAllowed, problem, problemAnswer, type Problem } from './answer.ts'
import type { Admit } from './admission.ts'
import { checkFraming, readJson } from './body.ts'
import type { Answer, Exchange, Handler } from './exchange.ts'
import { rateLimited } from './faults.ts'
import type { GatedHandler, PublicRoute } from './gate.ts'
import { checkHead } from './head.ts'
import { optionsAnswer, withCommonHeaders, type OriginCheck } from './headers.ts'
import { bodyLimitOf, createMatcher, type PathParams } from './match.ts'

export type Handlers = { readonly [N in RouteName]: N extends PublicRoute ? Handler : GatedHandler }

/** Paths that are not part of the protocol: pages, files, operators' texts. */
export type Extra = (request: HttpRequest) => Answer | undefined | Promise<Answer | undefined>

export interface RouterDeps {
  readonly handlers: Handlers
  readonly extras: readonly Extra[]
  /** Whether the client is served at all. */
  readonly admit: Admit
  /** Paths of WebSocket endpoints: asked without a good handshake, they say so. */
  readonly explainUpgrade: (request: HttpRequest) => Problem | undefined
  readonly limits: Pick<RateLimits, 'takePublic'>
  readonly originAllowed: OriginCheck
  /** Bytes of the request line and the headers. */
  readonly maxHead: number
  readonly maxBody: number
  readonly maxQueryParams: number
  readonly clock: Pick<Clock, 'wall' | 'monotonic'>
  readonly random: Random
  readonly logger: Logger
  readonly meter: Meter
}

interface Bound {
  readonly route: Route
  readonly handler: Handler
}

interface Match extends Bound {
  readonly params: PathParams
}

const bind = (handlers: Handlers): readonly Bound[] => {
  const byName = new Map<string, Handler>(Object.entries(handlers))
  return Object.entries(ROUTES).map(([name, route]) => {
    const handler = byName.get(name)
    if (handler === undefined) throw new Error(`route ${name} has no handler`)
    return { route, handler }
  })
}

export const createRouter = (deps: RouterDeps): HttpHandler => {
  const { limits, clock, logger, meter } = deps
  const matching = createMatcher(bind(deps.handlers))
  const logRefusal = createBoundedLog({ clock, write: logger.info })
  const logFault = createBoundedLog({ clock, write: logger.warn })

  const exchangeOf = (request: HttpRequest, match: Match): Exchange => ({
    request,
    agentId: match.params['agent_id'] ?? '',
    params: match.params,
    query: new URLSearchParams(request.query),
    token: bearer(request.headers),
    json: () => readJson(request, bodyLimitOf(match.route, deps.maxBody)),
  })

  const limited = async (request: HttpRequest, match: Match): Promise<Answer> => {
    if (!match.route.path.startsWith('/public/')) return match.handler(exchangeOf(request, match))
    const budget = await limits.takePublic(networkOf(request.address))
    const { limit, remaining, resetS } = budget.ok ? budget.value : budget.error
    const headers = [
      ['ratelimit-limit', String(limit)],
      ['ratelimit-remaining', String(remaining)],
      ['ratelimit-reset', String(resetS)],
    ] as const
    if (!budget.ok) {
      meter.limited('public_rate')
      const refused = rateLimited('public', budget.error.retryAfterS)
      return { ...refused, headers: [...(refused.headers ?? []), ...headers] }
    }
    const answer = await match.handler(exchangeOf(request, match))
    return { ...answer, headers: [...(answer.headers ?? []), ...headers] }
  }

  const find = async (
    request: HttpRequest,
  ): Promise<{ readonly route: string; readonly answer: Answer | Promise<Answer> }> => {
    const malformed = deps.admit(request) ?? checkHead(request, deps.maxHead) ?? checkFraming(request.headers)
    if (malformed !== undefined) return { route: 'none', answer: malformed }
    if (request.query.split('&').length > deps.maxQueryParams) {
      meter.limited('query_params')
      const max = deps.maxQueryParams
      return {
        route: 'none',
        answer: problem('request-error', `At most ${max} query parameters`, { max_query_params: max }),
      }
    }
    // Before the table, which would take /agents/ws for an agent called "ws".
    const upgrade = deps.explainUpgrade(request)
    if (upgrade !== undefined) return { route: 'none', answer: upgrade }
    const matches = matching(request.path)
    if (matches.length === 0) return { route: 'none', answer: findExtra(request) }
    const wanted = request.method === 'HEAD' ? 'GET' : request.method
    const match = matches.find(({ route }) => route.method === wanted)
    if (match !== undefined) return { route: match.route.path, answer: limited(request, match) }
    const methods = [
      ...new Set(matches.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]))),
    ]
    if (wanted === 'OPTIONS') {
      return { route: 'options', answer: optionsAnswer(request, [...methods, 'OPTIONS'], deps.originAllowed) }
    }
    return { route: 'none', answer: methodNotAllowed(methods) }
  }

  const findExtra = async (request: HttpRequest): Promise<Answer> => {
    for (const extra of deps.extras) {
      const answer = await extra(request)
      if (answer !== undefined) return isProblem(answer) ? { ...answer, at: request.path } : answer
    }
    return problem('not-found', 'There is nothing at this path')
  }

  return async (request) => {
    const started = clock.monotonic()
    const requestId = deps.random.token(12)
    const finish = (answer: Answer, route: string): HttpAnswer => {
      const plain = isProblem(answer) ? problemAnswer(answer, request.path, toIso(clock.wall())) : answer
      meter.request(route, request.method, plain.status, (clock.monotonic() - started) / 1000)
      if (isProblem(answer) && answer.slug === 'request-too-large') meter.limited('json_size')
      if (isProblem(answer) && answer.slug === 'headers-too-large') meter.limited('headers')
      if (isProblem(answer) && LOGGED.has(answer.slug)) {
        // What this hub could not do is the operator's business more than what was wrong with a request.
        const log = plain.status >= 500 ? logFault : logRefusal
        log(`${route} ${answer.slug}`, 'request_refused', refusalFields(answer, request, route, requestId))
      }
      return withCommonHeaders(plain, request, requestId, deps.originAllowed)
    }
    // Whose answer it was counts as much when it failed.
    let route = 'none'
    try {
      const found = await find(request)
      route = found.route
      return finish(await found.answer, route)
    } catch (cause) {
      logger.error('request_failed', { method: request.method, path: request.path, request_id: requestId }, cause)
      const broken = problem('internal-error', 'Something went wrong here; the log has this request id', {
        request_id: requestId,
      })
      return finish(broken, route)
    }
  }
}

/** Refusals an operator wants to know of: who was not let in, and what an agent could not do. */
const LOGGED: ReadonlySet<ProblemSlug> = new Set<ProblemSlug>([
  'validation-failed',
  'invalid-input',
  'unsupported-media-type',
  'request-too-large',
  'headers-too-large',
  'authentication-failed',
  'token-invalid',
  'session-invalid',
  'insufficient-permissions',
  'forbidden',
  'duplicate-agent',
  'agent-registration-failed',
  'agent-gone',
  'rate-limit-exceeded',
  'service-unavailable',
])

const refusalFields = (answer: Problem, request: HttpRequest, route: string, requestId: string): LogFields => {
  // Only ids that were checked get into a problem.
  const { agent_id: id, target_agent_id: target } = answer.extensions ?? {}
  return {
    route: `${request.method} ${answer.at ?? route}`,
    problem: answer.slug,
    detail: answer.detail,
    ...(typeof id === 'string' ? { agent_id: id } : {}),
    ...(typeof target === 'string' ? { target_agent_id: target } : {}),
    client_ip: request.address,
    request_id: requestId,
  }
}
