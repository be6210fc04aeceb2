// The hub about itself: /, /health, /livez, /readyz.

import { toIso } from '@arcp/protocol/codec'

import type { EmbeddingStatus } from '../../domain/embeddings.ts'
import type { StoreStatus } from '../../domain/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Replica } from '../../live/replica.ts'
import { json } from '../answer.ts'
import type { Handlers } from '../router.ts'

export interface ServiceHandlerDeps {
  readonly replica: Replica
  readonly version: string
  readonly clock: Pick<Clock, 'wall'>
  readonly storage: () => StoreStatus
  readonly embeddings: () => EmbeddingStatus
  /** Why the hub takes no traffic at the moment; undefined when it does. */
  readonly notReady: () => string | undefined
}

type ServiceHandlers = Pick<Handlers, 'root' | 'health' | 'livez' | 'readyz'>

export const serviceHandlers = ({
  replica,
  version,
  clock,
  storage,
  embeddings,
  notReady,
}: ServiceHandlerDeps): ServiceHandlers => ({
  root: () => json({ service: 'ARCP', version, status: health(storage()), dashboard: '/dashboard', docs: '/docs' }),

  health: () => {
    const { total, alive, dead, types } = replica.counts()
    const { kind, available } = storage()
    const meaning = embeddings()
    return json({
      status: health(storage()),
      timestamp: toIso(clock.wall()),
      version,
      uptime: 'operational',
      service: 'ARCP Registry',
      features: {
        vector_search: meaning.available,
        redis_storage: kind === 'redis',
        metrics_tracking: false,
        jwt_authentication: true,
        websocket_broadcasts: true,
      },
      // Running without Redis by choice is healthy.
      storage: { redis: redisStatus(storage()), backup_storage: kind },
      ai_services: { azure_openai: aiStatus(meaning), embeddings: meaning.available },
      agents: {
        total_registered: total,
        alive_agents: alive,
        dead_agents: dead,
        agent_types: Object.fromEntries(types),
        embeddings_stored: meaning.stored,
      },
      performance: { redis_connected: kind === 'redis' && available, ai_client_available: meaning.available },
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

/** Reads go on while nothing can be stored. */
const health = ({ available }: StoreStatus) => (available ? 'healthy' : 'degraded')

const aiStatus = ({ configured, available }: EmbeddingStatus): string => {
  if (!configured) return 'not_configured'
  return available ? 'available' : 'unavailable'
}

const redisStatus = ({ kind, available }: StoreStatus): string => {
  if (kind !== 'redis') return 'embedded'
  return available ? 'connected' : 'error'
}
