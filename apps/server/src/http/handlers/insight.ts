// What operators ask of the hub itself: metrics, counts, the dashboard's settings, alerts.

import { parseDashboardConfigQuery, parseUiSettings, UI_SETTINGS_MAX, type AgentStats } from '@arcp/protocol/rest'

import type { AlertBook, StoredAlert } from '../../domain/alert-book.ts'
import type { SearchState } from '../../domain/health.ts'
import type { StoreStatus } from '../../domain/ports.ts'
import type { UiSettingsBook } from '../../domain/ui-settings.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Replica } from '../../live/replica.ts'
import { invalid, json, problem } from '../answer.ts'
import { asAdmin, type Gate } from '../gate.ts'
import type { Handlers } from '../router.ts'

export interface InsightHandlerDeps {
  readonly gate: Gate
  readonly replica: Replica
  readonly metrics: { readonly text: () => Promise<string>; readonly contentType: string }
  readonly storage: () => StoreStatus
  readonly search: () => SearchState
  /** Open sockets of all endpoints. */
  readonly sockets: () => number
  readonly alerts: AlertBook
  readonly ui: UiSettingsBook
  readonly logger: Pick<Logger, 'info'>
  readonly limits: {
    readonly pingMs: number
    readonly logEntries: number
    readonly logMessage: number
  }
}

type InsightHandlers = Pick<
  Handlers,
  'metrics' | 'agentStats' | 'dashboardConfig' | 'saveDashboardConfig' | 'acknowledgeAlert'
>

export const insightHandlers = (deps: InsightHandlerDeps): InsightHandlers => {
  const { gate, metrics, alerts, ui, limits } = deps

  return {
    metrics: gate('metrics', async () => ({
      status: 200,
      headers: [['content-type', metrics.contentType]],
      body: await metrics.text(),
    })),

    agentStats: gate('agentStats', () => json(statsOf(deps))),

    dashboardConfig: gate('dashboardConfig', ({ query }) => {
      const wanted = parseDashboardConfigQuery(query)
      if (!wanted.ok) return invalid(wanted.issues)
      return json({
        timezone: wanted.value.tz,
        ws_ping_interval_ms: limits.pingMs,
        log_buffer_maxlen: limits.logEntries,
        log_message_maxlen: limits.logMessage,
        ui: ui.all(),
      })
    }),

    saveDashboardConfig: gate('saveDashboardConfig', async ({ json: readBody }) => {
      const body = await readBody()
      if (!body.ok) return body.error
      const changes = parseUiSettings(body.value, limits.logEntries)
      if (!changes.ok) return invalid(changes.issues)
      if (!ui.change(changes.value)) {
        return invalid([
          { path: '/ui', message: `ui may have ${UI_SETTINGS_MAX} settings in all: remove some with null` },
        ])
      }
      return json({ status: 'ok', ui: ui.all() })
    }),

    acknowledgeAlert: gate(
      'acknowledgeAlert',
      asAdmin(({ params, principal, request }) => {
        const id = params['alert_id'] ?? ''
        const fresh = alerts.find(id)?.acknowledged === undefined
        if (!alerts.acknowledge(id, principal.user)) {
          return problem('not-found', 'There is no such alert: it was cleared, or made room for newer ones')
        }
        if (fresh) {
          deps.logger.info('alert_acknowledged', { alert: id, user: principal.user, client_ip: request.address })
        }
        return json({ status: 'success', message: 'Alert acknowledged', alert: shown(alerts.find(id)) })
      }),
    ),
  }
}

const shown = (stored: StoredAlert | undefined) => {
  if (stored === undefined) return undefined
  const { acknowledged, cleared, ...alert } = stored
  return {
    ...alert,
    acknowledged_by: acknowledged?.by,
    acknowledged_at: acknowledged?.at,
    ...(cleared === undefined ? {} : { cleared_at: cleared }),
  }
}

const statsOf = ({ replica, storage, search, sockets }: InsightHandlerDeps): AgentStats => {
  const { total, alive, dead, types } = replica.counts()
  const { kind, available } = storage()
  const { available: embeddings, stored } = search()
  return {
    registry_statistics: {
      total_agents: total,
      alive_agents: alive,
      dead_agents: dead,
      agent_types: Object.fromEntries(types),
      embeddings_available: stored > 0,
      redis_connected: kind === 'redis' && available,
      ai_client_available: embeddings,
    },
    features: {
      vector_search_enabled: embeddings,
      redis_storage_enabled: kind === 'redis',
      metrics_tracking_enabled: true,
      websocket_broadcasts_enabled: true,
    },
    performance: { active_websocket_connections: sockets(), vector_embeddings_stored: stored },
  }
}
