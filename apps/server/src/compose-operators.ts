// What operators see and may do, as other parts of the hub keep it.

import type { Operators } from './compose-dashboard.ts'
import type { StoreStatus } from './domain/ports.ts'
import type { Replica } from './live/replica.ts'

const nothing = (): void => undefined

/** Figures that nobody measures are unknown; the books are empty. */
export const composeOperators = (replica: Pick<Replica, 'counts'>, storage: () => StoreStatus): Operators => ({
  metrics: { get: () => undefined, all: () => [] },
  monitoring: {
    requests: () => ({ total: null, meanTime: null, errorRate: null }),
    resources: () => ({ cpu: null, memory: null, network: null, storage: null }),
  },
  health: () => {
    const { total, alive: active } = replica.counts()
    const { kind, available } = storage()
    const status = available ? 'healthy' : 'degraded'
    return {
      status,
      reason: available ? 'All systems operational' : 'Nothing can be stored',
      components: {
        storage: { status, redis: available ? (kind === 'redis' ? 'connected' : 'embedded') : 'error' },
        agents: { total, active, status: 'healthy', connectivity_ratio: total === 0 ? 1 : active / total },
        ai_services: { status: 'healthy', azure_openai: 'not_configured' },
      },
    }
  },
  log: { append: nothing, newest: () => [], count: () => 0, clear: nothing, onEntry: () => nothing },
  alerts: {
    all: () => [],
    add: (alerts) => alerts,
    acknowledge: () => false,
    clear: () => 0,
    onRaised: () => nothing,
  },
})
