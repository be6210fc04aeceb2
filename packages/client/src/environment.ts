/**
 * Owns: what the client takes from the world (fetch, sockets, time, chance), as small as it is used.
 * Must not know: ARCP. Globals are read when a client is made, never at import.
 */

export interface FetchResponse {
  readonly status: number
  readonly headers: { get: (name: string) => string | null }
  text: () => Promise<string>
}

export interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal: AbortSignal
}

/** The part of `fetch` that is used; the global one fits. */
export type FetchLike = (url: string, init: FetchInit) => Promise<FetchResponse>

/** The part of a WebSocket that is used; the global one and the one of `ws` fit. */
export interface WebSocketLike {
  send(data: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: unknown) => void): void
}

export type WebSocketConstructor = new (url: string) => WebSocketLike

export interface Environment {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Runs `act` once after `ms`; the returned function calls it off. */
  readonly after: (ms: number, act: () => void) => () => void
  /** From 0 to below 1. */
  readonly random: () => number
  readonly fetch: FetchLike
  /** Null where the runtime has none (Node 20). */
  readonly WebSocket: WebSocketConstructor | null
}

export function systemEnvironment(): Environment {
  return {
    now: () => Date.now(),
    after: (ms, act) => {
      const timer = setTimeout(act, ms)
      return () => clearTimeout(timer)
    },
    random: () => Math.random(),
    // Looked up at each call, and called as a plain function: a page may have wrapped it.
    fetch: (url, init) => globalThis.fetch(url, init),
    WebSocket: typeof globalThis.WebSocket === 'function' ? globalThis.WebSocket : null,
  }
}
