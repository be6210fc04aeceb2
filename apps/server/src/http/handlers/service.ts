// The hub about itself: /, /health, /livez, /readyz.

import { toIso } from '@arcp/protocol/codec'

import type { Clock } from '../../kernel/clock.ts'
import type { Replica } from '../../live/replica.ts'
import { json } from '../answer.ts'
import type { Handlers } from '../router.ts'

export interface ServiceHandlerDeps {
  readonly replica: Replica
  readonly version: string
  readonly clock: Pick<Clock, 'wall'>
  /** Why the hub takes no traffic at the moment; undefined when it does. */
  readonly notReady: () => string | undefined
}

type ServiceHandlers = Pick<Handlers, 'root' | 'health' | 'livez' | 'readyz'>

export const serviceHandlers = ({ replica, version, clock, notReady }: ServiceHandlerDeps): ServiceHandlers => ({
  root: () => json({ service: 'ARCP', version, status: 'healthy', dashboard: '/dashboard', docs: '/docs' }),

  health: () => {
    const { total, alive, dead, types } = replica.counts()
    return json({
      status: 'healthy',
      timestamp: toIso(clock.wall()),
      version,
      uptime: 'operational',
      service: 'ARCP Registry',
      features: {
        vector_search: false,
        redis_storage: false,
        metrics_tracking: false,
        jwt_authentication: true,
        websocket_broadcasts: true,
      },
      // Running without Redis by choice is healthy.
      storage: { redis: 'embedded', backup_storage: 'memory' },
      ai_services: { azure_openai: 'not_configured', embeddings: false },
      agents: {
        total_registered: total,
        alive_agents: alive,
        dead_agents: dead,
        agent_types: Object.fromEntries(types),
        embeddings_stored: 0,
      },
      performance: { redis_connected: false, ai_client_available: false },
    })
  },

  livez: () => json({ status: 'ok' }),

  readyz: () => {
    const reason = notReady()
    return reason === undefined ? json({ status: 'ready' }) : json({ status: 'not-ready', reason }, 503)
  },
})
