/**
 * Owns: `/public/ws` as an async iterator that survives reconnects.
 * Must not know: how a connection is kept up.
 */
import { CLOSE, ENDPOINT_PATHS, type PublicDown } from '@arcp/protocol'
import { ArcpError } from '../arcp-error.ts'
import type { Environment } from '../environment.ts'
import { createBoundedQueue } from './bounded-queue.ts'
import type { ConnectionStatus } from './connection-state.ts'
import { driveConnection, type Connection } from './drive-connection.ts'
import { readPublicFrame } from './public-shapes.ts'

/** Frames that may wait for the reader; a hub's longest list is 1 MB, so this is also a bound on memory. */
export const DEFAULT_BUFFER = 64

export interface PublicFramesOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal
  /** Told about every change of the connection. */
  readonly onStatus?: (status: ConnectionStatus) => void
  /** Frames that may wait for a slow reader, 64 by default. Beyond it the oldest are dropped. */
  readonly buffer?: number
  /** Told each time a frame is dropped, with the number dropped so far. */
  readonly onDropped?: (total: number) => void
}

export interface DiscoveryRequest {
  readonly page?: number
  /** 1 to 100; the hub takes 30 when left out. */
  readonly page_size?: number
  readonly agent_type?: string
}

export interface PublicFrames extends AsyncIterableIterator<PublicDown, undefined> {
  /** Asks for a page of alive agents; `discovery_data` answers. False when there is no connection at the moment. */
  readonly requestDiscovery: (request?: DiscoveryRequest) => boolean
  /** Frames dropped so far because nobody read them. */
  readonly dropped: () => number
}

export interface PublicFramesDeps {
  readonly environment: Environment
  /** `ws://` or `wss://`, without a trailing slash. */
  readonly baseUrl: string
  readonly timeoutMs: number
}

export function createPublicFrames(deps: PublicFramesDeps, options: PublicFramesOptions): PublicFrames {
  const { signal } = options
  const queue = createBoundedQueue<PublicDown>(options.buffer ?? DEFAULT_BUFFER, options.onDropped ?? (() => {}))
  let connection: Connection | null = null
  let begun = false

  const onStatus = (status: ConnectionStatus) => {
    if (status.state === 'closed') {
      signal?.removeEventListener('abort', stop)
      queue.end(endOf(status))
    }
    options.onStatus?.(status)
  }

  const begin = () => {
    begun = true
    if (signal?.aborted === true) return queue.clear()
    const { WebSocket } = deps.environment
    if (WebSocket === null) return queue.end(withoutWebSocket())
    signal?.addEventListener('abort', stop, { once: true })
    connection = driveConnection({
      environment: deps.environment,
      WebSocket,
      url: deps.baseUrl + ENDPOINT_PATHS.public,
      timeoutMs: deps.timeoutMs,
      onStatus,
      onText: (text) => {
        const frame = readPublicFrame(text)
        if (frame === null) return
        if (frame.type === 'draining') connection?.draining(frame.spread_ms)
        queue.push(frame)
      },
    })
    connection.start()
  }

  const stop = () => {
    queue.clear()
    connection?.stop()
  }

  const frames: PublicFrames = {
    next: () => {
      if (!begun) begin()
      return queue.next()
    },
    return: () => {
      begun = true
      stop()
      return Promise.resolve({ done: true, value: undefined })
    },
    [Symbol.asyncIterator]: () => frames,
    requestDiscovery: (request = {}) =>
      connection?.send(JSON.stringify({ type: 'get_discovery', ...request })) ?? false,
    dropped: queue.dropped,
  }
  return frames
}

function endOf({ code, reason }: { readonly code: number | null; readonly reason: string }): ArcpError | undefined {
  if (code === null || code === CLOSE.normal.code) return undefined
  const message = `The hub closed the connection: ${code}${reason === '' ? '' : ` ${reason}`}`
  return new ArcpError({ code: 'connection-closed', message })
}

function withoutWebSocket(): ArcpError {
  const message =
    'This runtime has no WebSocket: use Node 22 or newer, or hand one in, as createClient({ url, WebSocket })'
  return new ArcpError({ code: 'unsupported', message })
}
