// What the channels need to know of the configuration. Times in milliseconds, sizes in bytes.

import type { Endpoint } from './session.ts'

export interface EndpointSettings {
  /** Between two periodic frames (`*_WS_INTERVAL`). */
  readonly intervalMs: number
  /** To authenticate, and to answer a ping (`*_WS_TIMEOUT`). */
  readonly timeoutMs: number
  /** Of silence before a ping (`*_WS_PING_INTERVAL`). */
  readonly pingMs: number
  /** Sockets per hub, 0 for no limit (`*_WS_MAX_CONNECTIONS`). */
  readonly maxConnections: number
  /** Largest inbound frame. */
  readonly maxPayload: number
  /** Unsent bytes up to which a socket is still answered. */
  readonly maxBacklog: number
}

export interface ChannelSettings {
  readonly endpoints: Readonly<Record<Endpoint, EndpointSettings>>
  /** `AGENT_HEARTBEAT_TIMEOUT`. */
  readonly heartbeatTimeoutMs: number
  readonly framesPerS: number
  readonly framesBurst: number
  readonly pingsPerS: number
  readonly maxPendingAuth: number
  readonly maxPendingAuthPerAddress: number
  /** Addresses of proxies: many clients share one, so the limit per address does not hold for them. */
  readonly isProxy: (address: string) => boolean
  readonly maxBackpressure: number
  readonly maxBufferedTotal: number
  readonly slowConsumerMs: number
  readonly legacyListMax: number
  readonly broadcastMs: number
}
