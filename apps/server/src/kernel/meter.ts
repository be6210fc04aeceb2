// Counting what happens, without knowing who reads the numbers. Labels come from small fixed sets only.

export type Limit =
  | 'ws_connections'
  | 'ws_payload'
  | 'ws_frames'
  | 'ws_pings'
  | 'ws_bad_frames'
  | 'ws_pending_auth'
  | 'ws_pending_auth_address'
  | 'ws_slow_consumer'
  | 'ws_buffered_total'
  | 'public_rate'
  | 'login'
  | 'pin'
  | 'password_queue'
  | 'sessions'
  | 'ip_filter'
  | 'headers'
  | 'json_size'
  | 'body_total'
  | 'query_params'
  | 'agent_bytes'
  | 'key_agents'
  | 'alerts'
  | 'connect_rate'
  | 'outbound'
  | 'outbound_host'
  | 'embeddings_queue'
  | 'embeddings_queries'

export type AuthStatus = 'success' | 'failed' | 'limited'
export type AuthType = 'admin' | 'agent_key' | 'pin' | 'refresh_cookie'

export type Outcome = 'success' | 'failed'

export interface Meter {
  /** A limit was reached and something was refused for it. */
  readonly limited: (limit: Limit) => void
  readonly opened: (endpoint: string) => void
  readonly closed: (endpoint: string, code: number) => void
  readonly frameIn: (endpoint: string, text: string) => void
  readonly framesOut: (endpoint: string, text: string, receivers: number) => void
  /** A frame was handed to all who follow its topic. */
  readonly fannedOut: (seconds: number) => void
  readonly change: (op: 'put' | 'status' | 'remove') => void
  /** @param type as the agent gave it */
  readonly registered: (status: Outcome, type: string) => void
  /** A registration ended, or did not. @param reason from a small fixed set */
  readonly ended: (status: Outcome, reason: string) => void
  readonly heartbeat: (status: Outcome) => void
  readonly died: () => void
  /** Somebody showed a secret, and it was right, wrong, or not even looked at. */
  readonly auth: (status: AuthStatus, type: AuthType) => void
  readonly alert: (type: string, severity: string) => void
  readonly request: (route: string, method: string, status: number, seconds: number) => void
  /** The hub called an agent: it answered 200, something else, nothing in time, or was not reached. */
  readonly outbound: (outcome: OutboundOutcome) => void
  /** A search was answered by meaning, or by words. */
  readonly searched: (by: 'meaning' | 'words') => void
  /** The embedding service was asked. */
  readonly embedded: (outcome: 'ok' | 'failed') => void
}

export type OutboundOutcome = 'ok' | 'refused' | 'timeout' | 'unreachable'

const nothing = (): void => undefined

export const silentMeter: Meter = {
  limited: nothing,
  opened: nothing,
  closed: nothing,
  frameIn: nothing,
  framesOut: nothing,
  fannedOut: nothing,
  change: nothing,
  registered: nothing,
  ended: nothing,
  heartbeat: nothing,
  died: nothing,
  auth: nothing,
  alert: nothing,
  request: nothing,
  outbound: nothing,
  searched: nothing,
  embedded: nothing,
}
