// How the hub and its parts are (D4), with the reason. The same judgement stands in /health, in the dashboard's frames
// and behind the gauge of the metrics.

import type { HealthReport } from '@arcp/protocol/model'

import type { StoreStatus } from './ports.ts'

/** What search offers. Not configured, it goes by words; that is a choice, not a fault. */
export interface SearchState {
  readonly configured: boolean
  readonly available: boolean
  /** Embeddings kept. */
  readonly stored: number
}

export const NO_SEARCH: SearchState = { configured: false, available: false, stored: 0 }

export interface HealthInput {
  readonly storage: StoreStatus
  readonly agents: { readonly total: number; readonly alive: number }
  readonly search: SearchState
}

export const ALL_WELL = 'All systems operational'

export const judgeHealth = ({ storage, agents, search }: HealthInput): HealthReport => {
  const { total, alive } = agents
  const connected = agentsStatus(total, alive)
  const reasons = [
    ...(storage.available ? [] : ['Nothing can be stored: reads go on, registering and unregistering are refused']),
    ...(connected === 'healthy'
      ? []
      : [alive === 0 ? `None of ${total} agents is alive` : `${alive} of ${total} agents are alive`]),
    ...(search.configured && !search.available ? ['Embeddings are away: search goes by words'] : []),
  ]
  return {
    status: overall(storage.available, connected, reasons),
    reason: reasons.length === 0 ? ALL_WELL : reasons.join('; '),
    components: {
      storage: { status: storage.available ? 'healthy' : 'unhealthy', redis: redisStatus(storage) },
      agents: {
        total,
        active: alive,
        status: connected,
        // Nobody is missing where nobody is registered.
        connectivity_ratio: total === 0 ? 1 : alive / total,
      },
      ai_services: {
        status: search.configured && !search.available ? 'degraded' : 'healthy',
        azure_openai: azureStatus(search),
      },
    },
  }
}

type Status = 'healthy' | 'degraded' | 'unhealthy'

const agentsStatus = (total: number, alive: number): Status => {
  if (total > 0 && alive === 0) return 'unhealthy'
  return alive * 2 < total ? 'degraded' : 'healthy'
}

// Reads go on while nothing can be stored. With nobody alive to read about, nothing is left that works.
const overall = (stores: boolean, agents: Status, reasons: readonly string[]): Status => {
  if (!stores && agents === 'unhealthy') return 'unhealthy'
  return reasons.length === 0 ? 'healthy' : 'degraded'
}

/** Running without Redis by choice is healthy. */
export const redisStatus = ({ kind, available }: StoreStatus): 'embedded' | 'connected' | 'error' => {
  if (kind !== 'redis') return 'embedded'
  return available ? 'connected' : 'error'
}

export const azureStatus = ({ configured, available }: SearchState): 'not_configured' | 'available' | 'unavailable' => {
  if (!configured) return 'not_configured'
  return available ? 'available' : 'unavailable'
}
