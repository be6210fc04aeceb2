/** Owns: the calls about agents. Must not know: HTTP, how a token is made. */
import type {
  AgentRecord,
  AgentRegistration,
  AgentStatus,
  HeartbeatAnswer,
  RegisterAnswer,
  TempTokenAnswer,
  UnregisterAnswer,
} from '@arcp/protocol'
import type { Call, CallOptions } from './call.ts'
import { isAgentRecord, isAgentRecords, isHeartbeat, isRegistered, isTempToken, isUnregistered } from './shapes.ts'
import type { TokenBook } from './token-book.ts'

type MayBeLeftOut =
  | 'features'
  | 'max_tokens'
  | 'language_support'
  | 'rate_limit'
  | 'requirements'
  | 'policy_tags'
  | 'ai_context'

/** What an agent says about itself: the body of a registration, optional fields may be left out. */
export type AgentCard = Omit<AgentRegistration, MayBeLeftOut | 'agent_id'> &
  Partial<Pick<AgentRegistration, MayBeLeftOut>> & { readonly agent_id: string }

export interface TempTokenRequest {
  readonly agent_id: string
  readonly agent_type: string
  readonly agent_key: string
}

export interface RegisterOptions extends CallOptions {
  /** Exchanged for a temp token first. Without it the agent's present token updates its record in place. */
  readonly agentKey?: string
}

export interface ListOptions extends CallOptions {
  readonly agentType?: string
  readonly status?: AgentStatus
  /** An agent with any of them is listed. */
  readonly capabilities?: readonly string[]
  readonly includeMetrics?: boolean
}

export interface AgentsApi {
  /** Exchanges an agent key for a temp token that is good for registering that one id. */
  readonly requestTempToken: (request: TempTokenRequest, options?: CallOptions) => Promise<TempTokenAnswer>
  /** Registers the agent and keeps its access token for the calls about it that follow. */
  readonly register: (card: AgentCard, options?: RegisterOptions) => Promise<RegisterAnswer>
  readonly get: (agentId: string, options?: CallOptions) => Promise<AgentRecord>
  /** All agents, alive and dead. */
  readonly list: (options?: ListOptions) => Promise<readonly AgentRecord[]>
  /** Says that the agent is alive. */
  readonly heartbeat: (agentId: string, options?: CallOptions) => Promise<HeartbeatAnswer>
  /** Removes the agent; its tokens end. */
  readonly unregister: (agentId: string, options?: CallOptions) => Promise<UnregisterAnswer>
}

export function createAgentsApi(call: Call, tokens: TokenBook): AgentsApi {
  const requestTempToken: AgentsApi['requestTempToken'] = (request, options) =>
    call({ method: 'POST', path: '/auth/agent/request_temp_token', body: request, shape: isTempToken }, options)

  const registerWith = async (card: AgentCard, token: string | null, options: CallOptions) => {
    const answer = await call(
      { method: 'POST', path: '/agents/register', body: card, token, shape: isRegistered },
      options,
    )
    tokens.keep(answer.agent_id, answer.access_token)
    return answer
  }

  return {
    requestTempToken,
    register: async (card, options = {}) => {
      const { agent_id, agent_type } = card
      if (options.agentKey === undefined) return registerWith(card, tokens.of(agent_id), options)
      const temp = await requestTempToken({ agent_id, agent_type, agent_key: options.agentKey }, options)
      return registerWith(card, temp.temp_token, options)
    },
    get: (agentId, options) =>
      call({ method: 'GET', path: pathOf(agentId), token: tokens.of(agentId), shape: isAgentRecord }, options),
    list: (options = {}) =>
      call(
        { method: 'GET', path: '/agents', query: listQuery(options), token: tokens.own(), shape: isAgentRecords },
        options,
      ),
    heartbeat: (agentId, options) =>
      call(
        { method: 'POST', path: `${pathOf(agentId)}/heartbeat`, token: tokens.of(agentId), shape: isHeartbeat },
        options,
      ),
    unregister: async (agentId, options) => {
      const token = tokens.of(agentId)
      const answer = await call({ method: 'DELETE', path: pathOf(agentId), token, shape: isUnregistered }, options)
      tokens.forget(agentId)
      return answer
    },
  }
}

function pathOf(agentId: string): string {
  return `/agents/${encodeURIComponent(agentId)}`
}

function listQuery({ agentType, status, capabilities = [], includeMetrics }: ListOptions): URLSearchParams {
  const query = new URLSearchParams()
  if (agentType !== undefined) query.set('agent_type', agentType)
  if (status !== undefined) query.set('status', status)
  for (const capability of capabilities) query.append('capabilities', capability)
  if (includeMetrics !== undefined) query.set('include_metrics', String(includeMetrics))
  return query
}
