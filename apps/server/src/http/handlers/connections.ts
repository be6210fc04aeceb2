// Routes by which the hub calls an agent: connect, notify, ping.

import { parseConnectBody, parseNotifyBody } from '@arcp/protocol/rest'
import { toIso } from '@arcp/protocol/codec'
import { isAgentId } from '@arcp/protocol/model'

import type { AgentCalls, CallFault } from '../../domain/agent-calls.ts'
import type { RateLimits } from '../../domain/ports.ts'
import { networkOf } from '../../kernel/address.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Meter } from '../../kernel/meter.ts'
import { invalid, json, problem, type Problem } from '../answer.ts'
import { agentNotFound, rateLimited, unavailable } from '../faults.ts'
import type { Gate } from '../gate.ts'
import type { Handlers } from '../router.ts'

export interface ConnectionHandlerDeps {
  readonly gate: Gate
  readonly calls: AgentCalls
  readonly limits: Pick<RateLimits, 'takeConnect'>
  readonly clock: Pick<Clock, 'wall'>
  readonly meter: Pick<Meter, 'limited'>
}

type ConnectionHandlers = Pick<Handlers, 'connect' | 'notifyAgent' | 'pingAgent'>

export const connectionHandlers = ({
  gate,
  calls,
  limits,
  clock,
  meter,
}: ConnectionHandlerDeps): ConnectionHandlers => ({
  connect: async ({ agentId, request, json: readBody }) => {
    const body = await readBody()
    if (!body.ok) return body.error
    const introduction = parseConnectBody(body.value)
    if (!introduction.ok) return invalid(introduction.issues)
    const budget = await limits.takeConnect(networkOf(request.address))
    if (!budget.ok) {
      meter.limited('connect_rate')
      return rateLimited('connect', budget.error.retryAfterS)
    }
    const told = await calls.connect(agentId, introduction.value)
    if (!told.ok) return callProblem(told.error)
    const { agent, requestId } = told.value
    const { name, agent_type, capabilities, requirements } = agent.card
    return json({
      status: 'connection_requested',
      message: `The agent ${name} was asked to get in touch`,
      next_steps: 'The agent will contact your endpoint directly if it accepts',
      agent_info: { name, agent_type, capabilities, requirements },
      request_id: requestId,
      timestamp: toIso(clock.wall()),
    })
  },

  notifyAgent: gate('notifyAgent', async ({ agentId, principal, json: readBody }) => {
    const body = await readBody()
    if (!body.ok) return body.error
    const notification = parseNotifyBody(body.value)
    if (!notification.ok) return invalid(notification.issues)
    const told = await calls.notify(agentId, notification.value, principal)
    if (!told.ok) return callProblem(told.error)
    return json({
      status: 'notified',
      message: `The agent ${told.value.id} was told`,
      agent_endpoint: told.value.card.endpoint,
      next_step: 'Both agents talk to each other directly from here',
    })
  }),

  pingAgent: gate('pingAgent', async ({ agentId }) => {
    const pinged = await calls.ping(agentId)
    if (!pinged.ok) return callProblem(pinged.error)
    const { reachable, via, status, tookMs } = pinged.value
    return json({
      agent_id: agentId,
      reachable,
      via,
      status_code: status ?? null,
      round_trip_ms: tookMs === undefined ? null : Math.round(tookMs * 100) / 100,
    })
  }),
})

const callProblem = (fault: CallFault): Problem => {
  switch (fault.kind) {
    case 'not-found':
      return agentNotFound(fault.id)
    case 'not-alive':
      return problem('agent-not-available', 'This agent is registered and not alive', { agent_id: fault.id })
    case 'not-sender':
      return problem('insufficient-permissions', 'agent_id must be your own: it says who sends this', {
        agent_id: fault.agentId,
        ...(isAgentId(fault.target) ? { target_agent_id: fault.target } : {}),
      })
    case 'unreachable':
      return problem('endpoint-unreachable', 'The agent cannot be reached at its endpoint, or did not accept', {
        agent_id: fault.id,
      })
    case 'timeout':
      return problem('connection-timeout', 'The agent took the connection and did not answer in time', {
        agent_id: fault.id,
      })
    case 'busy':
      return unavailable('This hub is calling as many agents as it may', 1)
  }
}
