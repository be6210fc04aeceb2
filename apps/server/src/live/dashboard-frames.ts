// The frames operators watch (D3-D7), as text: each is built once for all who get it.

import { DASHBOARD_FRAME_MAX_BYTES, encodeDown, toIso } from '@arcp/protocol/codec'
import type { Alert, HealthReport } from '@arcp/protocol/model'

import type { AgentMetricsView } from '../domain/agent-metrics.ts'
import type { AlertBook } from '../domain/alert-book.ts'
import type { LogBook } from '../domain/log-book.ts'
import type { Monitoring } from '../domain/monitoring.ts'
import type { Clock } from '../kernel/clock.ts'
import { dashboardAgentsText } from './dashboard-agents.ts'
import { metricsRecord } from './metrics-record.ts'
import type { Replica } from './replica.ts'
import { createSharedText } from './shared-text.ts'

export interface DashboardFrames {
  readonly monitoring: () => string
  readonly health: () => string
  readonly agents: () => string
  readonly logs: () => string
  /** Every stored alert; undefined when there is none. */
  readonly alerts: () => string | undefined
}

export interface DashboardFramesDeps {
  readonly replica: Pick<Replica, 'entries' | 'counts' | 'position'>
  readonly metrics: AgentMetricsView
  readonly monitoring: Monitoring
  readonly health: () => HealthReport
  readonly log: Pick<LogBook, 'newest' | 'count'>
  readonly alerts: Pick<AlertBook, 'all'>
  readonly clock: Clock
}

/** Entries of one `logs` frame (D6). */
export const LOGS_MAX = 500
/** Alerts of one `alert` frame: the newest. */
const ALERTS_MAX = 500
/** Bytes of an agent's metrics and of what stands around them, at most. */
const METRICS_MAX_BYTES = 512
const METRICS_MAX = Math.floor(DASHBOARD_FRAME_MAX_BYTES / METRICS_MAX_BYTES)

export const createDashboardFrames = (deps: DashboardFramesDeps): DashboardFrames => {
  const { replica, metrics, monitoring, health, log, alerts, clock } = deps
  const now = (): string => toIso(clock.wall())

  return {
    monitoring: createSharedText({ clock, build: () => monitoringText({ replica, metrics, monitoring }, now()) }),
    health: createSharedText({
      clock,
      build: () => encodeDown({ type: 'health', timestamp: now(), data: health() }),
    }),
    agents: createSharedText({
      clock,
      version: replica.position,
      build: () => dashboardAgentsText({ replica }, clock.wall()),
    }),
    logs: createSharedText({
      clock,
      version: log.count,
      build: () => {
        const logs = [...log.newest(LOGS_MAX)]
        const data = { logs, count: logs.length, last_updated: now() }
        return encodeDown({ type: 'logs', timestamp: now(), data })
      },
    }),
    alerts: () => {
      const stored = alerts.all()
      return stored.length === 0 ? undefined : alertText(stored.slice(0, ALERTS_MAX), now())
    },
  }
}

/** @param now ISO 8601 */
export const alertText = (alerts: readonly Alert[], now: string): string =>
  encodeDown({ type: 'alert', timestamp: now, data: { alerts: alerts.map(plain) } })

// A stored alert knows more than the frame says.
const plain = ({ id, title, message, severity, type, timestamp }: Alert): Alert => ({
  id,
  title,
  message,
  severity,
  type,
  timestamp,
})

const monitoringText = (
  deps: Pick<DashboardFramesDeps, 'replica' | 'metrics' | 'monitoring'>,
  timestamp: string,
): string => {
  const { total, meanTime, errorRate } = deps.monitoring.requests()
  const reported: ReturnType<typeof metricsRecord>[] = []
  let truncated = false
  for (const record of deps.metrics.all()) {
    truncated = reported.length === METRICS_MAX
    if (truncated) break
    reported.push(metricsRecord(record))
  }
  return JSON.stringify({
    type: 'monitoring',
    timestamp,
    data: {
      total_requests: total,
      avg_response_time: meanTime,
      error_rate: errorRate,
      agent_count: deps.replica.counts().total,
      resource_utilization: deps.monitoring.resources(),
      agent_metrics: reported,
      ...(truncated ? { truncated } : {}),
    },
  })
}
