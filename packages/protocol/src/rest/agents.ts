/** Owns: answers under `/agents`. Must not know: handlers. */
import { Type, type Static } from '@sinclair/typebox'
import { AgentRecord, AgentRegistration } from '../model/agent.ts'
import { AgentIdText } from '../model/ids.ts'
import { AnyJson } from '../model/json-value.ts'
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

/**
 * Answer to `GET /agents` when `limit` or `cursor` is given, ordered by (registered_at, agent_id). `next_cursor` is
 * null on the last page; `total_count` counts all that match now.
 */
export const AgentsPage = Type.Object({
  agents: AgentRecords,
  next_cursor: Type.Union([Type.String(), Type.Null()]),
  total_count: Type.Integer({ minimum: 0 }),
})
export type AgentsPage = Static<typeof AgentsPage>

const { metadata: _metadata, requirements: _requirements, ...replaced } = properties
/** What is inside is merged, too, and taken away by null. */
const inner = Type.Record(Type.String(), AnyJson)
const patchable = Object.fromEntries(
  Object.entries({ ...replaced, metadata: inner, requirements: inner }).map(([name, schema]) => [
    name,
    Type.Union([schema, Type.Null()]),
  ]),
)

/** Body of `PATCH /agents/{agent_id}`: a merge patch (RFC 7396). */
export const AgentPatch = Type.Partial(Type.Object(patchable))

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
