/** Owns: answers of the routes by which the hub calls an agent. Must not know: how it is called. */
import { Type, type Static } from '@sinclair/typebox'
import { agentTexts } from '../model/agent.ts'
import { AgentIdText, AgentTypeText } from '../model/ids.ts'
import { AgentRequirements } from '../model/requirements.ts'
import { IsoTime } from '../model/time.ts'

/** Answer to `POST /public/connect/{agent_id}`: the agent was told and will turn to the user itself. */
export const ConnectAnswer = Type.Object({
  status: Type.Literal('connection_requested'),
  message: Type.String(),
  next_steps: Type.String(),
  agent_info: Type.Object({
    name: agentTexts.name,
    agent_type: AgentTypeText,
    capabilities: Type.Array(agentTexts.capability, { minItems: 1 }),
    requirements: Type.Union([AgentRequirements, Type.Null()]),
  }),
  /** Unlike any other. */
  request_id: Type.String({ minLength: 8, maxLength: 50 }),
  timestamp: IsoTime,
})
export type ConnectAnswer = Static<typeof ConnectAnswer>

/** Answer to `POST /agents/{agent_id}/connection/notify`: the agent was told. */
export const NotifyAnswer = Type.Object({
  status: Type.Literal('notified'),
  message: Type.String(),
  /** Of the agent that was told. */
  agent_endpoint: agentTexts.endpoint,
  next_step: Type.String(),
})
export type NotifyAnswer = Static<typeof NotifyAnswer>

/** Answer to `POST /agents/{agent_id}/ping`. */
export const PingAnswer = Type.Object({
  agent_id: AgentIdText,
  reachable: Type.Boolean(),
  /** `websocket`: a ping on the agent's own socket at this hub. `http`: GET /health at its endpoint. */
  via: Type.Union([Type.Literal('websocket'), Type.Literal('http')]),
  /** What the agent answered over HTTP, else null. */
  status_code: Type.Union([Type.Integer(), Type.Null()]),
  /** Milliseconds; null when no answer came. */
  round_trip_ms: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
})
export type PingAnswer = Static<typeof PingAnswer>
