// The hub about itself: /, /health, /livez, /readyz.

import { toIso } from '@arcp/protocol/codec'
import type { HealthReport } from '@arcp/protocol/model'

import { azureStatus, redisStatus, type SearchState } from '../../domain/health.ts'
import type { StoreStatus } from '../../domain/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Replica } from '../../live/replica.ts'
import { json } from '../answer.ts'
import type { Handlers } from '../router.ts'

export interface ServiceHandlerDeps {
  readonly replica: Replica
  readonly version: string
  readonly clock: Pick<Clock, 'wall'>
  readonly health: () => HealthReport
  readonly storage: () => StoreStatus
  readonly search: () => SearchState
  /** Why the hub takes no traffic at the moment; undefined when it does. */
  readonly notReady: () => string | undefined
}

type ServiceHandlers = Pick<Handlers, 'root' | 'health' | 'livez' | 'readyz'>

export const serviceHandlers = ({
  replica,
  version,
  clock,
  health,
  storage,
  search,
  notReady,
}: ServiceHandlerDeps): ServiceHandlers => ({
  root: () => json({ service: 'ARCP', version, status: health().status, dashboard: '/dashboard', docs: '/docs' }),

  health: () => {
    const { total, alive, dead, types } = replica.counts()
    const { kind, available } = storage()
    const found = search()
    return json({
      status: health().status,
      timestamp: toIso(clock.wall()),
      version,
      uptime: 'operational',
      service: 'ARCP Registry',
      features: features(storage(), found),
      storage: { redis: redisStatus(storage()), backup_storage: kind },
      ai_services: { azure_openai: azureStatus(found), embeddings: found.available },
      agents: {
        total_registered: total,
        alive_agents: alive,
        dead_agents: dead,
        agent_types: Object.fromEntries(types),
        embeddings_stored: found.stored,
      },
      performance: { redis_connected: kind === 'redis' && available, ai_client_available: found.available },
    })
  },

  livez: () => json({ status: 'ok' }),

  readyz: () => {
    const reason = notReady()
    if (reason !== undefined) return json({ status: 'not-ready', reason }, 503)
    // Every hub loses the same store at the same time: taking all of them out of service would end the reads as well.
    return json(storage().available ? { status: 'ready' } : { status: 'degraded', reason: 'store-away' })
  },
})

/** What this hub does, truly: the same wherever it is asked. */
export const features = ({ kind }: StoreStatus, { available }: SearchState) => ({
  vector_search: available,
  redis_storage: kind === 'redis',
  metrics_tracking: true,
  jwt_authentication: true,
  websocket_broadcasts: true,
})
