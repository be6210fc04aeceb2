// The Meter port by prom-client, and the text that Prometheus scrapes.

import type { Meter } from '../kernel/meter.ts'
import { frameType } from './frame-types.ts'
import { addGauges, type GaugeSources } from './gauges.ts'
import { createProm } from './prom.ts'

export interface Metrics extends Meter {
  readonly text: () => Promise<string>
  readonly contentType: string
}

export interface MetricsOptions {
  readonly version: string
  /** `ALLOWED_AGENT_TYPES`: the only types that are labels. */
  readonly agentTypes: readonly string[]
}

const REQUEST_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const FAN_OUT_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1]

export const createMetrics = (sources: () => GaugeSources, { version, agentTypes }: MetricsOptions): Metrics => {
  const prom = createProm()
  const { counter, tally, histogram } = prom
  // Types are compared without case and kept as given: every spelling would be a series.
  const types = new Set(agentTypes.map((type) => type.toLowerCase()))
  const typeLabel = (type: string): string => (types.has(type.toLowerCase()) ? type.toLowerCase() : 'other')

  const limits = counter('arcp_limit_hits_total', 'Times something was refused because a limit was reached', ['limit'])
  const opened = counter('arcp_websocket_opened_total', 'Sockets opened', ['endpoint'])
  const closed = counter('arcp_websocket_closes_total', 'Sockets closed, by close code', ['endpoint', 'code'])
  const frames = ['endpoint', 'type']
  const framesIn = tally('arcp_websocket_frames_in_total', 'Text frames received', frames)
  const framesOut = tally('arcp_websocket_frames_out_total', 'Text frames sent, one for each receiver', frames)
  const fanOut = histogram('arcp_fan_out_seconds', 'Time to hand a frame to all its receivers', FAN_OUT_BUCKETS)
  const changes = counter('arcp_changes_total', 'Committed changes, by operation', ['op'])
  const registrations = counter('arcp_agent_registrations_total', 'Registrations', ['status', 'agent_type'])
  const ends = counter('arcp_agent_unregistrations_total', 'Ends of registrations', ['status', 'reason'])
  const heartbeats = tally('arcp_agent_heartbeats_total', 'Heartbeats over REST and the socket', ['status'])
  const deaths = counter('arcp_agent_deaths_total', 'Agents that fell silent', [])
  const attempts = counter('arcp_auth_attempts_total', 'Secrets that were shown', ['status', 'auth_type'])
  const alerts = counter('arcp_alerts_raised_total', 'Alerts raised by the rules of the hub', ['type', 'severity'])
  const about = ['method', 'endpoint', 'status_code']
  const requests = tally('arcp_requests_total', 'Requests answered', about)
  const durations = histogram('arcp_request_duration_seconds', 'Time to answer a request', REQUEST_BUCKETS, about)
  const outbound = counter('arcp_outbound_requests_total', 'Calls of the hub to agents', ['outcome'])
  const searches = counter('arcp_searches_total', 'Searches, by what they were answered from', ['by'])
  const vectorSearches = counter('arcp_vector_search_operations_total', 'Searches, as others count them', ['status'])
  const embeddings = counter('arcp_embeddings_requests_total', 'Requests to the embedding service', ['outcome'])
  addGauges(prom, sources, { version, typeLabel })

  return {
    limited: (limit) => limits.inc({ limit }),
    opened: (endpoint) => opened.inc({ endpoint }),
    closed: (endpoint, code) => closed.inc({ endpoint, code: codeLabel(code) }),
    frameIn: (endpoint, text) => framesIn(1, endpoint, frameType('in', text)),
    framesOut: (endpoint, text, receivers) => framesOut(receivers, endpoint, frameType('out', text)),
    fannedOut: (seconds) => fanOut.observe(seconds),
    change: (op) => changes.inc({ op }),
    registered: (status, type) => registrations.inc({ status, agent_type: typeLabel(type) }),
    ended: (status, reason) => ends.inc({ status, reason }),
    heartbeat: (status) => heartbeats(1, status),
    died: () => deaths.inc(),
    auth: (status, type) => attempts.inc({ status, auth_type: type }),
    alert: (type, severity) => alerts.inc({ type, severity }),
    request: (endpoint, given, status, seconds) => {
      const method = methodLabel(given)
      requests(1, method, endpoint, String(status))
      durations.observe({ endpoint, method, status_code: String(status) }, seconds)
    },
    outbound: (outcome) => outbound.inc({ outcome }),
    searched: (by) => {
      searches.inc({ by })
      vectorSearches.inc({ status: by === 'meaning' ? 'success' : 'fallback' })
    },
    embedded: (outcome) => embeddings.inc({ outcome }),
    text: prom.text,
    contentType: prom.contentType,
  }
}

// Labels a peer could choose freely would be a series each.
const codeLabel = (code: number): string =>
  (code >= 1000 && code <= 1015) || (code >= 4000 && code <= 4009) || (code >= 4400 && code < 4600)
    ? String(code)
    : 'other'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const methodLabel = (method: string): string => (METHODS.has(method) ? method : 'other')
