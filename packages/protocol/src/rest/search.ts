/** Owns: answers of the search routes. Must not know: how a similarity comes about. */
import { Type, type Static } from '@sinclair/typebox'
import { agentTexts } from '../model/agent.ts'
import { AgentIdText } from '../model/ids.ts'
import { AgentMetrics } from '../model/metrics.ts'

/** One agent that was found. `similarity` 0 to 1, four digits; `metrics` only when the search was `weighted`. */
export const SearchHit = Type.Object({
  id: AgentIdText,
  name: agentTexts.name,
  /** The agent's endpoint. */
  url: agentTexts.endpoint,
  capabilities: Type.Array(agentTexts.capability, { minItems: 1 }),
  version: agentTexts.version,
  owner: Type.Union([agentTexts.owner, Type.Null()]),
  similarity: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()]),
  metrics: Type.Union([AgentMetrics, Type.Null()]),
})
export type SearchHit = Static<typeof SearchHit>

/** Answer of the search routes: a bare array, the best first. */
export const SearchHits = Type.Array(SearchHit)
export type SearchHits = Static<typeof SearchHits>
