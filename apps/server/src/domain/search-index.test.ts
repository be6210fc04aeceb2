import { sampleCard } from '@arcp/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createSearchIndex, MAX_WORDS_OF_QUERY } from './search-index.ts'

const CARDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  weather: {
    name: 'Weather Agent',
    agent_type: 'monitoring',
    capabilities: ['weather', 'forecast'],
    context_brief: 'Tells current conditions and forecasts for any city.',
    metadata: { region: 'world' },
  },
  feeds: {
    name: 'Data Feeds',
    agent_type: 'automation',
    capabilities: ['data ingestion', 'cleaning'],
    context_brief: 'Moves data between systems, weather data among them.',
    metadata: { region: 'europe' },
  },
  firewall: {
    name: 'Gatekeeper',
    agent_type: 'security',
    capabilities: ['firewall', 'intrusion detection'],
    context_brief: 'Watches the network and closes what should be closed.',
    metadata: { team: 'blue', notes: ['uses suricata'] },
    features: ['alerting'],
  },
  context: {
    name: 'Helper',
    agent_type: 'automation',
    capabilities: ['assist'],
    context_brief: 'Helps with many small things.',
    metadata: { a: 1 },
    ai_context: 'Call me for questions about photosynthesis and plants.',
  },
}

const filled = () => {
  const index = createSearchIndex()
  for (const [id, card] of Object.entries(CARDS)) index.put(id, sampleCard(id === 'context' ? 'ctx' : id, card))
  return index
}
const scores = (index: ReturnType<typeof filled>, query: string): Record<string, number> =>
  Object.fromEntries(index.find(query).map(({ id, similarity }) => [id, similarity]))
const best = (index: ReturnType<typeof filled>, query: string): string | undefined =>
  index.find(query).toSorted((a, b) => b.similarity - a.similarity)[0]?.id

describe('search index', () => {
  it.each([
    ['weather', 'weather'],
    ['WEATHER', 'weather'],
    ['forecasts for my city', 'weather'],
    ['weather data', 'feeds'],
    ['detect intrusions in the network', 'firewall'],
    ['suricata', 'firewall'],
    ['alerting', 'firewall'],
    ['security', 'firewall'],
    ['photosynthesis', 'context'],
    ['ingest', 'feeds'],
  ])('%j finds %s', (query, id) => {
    const index = filled()
    expect(best(index, query)).toBe(id)
    expect(scores(index, query)[id]).toBeGreaterThanOrEqual(0.5)
  })

  it('the scale: near 1 for all words in the weighty fields, less elsewhere, above 0.5 for half of them', () => {
    const index = filled()
    const of = (query: string, id: string) => scores(index, query)[id] ?? 0
    expect(of('weather forecast', 'weather')).toBeGreaterThan(0.95)
    expect(of('photosynthesis plants', 'context')).toBeGreaterThan(0.8)
    expect(of('photosynthesis plants', 'context')).toBeLessThan(of('weather forecast', 'weather'))
    const half = of('weather data', 'weather')
    expect(half).toBeGreaterThan(0.55)
    expect(half).toBeLessThan(0.85)
    // One word of five that matter is not enough for the ordinary threshold.
    expect(of('weather cooking football opera sailing', 'weather')).toBeLessThan(0.5)
    expect(of('opera', 'weather')).toBe(0)
  })

  it('is no constant, and whole words count more than beginnings, beginnings more than parts', () => {
    const index = filled()
    const [whole, begin, part] = ['weather', 'weath', 'eathe'].map((query) => scores(index, query)['weather'] ?? 0)
    expect(whole).toBeGreaterThan(begin ?? 1)
    expect(begin).toBeGreaterThan(part ?? 1)
    expect(part).toBeGreaterThan(0)
  })

  it('a rare word counts more than one that every agent has', () => {
    const index = createSearchIndex()
    for (let n = 0; n < 50; n += 1) {
      const rare = n === 7 ? 'zebra' : 'plain'
      index.put(`agent-${n}`, sampleCard(`agent-${n}`, { name: 'Common', capabilities: ['common', rare] }))
    }
    index.put('zebra-only', sampleCard('zebra-only', { name: 'Zebra', capabilities: ['zebra'] }))
    const found = scores(index, 'common zebra')
    expect(found['agent-7']).toBeGreaterThan(found['zebra-only'] ?? 1)
    expect(found['zebra-only']).toBeGreaterThan((found['agent-1'] ?? 1) + 0.2)
  })

  it('[decision 7] follows every change, ai_context too', () => {
    const index = filled()
    index.put('context', sampleCard('ctx', { ...CARDS['context'], ai_context: 'Ask me about volcanoes.' }))
    expect(scores(index, 'photosynthesis')).toEqual({})
    expect(scores(index, 'volcanoes')['context']).toBeGreaterThan(0.8)
    index.remove('context')
    index.remove('context')
    expect(scores(index, 'volcanoes')).toEqual({})
    expect(index.size().agents).toBe(3)
  })

  it('keeps nothing of agents that are gone', () => {
    const index = filled()
    for (const id of Object.keys(CARDS)) index.remove(id)
    expect(index.size()).toEqual({ agents: 0, words: 0 })
    expect(index.find('weather data')).toEqual([])
  })

  it('answers queries without a word, and very long ones', () => {
    const index = filled()
    expect(index.find('!? ...')).toEqual([])
    const noise = Array.from({ length: 400 }, (_, n) => `w${n}`).join(' ')
    expect(scores(index, `${noise} weather`)['weather']).toBeUndefined()
    expect(MAX_WORDS_OF_QUERY).toBeLessThan(400)
    expect(scores(index, `weather ${noise}`)['weather']).toBeGreaterThan(0)
  })

  it('[S9] keeps at most 1000 words of an agent', () => {
    const index = createSearchIndex()
    const metadata = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`k${n}`, Array.from({ length: 100 }, (__, m) => `x${n}y${m}`).join(' ')]),
    )
    index.put('big', sampleCard('big', { metadata, name: 'Findable' }))
    expect(index.size().words).toBe(1000)
    expect(scores(index, 'findable')['big']).toBeGreaterThan(0.8)
  })

  it('is the same after any changes as an index built anew', () => {
    const word = fc.constantFrom('weather', 'data', 'net', 'work', 'network', 'ab')
    const step = fc.record({
      id: fc.constantFrom('a-1', 'b-2', 'c-3', 'd-4'),
      words: fc.option(fc.array(word, { minLength: 1, maxLength: 4 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), word, word, (steps, one, two) => {
        const index = createSearchIndex()
        const now = new Map<string, readonly string[]>()
        for (const { id, words } of steps) {
          if (words === undefined) {
            index.remove(id)
            now.delete(id)
          } else {
            index.put(id, sampleCard(id, { capabilities: words }))
            now.set(id, words)
          }
        }
        const anew = createSearchIndex()
        for (const [id, words] of now) anew.put(id, sampleCard(id, { capabilities: words }))
        const query = `${one} ${two}`
        const rounded = (found: Record<string, number>) =>
          Object.fromEntries(Object.entries(found).map(([id, value]) => [id, value.toFixed(6)]))
        expect(rounded(scores(index, query))).toEqual(rounded(scores(anew, query)))
        for (const { similarity } of index.find(query)) {
          expect(similarity).toBeGreaterThan(0)
          expect(similarity).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 200 },
    )
  })
})
