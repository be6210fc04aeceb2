// Wires what operators see of the hub: load, requests, health, alerts, log, and the routes that show them.

import type { HealthReport } from '@arcp/protocol/model'
import { UI_SETTINGS_MAX } from '@arcp/protocol/rest'

import type { Config } from './config/options.ts'
import { viewConfig } from './config/view.ts'
import type { AgentMetricsView } from './domain/agent-metrics.ts'
import { createAlertBook, type AlertBook } from './domain/alert-book.ts'
import type { AlertFigures } from './domain/alert-rules.ts'
import { createAlertWatch } from './domain/alert-watch.ts'
import { judgeHealth, type SearchState } from './domain/health.ts'
import type { LogBook } from './domain/log-book.ts'
import { createRequestWatch, type Monitoring, type RequestWatch } from './domain/monitoring.ts'
import type { StoreStatus } from './domain/ports.ts'
import { createUiSettings } from './domain/ui-settings.ts'
import type { Gate } from './http/gate.ts'
import { healthHandlers, type ProcessFigures } from './http/handlers/health.ts'
import { insightHandlers } from './http/handlers/insight.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import type { Random } from './kernel/random.ts'
import type { Replica } from './live/replica.ts'
import type { GaugeSources } from './telemetry/gauges.ts'
import { watchLoopDelay } from './telemetry/loop-delay.ts'
import type { Metrics } from './telemetry/meter.ts'
import { systemReaders } from './telemetry/resources/readers.ts'
import { createResources, RESOURCES_FRESH_MS } from './telemetry/resources/resources.ts'

export interface Insight {
  readonly logs: LogBook
  readonly alerts: AlertBook
  readonly monitoring: Monitoring
  readonly health: () => HealthReport
  readonly search: () => SearchState
  /** Handlers of the routes for operators. */
  readonly handlers: (gate: Gate) => ReturnType<typeof insightHandlers> & ReturnType<typeof healthHandlers>
  readonly sources: Pick<GaugeSources, 'resources' | 'health' | 'loopDelay' | 'activeAgents'>
  /** The hub answered a request of a route that counts. */
  readonly served: RequestWatch['served']
  readonly start: () => void
  readonly stop: () => void
}

export interface InsightDeps {
  readonly config: Config
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly version: string
  readonly logs: LogBook
  readonly replica: Replica
  /** Once the hub is built. */
  readonly sources: () => GaugeSources
  readonly agentMetrics: Pick<AgentMetricsView, 'all'>
  readonly storage: () => StoreStatus
  readonly search: () => SearchState
}

const ALERT_ID_BYTES = 6

export const composeInsight = (deps: InsightDeps): Insight => {
  const { config, clock, scheduler, logger, metrics, logs, replica, storage, search } = deps
  const watch = createRequestWatch({ now: clock.monotonic, agents: deps.agentMetrics })
  const resources = createResources({
    readers: systemReaders,
    clock,
    capacityMbps: config.NETWORK_INTERFACE_CAPACITY_MBPS,
    directory: config.ARCP_DATA_DIR,
  })
  const alerts = createAlertBook({
    max: config.ALERTS_MAX,
    now: () => new Date(clock.wall()).toISOString(),
    onFull: () => metrics.limited('alerts'),
  })

  const judge = createAlertWatch({
    book: alerts,
    logger,
    meter: metrics,
    prefix: `alert-${deps.random.token(ALERT_ID_BYTES)}`,
  })
  const evaluate = (): void => {
    const figures = {
      requests: watch.requests(),
      agents: replica.counts(),
      storage: storageFigure(storage()),
      resources: resources.latest(),
    }
    judge(figures, clock.wall())
  }

  const measure = (): void => {
    resources.sample().catch((cause: unknown) => logger.error('resources_not_measured', {}, cause))
  }

  const health = (): HealthReport => judgeHealth({ storage: storage(), agents: replica.counts(), search: search() })
  const ui = createUiSettings(UI_SETTINGS_MAX)

  const loop = watchLoopDelay()
  const cancels: (() => void)[] = []
  return {
    logs,
    alerts,
    monitoring: { requests: watch.requests, resources: resources.latest },
    health,
    search,
    handlers: (gate) => ({
      ...insightHandlers({
        gate,
        replica,
        metrics,
        storage,
        search,
        sockets: () => sum(socketsOf(deps.sources())),
        alerts,
        ui,
        logger,
        limits: {
          pingMs: Math.round(config.DASHBOARD_WS_PING_INTERVAL * 1000),
          logEntries: config.DASHBOARD_LOG_BUFFER_MAXLEN,
          logMessage: config.DASHBOARD_LOG_MESSAGE_MAXLEN,
        },
      }),
      ...healthHandlers({
        gate,
        replica,
        version: deps.version,
        clock,
        health,
        storage,
        search,
        settings: () => viewConfig(config),
        process: () => processFigures(deps.sources()),
      }),
    }),
    sources: {
      resources: resources.latest,
      health: () => health().status,
      loopDelay: loop.latest,
      activeAgents: replica.aliveTypes,
    },
    served: watch.served,
    start: () => {
      measure()
      cancels.push(
        // Load of a processor is known from two looks on.
        scheduler.after(RESOURCES_FRESH_MS + 50, measure),
        scheduler.every(config.DASHBOARD_WS_INTERVAL * 1000, () => {
          measure()
          loop.roll()
          try {
            evaluate()
          } catch (cause) {
            logger.error('alerts_not_judged', {}, cause)
          }
        }),
      )
    },
    stop: () => {
      for (const cancel of cancels) cancel()
      loop.stop()
    },
  }
}

const storageFigure = ({ available, atRisk }: StoreStatus): AlertFigures['storage'] => {
  if (!available) return 'lost'
  return atRisk === true ? 'degraded' : 'available'
}

const socketsOf = ({ sockets }: GaugeSources) => ({
  public: sockets('public'),
  agents: sockets('agents'),
  dashboard: sockets('dashboard'),
})

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0)

const processFigures = (sources: GaugeSources): ProcessFigures => {
  const { rss, heapUsed } = process.memoryUsage()
  return {
    uptimeS: Math.round(process.uptime()),
    memoryBytes: rss,
    heapUsedBytes: heapUsed,
    sockets: socketsOf(sources),
    bufferedBytes: sources.buffered(),
  }
}
