/** Owns: answers under `/agents`. Must not know: handlers. */
import { Type, type Static } from '@sinclair/typebox'
import { AgentRecord, AgentRegistration } from '../model/agent.ts'
import { AgentIdText } from '../model/ids.ts'
import { IsoTime } from '../model/time.ts'

const { properties } = AgentRegistration

/** Body of `POST /agents/register` as it may be sent: what may be null or empty may be missing. */
export const AgentRegistrationBody = Type.Object({
  ...properties,
  features: Type.Optional(Type.Union([properties.features, Type.Null()])),
  policy_tags: Type.Optional(Type.Union([properties.policy_tags, Type.Null()])),
  max_tokens: Type.Optional(properties.max_tokens),
  language_support: Type.Optional(properties.language_support),
  rate_limit: Type.Optional(properties.rate_limit),
  requirements: Type.Optional(properties.requirements),
  ai_context: Type.Optional(properties.ai_context),
})

/** Answer to `POST /agents/register`. The token is good for the new record at once. */
export const RegisterAnswer = Type.Object({
  status: Type.Literal('success'),
  message: Type.String(),
  agent_id: AgentIdText,
  access_token: Type.String(),
})
export type RegisterAnswer = Static<typeof RegisterAnswer>

/** Answer to `GET /agents` and `GET /public/discover`: a bare array. */
export const AgentRecords = Type.Array(AgentRecord)
export type AgentRecords = Static<typeof AgentRecords>

/** `unregistered_by` is `agent (self)` or `admin (<name>)`. */
export const UnregisterAnswer = Type.Object({
  status: Type.Literal('success'),
  message: Type.String(),
  unregistered_by: Type.String(),
})
export type UnregisterAnswer = Static<typeof UnregisterAnswer>

export const HeartbeatAnswer = Type.Object({
  agent_id: AgentIdText,
  status: Type.Literal('success'),
  last_seen: IsoTime,
  metrics: Type.Null(),
})
export type HeartbeatAnswer = Static<typeof HeartbeatAnswer>

/** `POST /agents/{agent_id}/revoke`. */
export const RevokeAnswer = Type.Object({
  status: Type.Literal('success'),
  message: Type.String(),
  agent_id: Type.String(),
  revoked_by: Type.String(),
})
export type RevokeAnswer = Static<typeof RevokeAnswer>
