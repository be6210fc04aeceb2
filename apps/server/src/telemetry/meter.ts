// The Meter port by prom-client, and the text that Prometheus scrapes.

import { Counter, Gauge, Histogram, Registry } from 'prom-client'

import type { Meter } from '../kernel/meter.ts'

/** Read when the text is asked for. */
export interface GaugeSources {
  readonly sockets: (endpoint: 'public' | 'agents' | 'dashboard') => number
  readonly behind: () => number
  readonly buffered: () => number
  readonly pendingAuth: () => number
  readonly agents: () => { readonly alive: number; readonly dead: number }
  readonly leases: () => number
  readonly offset: () => number
  readonly storeAvailable: () => boolean
  /** Agents and words of the search index. */
  readonly searchIndex: () => { readonly agents: number; readonly words: number }
  readonly outboundRunning: () => number
  /** Vectors kept, and agents that wait for theirs. */
  readonly embeddings: () => { readonly stored: number; readonly queued: number }
}

export interface Metrics extends Meter {
  readonly text: () => Promise<string>
  readonly contentType: string
}

export const createMetrics = (sources: () => GaugeSources): Metrics => {
  const registers = [new Registry()]
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers })
  const gauge = (
    name: string,
    help: string,
    read: (set: (labels: Record<string, string>, value: number) => void) => void,
    labelNames: string[] = [],
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        read((labels, value) => this.set(labels, value))
      },
    })

  const limits = counter('arcp_limit_hits_total', 'Times something was refused because a limit was reached', ['limit'])
  const opened = counter('arcp_websocket_opened_total', 'Sockets opened', ['endpoint'])
  const closed = counter('arcp_websocket_closes_total', 'Sockets closed, by close code', ['endpoint', 'code'])
  const framesIn = counter('arcp_websocket_frames_in_total', 'Text frames received', ['endpoint'])
  const changes = counter('arcp_changes_total', 'Committed changes, by operation', ['op'])
  const attempts = counter('arcp_auth_attempts_total', 'Secrets that were shown', ['status', 'auth_type'])
  const alerts = counter('arcp_alerts_raised_total', 'Alerts raised by the rules of the hub', ['type', 'severity'])
  const requests = new Histogram({
    name: 'arcp_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'endpoint', 'status_code'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  gauge(
    'arcp_websocket_connections',
    'Open sockets',
    (set) => {
      for (const endpoint of ['public', 'agents', 'dashboard'] as const) set({ endpoint }, sources().sockets(endpoint))
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
  gauge('arcp_leases', 'Agents with a running lease', (set) => set({}, sources().leases()))
  gauge('arcp_change_offset', 'Offset of the last applied change', (set) => set({}, sources().offset()))
  gauge('arcp_store_available', 'Whether changes can be committed: 1 or 0', (set) =>
    set({}, sources().storeAvailable() ? 1 : 0),
  )

  const outbound = counter('arcp_outbound_requests_total', 'Calls of the hub to agents', ['outcome'])
  const searches = counter('arcp_searches_total', 'Searches, by what they were answered from', ['by'])
  const embeddings = counter('arcp_embeddings_requests_total', 'Requests to the embedding service', ['outcome'])
  gauge('arcp_outbound_running', 'Calls to agents under way', (set) => set({}, sources().outboundRunning()))
  gauge('arcp_search_agents', 'Agents in the search index', (set) => set({}, sources().searchIndex().agents))
  gauge('arcp_search_words', 'Words in the search index', (set) => set({}, sources().searchIndex().words))
  gauge('arcp_embeddings_stored', 'Agents with a vector', (set) => set({}, sources().embeddings().stored))
  gauge('arcp_embeddings_queued', 'Agents that wait for their vector', (set) => set({}, sources().embeddings().queued))

  const [register] = registers
  if (register === undefined) throw new Error('no metrics registry')
  return {
    limited: (limit) => limits.inc({ limit }),
    opened: (endpoint) => opened.inc({ endpoint }),
    closed: (endpoint, code) => closed.inc({ endpoint, code: codeLabel(code) }),
    frameIn: (endpoint) => framesIn.inc({ endpoint }),
    change: (op) => changes.inc({ op }),
    auth: (status, type) => attempts.inc({ status, auth_type: type }),
    alert: (type, severity) => alerts.inc({ type, severity }),
    request: (endpoint, method, status, seconds) =>
      requests.observe({ endpoint, method: methodLabel(method), status_code: String(status) }, seconds),
    outbound: (outcome) => outbound.inc({ outcome }),
    searched: (by) => searches.inc({ by }),
    embedded: (outcome) => embeddings.inc({ outcome }),
    text: () => register.metrics(),
    contentType: register.contentType,
  }
}

// Labels a peer could choose freely would be a series each.
const codeLabel = (code: number): string =>
  (code >= 1000 && code <= 1015) || (code >= 4000 && code <= 4009) || (code >= 4400 && code < 4600)
    ? String(code)
    : 'other'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const methodLabel = (method: string): string => (METHODS.has(method) ? method : 'other')
