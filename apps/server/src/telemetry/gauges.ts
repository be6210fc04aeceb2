// What is read off the hub when somebody asks for its metrics.

import type { HealthStatus, ResourceUtilization } from '@arcp/protocol/model'

import type { LoopDelay } from './loop-delay.ts'
import type { Prom } from './prom.ts'

export const ENDPOINTS = ['public', 'agents', 'dashboard'] as const

/** Read when the text is asked for. */
export interface GaugeSources {
  readonly sockets: (endpoint: (typeof ENDPOINTS)[number]) => number
  readonly behind: () => number
  readonly buffered: () => number
  readonly pendingAuth: () => number
  readonly agents: () => { readonly alive: number; readonly dead: number }
  /** Alive ones, by type. */
  readonly activeAgents: () => ReadonlyMap<string, number>
  readonly leases: () => number
  readonly offset: () => number
  readonly storeAvailable: () => boolean
  readonly searchIndex: () => { readonly agents: number; readonly words: number }
  readonly outboundRunning: () => number
  /** Vectors kept, and agents that wait for theirs. */
  readonly embeddings: () => { readonly stored: number; readonly queued: number }
  readonly resources: () => ResourceUtilization
  readonly health: () => HealthStatus
  readonly loopDelay: () => LoopDelay | null
}

const HEALTH: Readonly<Record<string, number>> = { healthy: 1, degraded: 0.5, unhealthy: 0 }

export interface GaugeOptions {
  readonly version: string
  /** A label for a type of agents: types are settings, and old agents may have ones that are none any more. */
  readonly typeLabel: (type: string) => string
}

export const addGauges = (prom: Prom, sources: () => GaugeSources, { version, typeLabel }: GaugeOptions): void => {
  const { gauge } = prom
  addSystemGauges(prom, sources)
  gauge('arcp_service_info', 'The hub, always 1', (set) => set({ service: 'ARCP', version }, 1), ['service', 'version'])
  gauge('arcp_service_health_status', 'Health: 1 healthy, 0.5 degraded, 0 unhealthy', (set) =>
    set({}, HEALTH[sources().health()] ?? null),
  )
  gauge(
    'arcp_websocket_connections',
    'Open sockets',
    (set) => {
      for (const endpoint of ENDPOINTS) set({ endpoint }, sources().sockets(endpoint))
    },
    ['endpoint'],
  )
  gauge('arcp_websocket_behind', 'Sockets that cannot keep up', (set) => set({}, sources().behind()))
  gauge('arcp_websocket_buffered_bytes', 'Unsent bytes of all sockets', (set) => set({}, sources().buffered()))
  gauge('arcp_websocket_pending_auth', 'Sockets not authenticated in time', (set) => set({}, sources().pendingAuth()))
  gauge(
    'arcp_agents',
    'Registered agents',
    (set) => {
      const { alive, dead } = sources().agents()
      set({ status: 'alive' }, alive)
      set({ status: 'dead' }, dead)
    },
    ['status'],
  )
  gauge(
    'arcp_active_agents',
    'Agents alive, by type',
    (set) => {
      const counts = new Map<string, number>()
      for (const [type, count] of sources().activeAgents()) {
        const label = typeLabel(type)
        counts.set(label, (counts.get(label) ?? 0) + count)
      }
      for (const [type, count] of counts) set({ agent_type: type }, count)
    },
    ['agent_type'],
  )
  gauge('arcp_leases', 'Agents with a running lease', (set) => set({}, sources().leases()))
  gauge('arcp_change_offset', 'Offset of the last applied change', (set) => set({}, sources().offset()))
  gauge('arcp_store_available', 'Whether changes can be committed: 1 or 0', (set) =>
    set({}, sources().storeAvailable() ? 1 : 0),
  )
  gauge('arcp_outbound_running', 'Calls to agents under way', (set) => set({}, sources().outboundRunning()))
  gauge('arcp_search_agents', 'Agents in the search index', (set) => set({}, sources().searchIndex().agents))
  gauge('arcp_search_words', 'Words in the search index', (set) => set({}, sources().searchIndex().words))
  gauge('arcp_embeddings_stored', 'Agents with a vector', (set) => set({}, sources().embeddings().stored))
  gauge('arcp_embeddings_queued', 'Agents that wait for their vector', (set) => set({}, sources().embeddings().queued))
}

// Clients read a line that begins with one of these names and ends with a number: what is not known has no line.
const addSystemGauges = ({ gauge }: Prom, sources: () => GaugeSources): void => {
  gauge('arcp_system_cpu_utilization_percent', 'Load of the processors', (set) => set({}, sources().resources().cpu))
  gauge('arcp_system_memory_utilization_percent', 'Memory in use', (set) => set({}, sources().resources().memory))
  gauge('arcp_system_network_utilization_percent', 'Load of the network', (set) =>
    set({}, sources().resources().network),
  )
  gauge('arcp_system_disk_utilization_percent', 'Disk of ARCP_DATA_DIR in use', (set) =>
    set({}, sources().resources().storage),
  )
  gauge(
    'arcp_event_loop_delay_seconds',
    'How late the event loop was',
    (set) => {
      const delay = sources().loopDelay()
      for (const [quantile, value] of Object.entries(delay ?? {})) set({ quantile }, value)
    },
    ['quantile'],
  )
}
