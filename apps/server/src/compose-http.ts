// Wires the REST side: handlers, router, pages.

import { CLOSE_REASONS, type ProblemSlug } from '@arcp/protocol'
import { toIso } from '@arcp/protocol/codec'

import type { Admin } from './compose-admin.ts'
import type { ComposedSearch } from './compose-search.ts'
import type { Insight } from './compose-insight.ts'
import type { ComposedHub } from './compose-hubs.ts'
import type { Config } from './config/options.ts'
import type { AgentReports } from './domain/agent-reports.ts'
import type { AgentUpdates } from './domain/agent-updates.ts'
import type { Auth } from './domain/auth.ts'
import type { OtherHubs } from './domain/hubs.ts'
import type { RateLimits, StoreStatus } from './domain/ports.ts'
import type { Registry } from './domain/registry.ts'
import { checkHandshake, isLocalhost, type UpgradeRefusal } from './channels/upgrade.ts'
import { methodNotAllowed, problem, problemAnswer, readOnly, type Problem } from './http/answer.ts'
import { createAdmission } from './http/admission.ts'
import { docsPage } from './http/docs-page.ts'
import { createLeaving, type Stage } from './http/leaving.ts'
import { unavailable } from './http/faults.ts'
import { createGate } from './http/gate.ts'
import { createAdminLog } from './http/admin-log.ts'
import { adminHandlers } from './http/handlers/admin.ts'
import { agentHandlers } from './http/handlers/agents.ts'
import { authHandlers } from './http/handlers/auth.ts'
import { contractHandlers } from './http/handlers/contract.ts'
import { metricsHandlers } from './http/handlers/metrics.ts'
import { hubHandlers } from './http/handlers/hubs.ts'
import { publicHandlers } from './http/handlers/public.ts'
import { securityHandlers } from './http/handlers/security.ts'
import { connectionHandlers } from './http/handlers/connections.ts'
import { searchHandlers } from './http/handlers/search.ts'
import { serviceHandlers } from './http/handlers/service.ts'
import { wellKnownHandlers } from './http/handlers/well-known.ts'
import { checkHead } from './http/head.ts'
import { withCommonHeaders, type OriginCheck } from './http/headers.ts'
import { createBodyLimit } from './http/match.ts'
import { createPinCheck } from './http/pin-check.ts'
import { createRouter } from './http/router.ts'
import { createScrape } from './http/scrape.ts'
import { createDashboardFiles } from './http/static.ts'
import type { Clock } from './kernel/clock.ts'
import type { HttpAnswer, HttpHandler, HttpRequest } from './kernel/http.ts'
import type { Logger } from './kernel/logger.ts'
import type { Meter } from './kernel/meter.ts'
import type { Random } from './kernel/random.ts'
import type { Replica } from './live/replica.ts'
import type { Metrics } from './telemetry/meter.ts'

export interface HttpDeps {
  readonly config: Config
  readonly registry: Registry
  readonly updates: AgentUpdates
  readonly reports: AgentReports
  readonly auth: Auth
  readonly admin: Admin
  readonly replica: Replica
  readonly limits: RateLimits
  readonly metrics: Metrics
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly version: string
  readonly dashboardFiles: string
  readonly insight: Insight
  readonly hub: Pick<ComposedHub, 'self' | 'connections'>
  readonly others: OtherHubs
  readonly storage: () => StoreStatus
  /** Whether the hub goes away. */
  readonly stage: () => Stage
  readonly search: Pick<ComposedSearch, 'search' | 'calls' | 'embeddings'>
}

export interface Http {
  readonly handle: HttpHandler
  /** Why the head of a handshake is refused before anybody looks at it; `handle` looks itself. */
  readonly checkHead: (request: HttpRequest) => Problem | undefined
  readonly refuseUpgrade: (request: HttpRequest, refusal: UpgradeRefusal) => HttpAnswer
  /** Bytes of the body that are kept for a request. */
  readonly bodyLimit: (method: string, path: string) => number
}

/** Paths of the WebSocket endpoints. */
export const SOCKET_PATHS = { public: '/public/ws', agents: '/agents/ws', dashboard: '/dashboard/ws' } as const

