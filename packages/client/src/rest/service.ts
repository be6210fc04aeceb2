/** Owns: the calls about the hub itself. Must not know: HTTP. */
import type { HealthAnswer, PublicInfo, PublicStats } from '@arcp/protocol'
import type { Call, CallOptions } from './call.ts'
import { isAgentTypes, isHealth, isPublicInfo, isPublicStats } from './shapes.ts'

export interface ServiceApi {
  readonly stats: (options?: CallOptions) => Promise<PublicStats>
  readonly types: (options?: CallOptions) => Promise<readonly string[]>
  readonly info: (options?: CallOptions) => Promise<PublicInfo>
  readonly health: (options?: CallOptions) => Promise<HealthAnswer>
}

export function createServiceApi(call: Call): ServiceApi {
  return {
    stats: (options) => call({ method: 'GET', path: '/public/stats', shape: isPublicStats }, options),
    types: async (options) => {
      const answer = await call({ method: 'GET', path: '/public/agent_types', shape: isAgentTypes }, options)
      return answer.allowed_agent_types
    },
    info: (options) => call({ method: 'GET', path: '/public/info', shape: isPublicInfo }, options),
    health: (options) => call({ method: 'GET', path: '/health', shape: isHealth }, options),
  }
}
