// Wires the WebSocket side: sessions, fan-out, pushes, and the listening app that also carries REST.

import { createAgentSockets } from './channels/agents/agent-sockets.ts'
import { createAgentsChannel } from './channels/agents/agents-channel.ts'
import { endSessionSockets, endSockets } from './channels/agents/end-sockets.ts'
import { createAgentPing } from './channels/agents/ping-agent.ts'
import { createBroadcast, createNewest } from './channels/broadcast.ts'
import { clientAddress, clientScheme } from './channels/client-address.ts'
import { createFanOut } from './channels/fan-out.ts'
import { createPendingAuth } from './channels/pending-auth.ts'
import { createPublicChannel } from './channels/public/public-channel.ts'
import { createReception, type Reception } from './channels/receive.ts'
import type { ChannelSettings, EndpointSettings } from './channels/settings.ts'
import { checkHandshake, checkOrigin } from './channels/upgrade.ts'
import { isViewerTopic } from './channels/topics.ts'
import { createWatch, WATCH_TICK_MS } from './channels/watch.ts'
import { composeDashboard, type Operators } from './compose-dashboard.ts'
import { SOCKET_PATHS, type Http } from './compose-http.ts'
import { channelSettings } from './compose-settings.ts'
import type { Config } from './config/options.ts'
import type { TlsFiles } from './config/tls.ts'
import type { AgentReports } from './domain/agent-reports.ts'
import type { Auth } from './domain/auth.ts'
import type { OtherHubs } from './domain/hubs.ts'
import { nextHeartbeatMs } from './domain/heartbeat-pace.ts'
import type { Presence } from './domain/presence.ts'
import type { Registry } from './domain/registry.ts'
import type { Sessions } from './domain/sessions.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import { single } from './kernel/http.ts'
import type { Logger } from './kernel/logger.ts'
import type { Random } from './kernel/random.ts'
import type { Meter } from './kernel/meter.ts'
import type { SystemStatus } from './live/legacy-lists.ts'
import type { Replica } from './live/replica.ts'
import { createUwsApp } from './transport/uws/app.ts'
import { createBodyBudget } from './transport/uws/body.ts'
import { CLOSE_REASONS } from '@arcp/protocol'

export interface ChannelDeps {
  readonly config: Config
  readonly auth: Auth
  readonly sessions: Sessions
  readonly registry: Pick<Registry, 'heartbeat'>
  readonly reports: Pick<AgentReports, 'report'>
  readonly presence: Presence
  readonly replica: Replica
  readonly metrics: Meter
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
  /** Files of a hub that speaks TLS itself. */
  readonly tls: TlsFiles | undefined
  readonly isProxy: (address: string) => boolean
  readonly http: Http
  readonly operators: Operators
  readonly others: OtherHubs
  readonly status: () => SystemStatus
  /** The hub takes no new sockets any more. */
  readonly draining: () => boolean
}

