/** Owns: answers of `/`, `/health`, `/livez` and `/readyz`. Must not know: what is checked. */
import { Type, type Static } from '@sinclair/typebox'
import { AzureStatus, HealthStatus, RedisStatus } from '../model/health.ts'
import { IsoTime } from '../model/time.ts'

const count = Type.Integer({ minimum: 0 })

export const ServiceInfo = Type.Object({
  service: Type.Literal('ARCP'),
  version: Type.String(),
  status: HealthStatus,
  dashboard: Type.String(),
  docs: Type.String(),
})
export type ServiceInfo = Static<typeof ServiceInfo>

/** `GET /health` is always 200; `status` tells. `agents.agent_types` maps type to count. */
export const HealthAnswer = Type.Object({
  status: HealthStatus,
  timestamp: IsoTime,
  version: Type.String(),
  uptime: Type.String(),
  service: Type.String(),
  features: Type.Record(Type.String(), Type.Boolean()),
  storage: Type.Object({ redis: RedisStatus, backup_storage: Type.String() }),
  ai_services: Type.Object({ azure_openai: AzureStatus, embeddings: Type.Boolean() }),
  agents: Type.Object({
    total_registered: count,
    alive_agents: count,
    dead_agents: count,
    agent_types: Type.Record(Type.String(), count),
    embeddings_stored: count,
  }),
  performance: Type.Object({ redis_connected: Type.Boolean(), ai_client_available: Type.Boolean() }),
})
export type HealthAnswer = Static<typeof HealthAnswer>

/** `GET /livez`: the process answers. */
export const LiveAnswer = Type.Object({ status: Type.Literal('ok') })
export type LiveAnswer = Static<typeof LiveAnswer>

/**
 * `GET /readyz`: 503 with the reason while the hub is draining. Otherwise 200, and `degraded` while nothing can be
 * stored (`store-away`): reads and sockets go on.
 */
export const ReadyAnswer = Type.Object({
  status: Type.Union([Type.Literal('ready'), Type.Literal('degraded'), Type.Literal('not-ready')]),
  reason: Type.Optional(Type.String()),
})
export type ReadyAnswer = Static<typeof ReadyAnswer>
