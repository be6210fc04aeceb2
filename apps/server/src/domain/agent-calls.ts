// Calls to agents: somebody asks to be contacted, an agent introduces another, an operator looks whether one is there.

import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Agent } from './agent.ts'
import type { Principal } from './auth.ts'
import type { Outbound } from './outbound.ts'
import type { AgentView } from './ports.ts'

export interface Introduction {
  readonly user_id: string
  readonly user_endpoint: string
  readonly display_name: string
  readonly additional_info: object
}

export interface Notification {
  /** Who tells. */
  readonly agent_id: string
  readonly agent_endpoint: string
  readonly agent_info: object
}

export type CallFault =
  | { readonly kind: 'not-found'; readonly id: string }
  | { readonly kind: 'not-alive'; readonly id: string }
  /** Names another agent as its sender. */
  | { readonly kind: 'not-sender'; readonly agentId: string; readonly target: string }
  | { readonly kind: 'unreachable'; readonly id: string }
  | { readonly kind: 'timeout'; readonly id: string }
  | { readonly kind: 'busy' }

export interface Ping {
  readonly reachable: boolean
  readonly via: 'websocket' | 'http'
  readonly status: number | undefined
  readonly tookMs: number | undefined
}

export interface AgentCalls {
  readonly connect: (
    id: string,
    introduction: Introduction,
  ) => Promise<Result<{ readonly agent: Agent; readonly requestId: string }, CallFault>>
  readonly notify: (id: string, notification: Notification, principal: Principal) => Promise<Result<Agent, CallFault>>
  readonly ping: (id: string) => Promise<Result<Ping, CallFault>>
}

export interface AgentCallDeps {
  readonly view: Pick<AgentView, 'get'>
  readonly outbound: Pick<Outbound, 'send'>
  /** Milliseconds of a round trip on the agent's own socket here; undefined when it has none or does not answer. */
  readonly pingSocket: (agent: Agent) => Promise<number | undefined>
  readonly clock: Pick<Clock, 'wall'>
  readonly random: Random
  /** Epoch milliseconds as the wire carries them. */
  readonly timeText: (at: number) => string
}

export const createAgentCalls = (deps: AgentCallDeps): AgentCalls => {
  const { view, outbound, clock } = deps

  const living = (id: string): Result<Agent, CallFault> => {
    const agent = view.get(id)
    if (agent === undefined) return err({ kind: 'not-found', id })
    return agent.status === 'alive' ? ok(agent) : err({ kind: 'not-alive', id })
  }

  /** Only 200 counts: what else an endpoint may answer is nobody's business who cannot reach it himself. */
  const tell = async (agent: Agent, path: `/${string}`, body: object): Promise<Result<Agent, CallFault>> => {
    const answer = await outbound.send({ method: 'POST', endpoint: agent.card.endpoint, path, body })
    if (answer.ok) return answer.value.status === 200 ? ok(agent) : err({ kind: 'unreachable', id: agent.id })
    return answer.error === 'busy' ? err({ kind: 'busy' }) : err({ kind: answer.error, id: agent.id })
  }

  return {
    connect: async (id, { user_id, user_endpoint, display_name, additional_info }) => {
      const agent = living(id)
      if (!agent.ok) return agent
      const told = await tell(agent.value, '/connection/request', {
        user_id,
        user_endpoint,
        user_display_name: display_name,
        connection_type: 'external_app',
        user_info: additional_info,
        timestamp: deps.timeText(clock.wall()),
        request_source: 'arcp_public_api',
      })
      return told.ok ? ok({ agent: told.value, requestId: `pub_${deps.random.token(18)}` }) : told
    },

    notify: async (id, notification, principal) => {
      const sender = notification.agent_id
      if (principal.kind !== 'admin' && principal.agentId !== sender) {
        return err({ kind: 'not-sender', agentId: principal.agentId, target: sender })
      }
      const agent = living(id)
      return agent.ok ? tell(agent.value, '/connection/notify', notification) : agent
    },

    ping: async (id) => {
      const agent = view.get(id)
      if (agent === undefined) return err({ kind: 'not-found', id })
      const roundTrip = await deps.pingSocket(agent)
      if (roundTrip !== undefined) {
        return ok({ reachable: true, via: 'websocket', status: undefined, tookMs: roundTrip })
      }
      const answer = await outbound.send({ method: 'GET', endpoint: agent.card.endpoint, path: '/health' })
      if (!answer.ok && answer.error === 'busy') return err({ kind: 'busy' })
      if (!answer.ok) return ok({ reachable: false, via: 'http', status: undefined, tookMs: undefined })
      const { status, tookMs } = answer.value
      return ok({ reachable: status < 500, via: 'http', status, tookMs })
    },
  }
}
