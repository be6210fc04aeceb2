// Routes under /public: what anybody may see. Alive agents only.

import { DISCOVER_LIMIT, parseDiscoverQuery, SEARCH_TOP_K } from '@arcp/protocol/rest'
import { toIso } from '@arcp/protocol/codec'

import type { EmbeddingStatus } from '../../domain/embeddings.ts'
import type { StoreStatus } from '../../domain/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import { restRecord } from '../../live/record-text.ts'
import { isAlive, type Replica } from '../../live/replica.ts'
import { invalid, json, jsonText, problem } from '../answer.ts'
import { agentNotFound } from '../faults.ts'
import type { Handlers } from '../router.ts'
import { recordList } from './agents.ts'

export interface PublicHandlerDeps {
  readonly replica: Replica
  readonly allowedTypes: readonly string[]
  readonly version: string
  readonly clock: Pick<Clock, 'wall'>
  readonly storage: () => StoreStatus
  readonly embeddings: () => EmbeddingStatus
}

type PublicHandlers = Pick<Handlers, 'discover' | 'getPublicAgent' | 'publicStats' | 'agentTypes' | 'publicInfo'>

export const publicHandlers = ({
  replica,
  allowedTypes,
  version,
  clock,
  storage,
  embeddings,
}: PublicHandlerDeps): PublicHandlers => ({
  discover: ({ query }) => {
    const wanted = parseDiscoverQuery(query)
    if (!wanted.ok) return invalid(wanted.issues)
    const { agent_type: type, capabilities, limit, offset } = wanted.value
    const alive = replica.alive(type)
    const found =
      capabilities.length === 0
        ? alive
        : alive.filter(({ agent }) => capabilities.every((one) => agent.card.capabilities.includes(one)))
    return jsonText(recordList(found.slice(offset, offset + limit)))
  },

  getPublicAgent: ({ agentId }) => {
    const entry = replica.entry(agentId)
    if (entry === undefined) return agentNotFound(agentId)
    if (!isAlive(entry)) {
      return problem('agent-not-available', 'This agent is registered and not alive', { agent_id: agentId })
    }
    return jsonText(restRecord(entry))
  },

  publicStats: () => {
    const { alive, total, types } = replica.counts()
    return json({
      alive_agents: alive,
      total_agents: total,
      dead_agents: total - alive,
      agent_types: types.size,
      system_status: storage().available ? 'operational' : 'degraded',
      last_updated: toIso(clock.wall()),
      features: {
        semantic_search: embeddings().available,
        real_time_discovery: true,
        connection_facilitation: true,
      },
      ...(types.size > 0 ? { available_types: [...types.keys()] } : {}),
    })
  },

  agentTypes: () => json({ allowed_agent_types: allowedTypes }),

  publicInfo: () =>
    json({
      service: 'ARCP (Agent Registry & Control Protocol)',
      version,
      public_api: {
        available: true,
        endpoints: {
          discover: '/public/discover - Alive agents, filtered and paged',
          search: '/public/search - Alive agents that fit a query',
          agent_details: '/public/agent/{agent_id} - One alive agent',
          stats: '/public/stats - Counts of the registry',
          agent_types: '/public/agent_types - Types that may register',
          connect: '/public/connect/{agent_id} - Ask an agent to get in touch',
          websocket: '/public/ws - Every change, live',
        },
        features: [
          'Agent discovery and browsing',
          'Search',
          'Public agent profiles',
          'Connection requests to agents',
          'Live updates over WebSocket',
        ],
      },
      capabilities: {
        vector_search: embeddings().available,
        real_time_updates: true,
        agent_filtering: true,
        pagination: true,
        websocket_pagination: true,
      },
      limits: {
        discover_max_limit: DISCOVER_LIMIT.max,
        search_max_limit: SEARCH_TOP_K.max,
        rate_limiting: 'Applied per IP address',
      },
      documentation: '/docs',
      support: 'https://github.com/0x00K1/ARCP/support',
    }),
})
