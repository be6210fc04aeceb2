/** Owns: finding agents without a token. Must not know: HTTP. */
import type { AgentRecord } from '@arcp/protocol'
import type { Call, CallOptions } from './call.ts'
import { isAgentRecords } from './shapes.ts'

export interface DiscoverOptions extends CallOptions {
  readonly agentType?: string
  /** An agent must have all of them. */
  readonly capabilities?: readonly string[]
  /** 0 to 100; the hub takes 50 when left out. */
  readonly limit?: number
  readonly offset?: number
}

export interface DiscoveryApi {
  /** Alive agents, a page at a time. */
  readonly discover: (options?: DiscoverOptions) => Promise<readonly AgentRecord[]>
}

export function createDiscoveryApi(call: Call): DiscoveryApi {
  return {
    discover: (options = {}) =>
      call({ method: 'GET', path: '/public/discover', query: queryOf(options), shape: isAgentRecords }, options),
  }
}

function queryOf({ agentType, capabilities = [], limit, offset }: DiscoverOptions): URLSearchParams {
  const query = new URLSearchParams()
  if (agentType !== undefined) query.set('agent_type', agentType)
  for (const capability of capabilities) query.append('capabilities', capability)
  if (limit !== undefined) query.set('limit', String(limit))
  if (offset !== undefined) query.set('offset', String(offset))
  return query
}
