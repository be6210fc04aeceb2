// Search: POST /public/search, POST and GET /agents/search.

import {
  parseSearchBody,
  parseSearchQuery,
  SEARCH_QUERY_TOP_K,
  type SearchDefaults,
  type SearchRequest,
} from '@arcp/protocol/rest'
import { toIso } from '@arcp/protocol/codec'

import type { MetricsRecord } from '../../domain/agent-metrics.ts'
import type { Found, Search } from '../../domain/search.ts'
import { invalid, json } from '../answer.ts'
import type { Answer, Exchange } from '../exchange.ts'
import type { Gate } from '../gate.ts'
import type { Handlers } from '../router.ts'

export interface SearchHandlerDeps {
  readonly gate: Gate
  readonly search: Search
  readonly defaults: SearchDefaults
}

type SearchHandlers = Pick<Handlers, 'publicSearch' | 'searchAgents' | 'searchAgentsByQuery'>

export const searchHandlers = ({ gate, search, defaults }: SearchHandlerDeps): SearchHandlers => {
  const answer = async (wanted: SearchRequest): Promise<Answer> => {
    const found = await search.find({
      query: wanted.query,
      topK: wanted.top_k,
      minSimilarity: wanted.min_similarity,
      capabilities: wanted.capabilities ?? [],
      type: wanted.agent_type,
      weighted: wanted.weighted,
    })
    return json(found.map((one) => hit(one, wanted.weighted)))
  }

  const byBody = async ({ json: readBody }: Exchange): Promise<Answer> => {
    const body = await readBody()
    if (!body.ok) return body.error
    const wanted = parseSearchBody(body.value, defaults)
    return wanted.ok ? answer(wanted.value) : invalid(wanted.issues)
  }

  return {
    publicSearch: byBody,
    searchAgents: gate('searchAgents', byBody),
    searchAgentsByQuery: gate('searchAgentsByQuery', ({ query }) => {
      const wanted = parseSearchQuery(query, { ...defaults, topK: SEARCH_QUERY_TOP_K })
      return wanted.ok ? answer(wanted.value) : invalid(wanted.issues)
    }),
  }
}

const hit = ({ agent, similarity, metrics }: Found, weighted: boolean) => ({
  id: agent.id,
  name: agent.card.name,
  url: agent.card.endpoint,
  capabilities: agent.card.capabilities,
  version: agent.card.version,
  owner: agent.card.owner,
  similarity: Math.round(similarity * 10_000) / 10_000,
  metrics: weighted && metrics !== undefined ? metricsJson(metrics) : null,
})

const metricsJson = (metrics: MetricsRecord) => ({
  agent_id: metrics.agentId,
  success_rate: metrics.successRate,
  avg_response_time: metrics.avgResponseTime,
  total_requests: metrics.totalRequests,
  last_active: toIso(metrics.lastActive),
  reputation_score: metrics.reputationScore,
  requests_processed: metrics.requestsProcessed,
  average_response_time: metrics.averageResponseTime,
  error_rate: metrics.errorRate,
})
