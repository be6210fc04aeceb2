/**
 * Owns: putting the parts together: options in, one object out.
 * Must not know: how any of the parts works.
 */
import type { HealthAnswer, PublicInfo, PublicStats } from '@arcp/protocol'
import { systemEnvironment, type Environment, type FetchLike, type WebSocketConstructor } from './environment.ts'
import { createPublicFrames, type PublicFrames, type PublicFramesOptions } from './live/public-frames.ts'
import { createAgentsApi, type AgentsApi } from './rest/agents.ts'
import { createCall, type CallOptions } from './rest/call.ts'
import { createDiscoveryApi, type DiscoveryApi } from './rest/discovery.ts'
import { createServiceApi } from './rest/service.ts'
import { createTokenBook } from './rest/token-book.ts'
import { createTokensApi, type TokensApi } from './rest/tokens.ts'
import { parseHubUrl } from './hub-url.ts'

/** Milliseconds a call or a connection attempt may take. */
export const DEFAULT_TIMEOUT_MS = 10_000

export interface ClientOptions {
  /** Where the hub is: `http://` or `https://`. */
  readonly url: string
  /** Access token for calls about agents this client did not register itself. */
  readonly token?: string
  /** Default: the global `fetch`. */
  readonly fetch?: FetchLike
  /** Default: the global `WebSocket`; Node 20 has none. */
  readonly WebSocket?: WebSocketConstructor
  /** Milliseconds a call or a connection attempt may take; 10,000 by default. */
  readonly timeout?: number
}

export interface Client extends DiscoveryApi {
  readonly url: string
  readonly agents: AgentsApi
  readonly tokens: TokensApi
  /** Counts of the registry. */
  readonly stats: (options?: CallOptions) => Promise<PublicStats>
  /** Agent types this hub allows. */
  readonly types: (options?: CallOptions) => Promise<readonly string[]>
  /** What the public API offers. */
  readonly info: (options?: CallOptions) => Promise<PublicInfo>
  /** Health of the hub and its parts. */
  readonly health: (options?: CallOptions) => Promise<HealthAnswer>
  /**
   * The frames of `/public/ws`, as they come, across reconnects. Nothing is opened before the first `next()`; ends when
   * the signal aborts or the loop is left; throws when the hub closes for good.
   */
  readonly publicFrames: (options?: PublicFramesOptions) => PublicFrames
}

/** A client of one hub. Holds no connection by itself and needs no closing. */
export function createClient(options: ClientOptions): Client {
  return createClientIn(systemEnvironment(), options)
}

/** The same with the world handed in, for tests. */
export function createClientIn(world: Environment, options: ClientOptions): Client {
  const environment: Environment = {
    ...world,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    ...(options.WebSocket === undefined ? {} : { WebSocket: options.WebSocket }),
  }
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS
  if (!(timeoutMs > 0)) throw new TypeError('timeout must be a number of milliseconds above 0')
  const hub = parseHubUrl(options.url)
  const tokens = createTokenBook(options.token ?? null)
  const call = createCall({ environment, baseUrl: hub.http, timeoutMs })
  return {
    url: hub.http,
    agents: createAgentsApi(call, tokens),
    tokens: createTokensApi(call, tokens),
    ...createDiscoveryApi(call),
    ...createServiceApi(call),
    publicFrames: (frames = {}) => createPublicFrames({ environment, baseUrl: hub.ws, timeoutMs }, frames),
  }
}
