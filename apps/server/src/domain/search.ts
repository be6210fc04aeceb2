// Search: alive agents that fit a query, the best first. By meaning where there are embeddings, else by words.

import type { Meter } from '../kernel/meter.ts'
import type { Agent } from './agent.ts'
import type { AgentMetricsView, MetricsRecord } from './agent-metrics.ts'
import type { AgentView } from './ports.ts'
import type { Scored, SearchIndex } from './search-index.ts'

export interface SearchRequest {
  readonly query: string
  readonly topK: number
  /** 0 to 1. */
  readonly minSimilarity: number
  /** An agent must have all of them. */
  readonly capabilities: readonly string[]
  readonly type: string | null
  /** The order counts reputation. */
  readonly weighted: boolean
}

export interface Found {
  readonly agent: Agent
  /** 0 to 1; without reputation. */
  readonly similarity: number
  /** Undefined for an agent that has reported nothing. */
  readonly metrics: MetricsRecord | undefined
}

/** Similarity by meaning. Undefined when it cannot be told now: then words decide. */
export interface Meaning {
  readonly find: (query: string) => Promise<ReadonlyMap<string, number> | undefined>
}

export interface Search {
  readonly find: (request: SearchRequest) => Promise<readonly Found[]>
}

export interface SearchDeps {
  readonly view: Pick<AgentView, 'get'>
  readonly index: Pick<SearchIndex, 'find'>
  readonly meaning: Meaning
  readonly metrics: Pick<AgentMetricsView, 'get'>
  readonly meter: Pick<Meter, 'searched'>
}

export const createSearch = ({ view, index, meaning, metrics, meter }: SearchDeps): Search => ({
  find: async ({ query, topK, minSimilarity, capabilities, type, weighted }) => {
    const byMeaning = await meaning.find(query)
    meter.searched(byMeaning === undefined ? 'words' : 'meaning')
    const scored = byMeaning === undefined ? index.find(query) : merge(byMeaning, index.find(query))
    const best = createBest(topK)
    for (const { id, similarity } of scored) {
      if (similarity < minSimilarity) continue
      const agent = view.get(id)
      if (agent === undefined || agent.status !== 'alive') continue
      if (type !== null && agent.card.agent_type !== type) continue
      if (!capabilities.every((one) => agent.card.capabilities.includes(one))) continue
      const known = metrics.get(id)
      const rank = weighted ? similarity * trust(known) : similarity
      best.add({ agent, similarity, metrics: known, rank })
    }
    return best.items.map(({ agent, similarity, metrics: known }) => ({ agent, similarity, metrics: known }))
  },
})

/** 0.7 for an agent nobody knows, up to 1.3. */
const trust = (metrics: MetricsRecord | undefined): number =>
  0.7 + 0.6 * Math.min(1, Math.max(0, metrics?.reputationScore ?? 0))

/** An agent whose meaning is not known yet is found by its words. */
const merge = (byMeaning: ReadonlyMap<string, number>, byWords: readonly Scored[]): readonly Scored[] => [
  ...[...byMeaning].map(([id, similarity]) => ({ id, similarity })),
  ...byWords.filter(({ id }) => !byMeaning.has(id)),
]

interface Ranked extends Found {
  readonly rank: number
}

const isBefore = (one: Ranked, other: Ranked): boolean => {
  if (one.rank !== other.rank) return one.rank > other.rank
  const [a, b] = [one.agent, other.agent]
  return a.registeredAt < b.registeredAt || (a.registeredAt === b.registeredAt && a.id < b.id)
}

// The few best of many without ordering the many.
const createBest = (limit: number) => {
  const items: Ranked[] = []
  return {
    items,
    add: (item: Ranked): void => {
      const last = items[limit - 1]
      if (last !== undefined && !isBefore(item, last)) return
      let low = 0
      let high = items.length
      while (low < high) {
        const middle = (low + high) >>> 1
        const other = items[middle]
        if (other !== undefined && isBefore(other, item)) low = middle + 1
        else high = middle
      }
      items.splice(low, 0, item)
      if (items.length > limit) items.pop()
    },
  }
}
