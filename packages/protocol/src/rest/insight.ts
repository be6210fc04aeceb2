/** Owns: answers for operators about the hub itself. Must not know: how anything is measured or judged. */
import { Type, type Static } from '@sinclair/typebox'
import { Alert } from '../model/alert.ts'
import { AzureStatus, HealthReport, HealthStatus } from '../model/health.ts'
import { IsoTime } from '../model/time.ts'

const count = Type.Integer({ minimum: 0 })
const countByType = Type.Record(Type.String(), count)

/** `GET /metrics`: the text format of Prometheus, a sample a line, no times. */
export const MetricsText = Type.String({ minLength: 1 })

export const AgentStats = Type.Object({
  registry_statistics: Type.Object({
    total_agents: count,
    alive_agents: count,
    dead_agents: count,
    agent_types: countByType,
    embeddings_available: Type.Boolean(),
    redis_connected: Type.Boolean(),
    ai_client_available: Type.Boolean(),
  }),
  features: Type.Object({
    vector_search_enabled: Type.Boolean(),
    redis_storage_enabled: Type.Boolean(),
    metrics_tracking_enabled: Type.Boolean(),
    websocket_broadcasts_enabled: Type.Boolean(),
  }),
  performance: Type.Object({ active_websocket_connections: count, vector_embeddings_stored: count }),
})
export type AgentStats = Static<typeof AgentStats>

const seconds = Type.Number({ minimum: 0 })

/** `GET /health/detailed`. `components` is judged as in the `health` frame; `detailed` has the figures. */
export const HealthDetailed = Type.Object({
  status: HealthStatus,
  reason: Type.String(),
  timestamp: IsoTime,
  version: Type.String(),
  components: Type.Object({
    registry: HealthReport.properties.components.properties.agents,
    storage: HealthReport.properties.components.properties.storage,
    ai_services: HealthReport.properties.components.properties.ai_services,
  }),
  detailed: Type.Object({
    database: Type.Object({ kind: Type.String(), available: Type.Boolean(), offset: count }),
    storage: Type.Object({ redis: Type.String(), backup_storage: Type.String() }),
    ai_services: Type.Object({ azure_openai: AzureStatus, embeddings: Type.Boolean(), embeddings_stored: count }),
    features: Type.Record(Type.String(), Type.Boolean()),
    agents: Type.Object({ total: count, alive: count, dead: count, agent_types: countByType }),
    performance: Type.Object({
      uptime_seconds: seconds,
      memory_bytes: count,
      heap_used_bytes: count,
      websocket_connections: countByType,
      websocket_buffered_bytes: count,
    }),
  }),
})
export type HealthDetailed = Static<typeof HealthDetailed>

/** A setting as an operator may see it: a secret has no value, only whether it is set. */
export const SettingView = Type.Object({
  name: Type.String(),
  set: Type.Boolean(),
  value: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String())])),
})
export type SettingView = Static<typeof SettingView>

const settings = Type.Array(SettingView)

export const HealthConfig = Type.Object({
  status: Type.Literal('ok'),
  required_config: settings,
  optional_config: Type.Object({
    azure: settings,
    redis: settings,
    security: settings,
    agent: settings,
    websocket: settings,
    hub: settings,
  }),
})
export type HealthConfig = Static<typeof HealthConfig>

/** `not_configured` and `embedded`: this hub was started without Redis. */
export const HealthRedis = Type.Object({
  status: Type.Union([Type.Literal('healthy'), Type.Literal('error'), Type.Literal('not_configured')]),
  redis: Type.Union([Type.Literal('connected'), Type.Literal('disconnected'), Type.Literal('embedded')]),
})
export type HealthRedis = Static<typeof HealthRedis>

export const HealthAzure = Type.Object({
  status: AzureStatus,
  details: Type.Object({ status: AzureStatus, reason: Type.String() }),
})
export type HealthAzure = Static<typeof HealthAzure>

/** What the dashboard keeps for everybody who uses it: texts, numbers, switches. */
export const UiSettings = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))
export type UiSettings = Static<typeof UiSettings>

export const DashboardConfig = Type.Object({
  timezone: Type.String(),
  ws_ping_interval_ms: count,
  log_buffer_maxlen: count,
  log_message_maxlen: count,
  ui: UiSettings,
})
export type DashboardConfig = Static<typeof DashboardConfig>

export const UiSettingsBody = Type.Object({ ui: Type.Record(Type.String(), Type.Unknown()) })

export const UiSettingsAnswer = Type.Object({ status: Type.Literal('ok'), ui: UiSettings })
export type UiSettingsAnswer = Static<typeof UiSettingsAnswer>

/** `cleared_at`: when its condition ended; left out while it lasts. */
export const AlertAck = Type.Object({
  status: Type.Literal('success'),
  message: Type.String(),
  alert: Type.Intersect([
    Alert,
    Type.Object({ acknowledged_by: Type.String(), acknowledged_at: IsoTime, cleared_at: Type.Optional(IsoTime) }),
  ]),
})
export type AlertAck = Static<typeof AlertAck>
