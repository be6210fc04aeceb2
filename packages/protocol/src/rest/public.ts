/** Owns: answers under `/public`. Must not know: how agents are found. */
import { Type, type Static } from '@sinclair/typebox'
import { IsoTime } from '../model/time.ts'

const count = Type.Integer({ minimum: 0 })

/** `agent_types` is a number; `available_types` only when there are agents. total = alive + dead. */
export const PublicStats = Type.Object({
  alive_agents: count,
  total_agents: count,
  dead_agents: count,
  agent_types: count,
  system_status: Type.String(),
  last_updated: IsoTime,
  features: Type.Object({
    semantic_search: Type.Boolean(),
    real_time_discovery: Type.Boolean(),
    connection_facilitation: Type.Boolean(),
  }),
  available_types: Type.Optional(Type.Array(Type.String())),
})
export type PublicStats = Static<typeof PublicStats>

export const AgentTypesAnswer = Type.Object({ allowed_agent_types: Type.Array(Type.String()) })
export type AgentTypesAnswer = Static<typeof AgentTypesAnswer>

export const PublicInfo = Type.Object({
  service: Type.String(),
  version: Type.String(),
  public_api: Type.Object({
    available: Type.Boolean(),
    endpoints: Type.Record(Type.String(), Type.String()),
    features: Type.Array(Type.String()),
  }),
  capabilities: Type.Record(Type.String(), Type.Boolean()),
  limits: Type.Object({
    discover_max_limit: count,
    search_max_limit: count,
    rate_limiting: Type.String(),
  }),
  documentation: Type.String(),
  support: Type.String(),
})
export type PublicInfo = Static<typeof PublicInfo>
