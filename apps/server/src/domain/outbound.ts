// What the hub may ask of others: one request to an agent's endpoint, whose answer's body nobody reads.

import type { Result } from '../kernel/result.ts'

export interface OutboundRequest {
  readonly method: 'GET' | 'POST'
  /** As the agent registered it. The path is put behind it as it is. */
  readonly endpoint: string
  readonly path: `/${string}`
  /** Sent as JSON. */
  readonly body?: unknown
}

export interface OutboundAnswer {
  readonly status: number
  /** Milliseconds from the request to the end of its answer. */
  readonly tookMs: number
}

/**
 * - `unreachable`: not allowed, not found, not listening, not answering with HTTP: these are never told apart.
 * - `timeout`: it took the connection and gave no whole answer in time.
 * - `busy`: this hub has as many requests under way as it may.
 */
export type OutboundFault = 'unreachable' | 'timeout' | 'busy'

/**
 * Sends one request to an address that was checked, follows nothing, and reads a bounded answer. A fault other than
 * `busy` is told after the same time whatever the reason.
 */
export interface Outbound {
  readonly send: (request: OutboundRequest) => Promise<Result<OutboundAnswer, OutboundFault>>
  /** Requests under way. */
  readonly running: () => number
}