export const composeHttp = (deps: HttpDeps): Http => {
  const {
    config,
    registry,
    updates,
    reports,
    auth,
    replica,
    limits,
    metrics,
    clock,
    random,
    logger,
    version,
    insight,
  } = deps
  const allowedTypes = config.ALLOWED_AGENT_TYPES
  const allowedOrigins = new Set(config.ALLOWED_ORIGINS)
  const originAllowed: OriginCheck = (origin) => {
    if (allowedOrigins.has(origin)) return 'trusted'
    return config.ENVIRONMENT === 'development' && isLocalhost(origin) ? 'local' : undefined
  }
  const admit = composeAdmission(config, metrics)
  const meter: Meter = {
    ...metrics,
    request: (endpoint, method, status, seconds) => {
      metrics.request(endpoint, method, status, seconds)
      if (!UNCOUNTED.has(endpoint)) insight.served(status, seconds)
    },
  }

  const { sessions, login, mint } = deps.admin
  const log = createAdminLog(logger, clock)
  const gate = createGate(auth)
  const { search, calls, embeddings } = deps.search
  const defaults = { topK: config.VECTOR_SEARCH_TOP_K, minSimilarity: config.VECTOR_SEARCH_MIN_SIMILARITY }
  const pinned = createPinCheck({ sessions, meter: metrics, log })

  const route = createRouter({
    handlers: {
      ...serviceHandlers({
        replica,
        version,
        clock,
        ...insight,
        storage: deps.storage,
        notReady: () => (deps.stage() === 'open' ? undefined : 'draining'),
      }),
      ...insight.handlers(gate),
      ...authHandlers({ auth, registry, sessions, login, meter: metrics }),
      ...adminHandlers({ gate, pinned, login, mint, sessions, meter: metrics, log }),
      ...wellKnownHandlers({ issuer: config.ARCP_ISSUER, version }),
      ...securityHandlers(gate),
      ...contractHandlers(version),
      ...publicHandlers({ replica, allowedTypes, version, clock, storage: deps.storage, embeddings }),
      ...searchHandlers({ gate, search, defaults }),
      ...hubHandlers({ gate, pinned, ...deps.hub, others: deps.others, log }),
      ...connectionHandlers({ gate, calls, limits, clock, meter: metrics }),
      ...agentHandlers({ gate, registry, updates, replica, allowedTypes, meter: metrics, pinned, log }),
      ...metricsHandlers({ gate, reports }),
    },
    extras: [
      createDashboardFiles(deps.dashboardFiles),
      createScrape({ token: config.METRICS_SCRAPE_TOKEN, metrics }),
      ({ path, method }) => {
        if (path === '/redoc') return readOnly(method) ?? { status: 308, headers: [['location', '/docs']], body: '' }
        if (path !== '/docs') return undefined
        return readOnly(method) ?? docsPage(version, random.token(16))
      },
    ],
    admit,
    explainUpgrade,
    limits,
    originAllowed,
    maxHead: config.MAX_HEADER_SIZE,
    maxBody: config.MAX_JSON_SIZE,
    maxQueryParams: config.MAX_QUERY_PARAMS,
    clock,
    random,
    logger,
    meter,
  })

  /** For what the router never sees. */
  const refuse = (given: Problem, request: HttpRequest): HttpAnswer =>
    withCommonHeaders(problemAnswer(given, request.path, toIso(clock.wall())), request, random.token(12), originAllowed)

  return {
    handle: createLeaving({
      route,
      stage: deps.stage,
      refuse: (request) => refuse(unavailable('This hub has stopped', 1), request),
    }),
    checkHead: (request) => {
      const refused = admit(request) ?? checkHead(request, config.MAX_HEADER_SIZE)
      if (refused?.slug === 'headers-too-large') metrics.limited('headers')
      return refused
    },
    bodyLimit: createBodyLimit(config.MAX_JSON_SIZE),
    refuseUpgrade: (request, refusal) => refuse(upgradeProblem(refusal), request),
  }
}

/** Who asks whether the hub lives is no user of it (D3); nor is who asks for what is not there. */
const UNCOUNTED = new Set(['/livez', '/readyz', '/metrics', 'none', 'options'])

const composeAdmission = (config: Config, metrics: Metrics) =>
  createAdmission(
    {
      blocked: config.BLOCKED_IPS,
      defaultDeny: config.IP_DEFAULT_DENY,
      allowed: config.ALLOWED_IP_RANGES,
      hosts: config.TRUSTED_HOSTS,
      ownHosts: [config.ARCP_HOST, URL.parse(config.ARCP_ISSUER)?.hostname ?? ''].filter((name) => name !== ''),
      development: config.ENVIRONMENT === 'development',
    },
    metrics,
  )

// A handshake so broken that the transport did not see one lands here as an ordinary request.
const explainUpgrade = (request: HttpRequest) => {
  if (!Object.values<string>(SOCKET_PATHS).includes(request.path)) return undefined
  if (request.method !== 'GET') return methodNotAllowed(['GET'])
  const refusal = checkHandshake(request)
  return refusal === undefined ? problem('request-error', CLOSE_REASONS.internal) : upgradeProblem(refusal)
}

const upgradeProblem = ({ slug, detail }: UpgradeRefusal) => problem(slug, detail, {}, UPGRADE_HEADERS[slug] ?? [])

const UPGRADE_HEADERS: Partial<Record<ProblemSlug, readonly (readonly [name: string, value: string])[]>> = {
  'method-not-allowed': [['allow', 'GET']],
  'upgrade-required': [
    ['upgrade', 'websocket'],
    ['sec-websocket-version', '13'],
  ],
}