export const composeChannels = (deps: ChannelDeps) => {
  const {
    config,
    auth,
    registry,
    reports,
    presence,
    replica,
    metrics: meter,
    clock,
    scheduler,
    logger,
    isProxy,
    http,
  } = deps
  const settings: ChannelSettings = channelSettings(config, isProxy)
  const newest = createNewest({ replica, clock, settings })
  const sockets = createAgentSockets()
  const agentPing = createAgentPing({ sockets, clock, scheduler })

  // Reception closes sockets for parts that reception itself is built from.
  let built: Reception | undefined
  const reception = (): Reception => {
    if (built === undefined) throw new Error('a socket arrived before the hub was built')
    return built
  }
  const close: Reception['close'] = (session, code, reason) => reception().close(session, code, reason)

  const pending = createPendingAuth({ settings, meter, close })
  const watch = createWatch({
    clock,
    settings,
    onPending: pending.add,
    close: (session, code, reason) => {
      if (code === 4501) meter.limited('ws_slow_consumer')
      close(session, code, reason)
    },
  })

  const rules = { allowed: new Set(config.ALLOWED_ORIGINS), trustLocalhost: config.ENVIRONMENT === 'development' }
  const app = createUwsApp({
    endpoints: (['public', 'agents', 'dashboard'] as const).map((endpoint) => ({
      endpoint,
      path: SOCKET_PATHS[endpoint],
      maxPayload: settings.endpoints[endpoint].maxPayload,
      idleTimeout: libraryIdleS(settings.endpoints[endpoint]),
    })),
    ...(deps.tls === undefined ? {} : { tls: deps.tls }),
    reception,
    drained: (session) => fanOut.drained(session),
    checkUpgrade: (endpoint, request) => {
      // A connection that was open before the port closed could still upgrade, and nobody would send it away.
      if (deps.draining()) return { slug: 'service-unavailable', detail: 'This hub is stopping: connect again' }
      const refusal = http.checkHead(request) ?? checkHandshake(request)
      if (refusal !== undefined || (endpoint === 'public' && !config.PUBLIC_WS_CHECK_ORIGIN)) return refusal
      return checkOrigin(request.headers, `${request.scheme}://${single(request.headers, 'host') ?? ''}`, rules)
    },
    refuseUpgrade: http.refuseUpgrade,
    http: http.handle,
    client: ({ peer, headers }) => ({
      address: clientAddress(peer, headers, isProxy),
      scheme: clientScheme(peer, headers, isProxy, deps.tls === undefined ? 'http' : 'https'),
    }),
    bodyLimit: http.bodyLimit,
    bodies: createBodyBudget(config.MAX_BODY_TOTAL, () => meter.limited('body_total')),
    logger,
  })

  const fanOut = createFanOut({
    publisher: app,
    clock,
    logger,
    meter,
    maxBackpressure: settings.maxBackpressure,
    maxBufferedTotal: settings.maxBufferedTotal,
    newest: (topic) => (isViewerTopic(topic) ? dashboard.newest(topic) : [newest[topic]()]),
    onBehind: watch.observe,
    shed: (session) => {
      meter.limited('ws_buffered_total')
      close(session, 1013, CLOSE_REASONS.publicCapacity)
    },
  })

  const dashboard = composeDashboard({ ...deps, settings, pending, close, fanOut })

  built = createReception({
    onControl: agentPing.heard,
    channels: {
      public: createPublicChannel({
        replica,
        clock,
        count: () => reception().count('public'),
        maxConnections: settings.endpoints.public.maxConnections,
      }),
      agents: createAgentsChannel({
        auth,
        presence,
        heartbeat: registry.heartbeat,
        report: reports.report,
        nextMs: () => nextHeartbeatMs(settings.heartbeatTimeoutMs, watch.lateness()),
        clock,
        sockets,
        pending,
        list: newest.agents,
        timeoutMs: settings.endpoints.agents.timeoutMs,
        maxConnections: settings.endpoints.agents.maxConnections,
      }),
      dashboard: dashboard.channel,
    },
    settings,
    watch,
    fanOut,
    clock,
    logger,
    meter,
  })

  const broadcast = createBroadcast({ replica, newest, fanOut, clock, scheduler, settings, status: deps.status })
  let stopWatch = (): void => undefined

  return {
    app,
    reception: built,
    fanOut,
    lateness: watch.lateness,
    cleared: dashboard.cleared,
    pending,
    pingAgent: agentPing.ping,
    start: () => {
      replica.onApplied((applied) => endSockets(applied, sockets, close))
      deps.sessions.onEnded((id) => endSessionSockets(id, sockets, close))
      broadcast.start()
      stopWatch = scheduler.every(WATCH_TICK_MS, watch.tick)
    },
    stop: () => {
      broadcast.stop()
      dashboard.stop()
      stopWatch()
    },
  }
}

/** What the library takes, and late enough for the hub's own 1001 to come first. */
const libraryIdleS = ({ pingMs, timeoutMs }: EndpointSettings): number =>
  Math.min(960, Math.max(8, Math.ceil((pingMs + timeoutMs) / 1000) + 10))
