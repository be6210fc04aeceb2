import { sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { MetricsRecord } from './agent-metrics.ts'
import type { Agent } from './agent.ts'
import { createSearchIndex } from './search-index.ts'
import { createSearch, type Meaning, type SearchRequest } from './search.ts'
import { silentMeter } from '../kernel/meter.ts'

const agent = (
  id: string,
  at: number,
  over: Readonly<Record<string, unknown>> = {},
  status: Agent['status'] = 'alive',
): Agent => ({
  id,
  incarnation: 1,
  epoch: 'e',
  card: sampleCard(id, over),
  keyId: 'k',
  status,
  registeredAt: at,
  seenAt: at,
})

const AGENTS = [
  agent('late', 3, { name: 'Weather', capabilities: ['weather', 'radar'] }),
  agent('early', 1, { name: 'Weather', capabilities: ['weather', 'radar'] }),
  agent('other-type', 2, { name: 'Weather', capabilities: ['weather', 'radar'], agent_type: 'security' }),
  agent('no-radar', 4, { name: 'Weather', capabilities: ['weather'] }),
  agent('dead-one', 0, { name: 'Weather', capabilities: ['weather', 'radar'] }, 'dead'),
]
const wanted: SearchRequest = {
  query: 'weather',
  topK: 10,
  minSimilarity: 0.5,
  capabilities: [],
  type: null,
  weighted: false,
}
const reputation = (agentId: string, reputationScore: number): MetricsRecord => ({
  agentId,
  reputationScore,
  successRate: 1,
  avgResponseTime: 0,
  totalRequests: 1,
  requestsProcessed: 1,
  averageResponseTime: 0,
  errorRate: 0,
  lastActive: 0,
})

const rig = (over: { readonly meaning?: Meaning; readonly metrics?: Readonly<Record<string, number>> } = {}) => {
  const index = createSearchIndex()
  for (const one of AGENTS) index.put(one.id, one.card)
  const { find } = createSearch({
    view: { get: (id) => AGENTS.find((one) => one.id === id) },
    index,
    meaning: over.meaning ?? { find: () => Promise.resolve(undefined) },
    metrics: {
      get: (id) => {
        const score = over.metrics?.[id]
        return score === undefined ? undefined : reputation(id, score)
      },
    },
    meter: silentMeter,
  })
  return async (request: Partial<SearchRequest> = {}) => find({ ...wanted, ...request })
}
const ids = (found: readonly { readonly agent: Agent }[]) => found.map((one) => one.agent.id)

describe('search', () => {
  it('finds alive agents only; equals stand in the order of registration', async () => {
    const found = ids(await rig()())
    expect(found).not.toContain('dead-one')
    expect(found.filter((id) => id !== 'no-radar')).toEqual(['early', 'other-type', 'late'])
    expect(found).toContain('no-radar')
  })

  it('filters by type, by all capabilities, by similarity, and stops at top_k', async () => {
    const find = rig()
    expect(ids(await find({ type: 'security' }))).toEqual(['other-type'])
    expect(ids(await find({ type: 'secur' }))).toEqual([])
    expect(ids(await find({ capabilities: ['weather', 'radar'] }))).toEqual(['early', 'other-type', 'late'])
    expect(ids(await find({ capabilities: ['sonar'] }))).toEqual([])
    expect(ids(await find({ topK: 1, capabilities: ['radar'] }))).toEqual(['early'])
    expect(ids(await find({ minSimilarity: 1 }))).toEqual([])
    expect(ids(await find({ minSimilarity: 0, query: 'radar nothing else here' }))).toHaveLength(3)
  })

  it('weighted, reputation moves agents; the similarity stays what it is', async () => {
    const find = rig({ metrics: { late: 1, early: 0.2, 'other-type': 7 } })
    const capabilities = ['radar']
    const plain = await find({ capabilities })
    const weighted = await find({ capabilities, weighted: true })
    expect(ids(plain)).toEqual(['early', 'other-type', 'late'])
    // Above 1 counts as 1: equals again stand by registration.
    expect(ids(weighted)).toEqual(['other-type', 'late', 'early'])
    expect(weighted[0]?.similarity).toBe(plain[0]?.similarity)
    expect(weighted[0]?.metrics?.reputationScore).toBe(7)
  })

  it('goes by meaning where there is one, and by words for who has none yet', async () => {
    const meaning = {
      find: async () =>
        new Map([
          ['no-radar', 0.91],
          ['early', 0.6],
          ['dead-one', 1],
          ['late', 0.4],
        ]),
    }
    const found = await rig({ meaning })({ query: 'weather' })
    expect(ids(found).toSorted()).toEqual(['early', 'no-radar', 'other-type'])
    expect(found.find((one) => one.agent.id === 'no-radar')?.similarity).toBe(0.91)
    // Only its words speak for the one without a vector.
    expect(ids(await rig({ meaning })({ query: 'rain' }))).toEqual(['no-radar', 'early'])
  })
})
