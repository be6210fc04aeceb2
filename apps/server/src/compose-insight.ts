// Wires what operators see of the hub: load, requests, health, alerts, log.

import type { HealthReport } from '@arcp/protocol/model'

import type { Config } from './config/options.ts'
import type { AgentMetricsView } from './domain/agent-metrics.ts'
import { createAlertBook, type AlertBook } from './domain/alert-book.ts'
import { evaluateAlerts, NO_ALERTS } from './domain/alerts.ts'
import { judgeHealth, type SearchState } from './domain/health.ts'
import type { LogBook } from './domain/log-book.ts'
import { createRequestWatch, type Monitoring, type RequestWatch } from './domain/monitoring.ts'
import type { StoreStatus } from './domain/ports.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import type { Meter } from './kernel/meter.ts'
import type { Random } from './kernel/random.ts'
import { systemReaders } from './telemetry/resources/readers.ts'
import { createResources, RESOURCES_FRESH_MS } from './telemetry/resources/resources.ts'

export interface Insight {
  readonly logs: LogBook
  readonly alerts: AlertBook
  readonly monitoring: Monitoring
  readonly health: () => HealthReport
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
  readonly meter: Pick<Meter, 'limited' | 'alert'>
  readonly logs: LogBook
  readonly agents: () => { readonly total: number; readonly alive: number }
  readonly agentMetrics: Pick<AgentMetricsView, 'all'>
  readonly storage: () => StoreStatus
  readonly search: () => SearchState
}

export const composeInsight = (deps: InsightDeps): Insight => {
  const { config, clock, scheduler, logger, meter, logs, agents, storage } = deps
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
    onFull: () => meter.limited('alerts'),
  })

  const prefix = `alert-${deps.random.token(6)}`
  const titles = new Map<string, string>()
  let state = NO_ALERTS
  const evaluate = (): void => {
    const figures = {
      requests: watch.requests(),
      agents: agents(),
      storage: storage().available ? ('available' as const) : ('lost' as const),
      resources: resources.latest(),
    }
    const done = evaluateAlerts(state, { figures, now: clock.wall(), prefix })
    state = done.state
    for (const id of done.ended) {
      alerts.end(id)
      logger.info('alert_cleared', { alert: id, title: titles.get(id) })
      titles.delete(id)
    }
    for (const { id, type, severity, title, message } of done.raised) {
      titles.set(id, title)
      meter.alert(type, severity)
      const log = severity === 'info' ? logger.info : logger.warn
      log('alert_raised', { alert: id, type, severity, title, message })
    }
    alerts.raise(done.raised)
  }

  const measure = (): void => {
    resources.sample().catch((cause: unknown) => logger.error('resources_not_measured', {}, cause))
  }

  const cancels: (() => void)[] = []
  return {
    logs,
    alerts,
    monitoring: { requests: watch.requests, resources: resources.latest },
    health: () => judgeHealth({ storage: storage(), agents: agents(), search: deps.search() }),
    served: watch.served,
    start: () => {
      measure()
      cancels.push(
        // Load of a processor is known from two looks on.
        scheduler.after(RESOURCES_FRESH_MS + 50, measure),
        scheduler.every(config.DASHBOARD_WS_INTERVAL * 1000, () => {
          measure()
          evaluate()
        }),
      )
    },
    stop: () => {
      for (const cancel of cancels) cancel()
    },
  }
}
