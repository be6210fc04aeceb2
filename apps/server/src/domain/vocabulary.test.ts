import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createVocabulary } from './vocabulary.ts'

const of = (...words: string[]) => {
  const vocabulary = createVocabulary()
  for (const word of words) vocabulary.add(word)
  return vocabulary
}
const likeOf = (vocabulary: ReturnType<typeof of>, word: string) => vocabulary.like(word).map((one) => one.word)

describe('vocabulary', () => {
  it('finds a word, then what begins with it, then what contains it', () => {
    const vocabulary = of('data', 'database', 'metadata', 'weather', 'dat')
    const found = vocabulary.like('data')
    expect(found.map(({ word }) => word)).toEqual(['data', 'database', 'metadata'])
    expect(found[0]?.quality).toBe(1)
    expect(found[1]?.quality).toBeLessThan(1)
    expect(found[2]?.quality).toBeLessThan(found[1]?.quality ?? 0)
  })

  it('a word of two characters counts: itself and what begins with it', () => {
    expect(likeOf(of('ai', 'aid', 'maid', 'c'), 'ai')).toEqual(['ai', 'aid'])
    expect(likeOf(of('c', 'cc'), 'c')).toEqual(['c'])
  })

  it('a beginning stands for a longer word, when it is most of it', () => {
    expect(likeOf(of('forecast', 'fore'), 'forecasts')).toEqual(['forecast'])
    expect(likeOf(of('for'), 'forecasts')).toEqual([])
  })

  it('forgets', () => {
    const vocabulary = of('weather', 'whether')
    vocabulary.remove('weather')
    vocabulary.remove('weather')
    expect(likeOf(vocabulary, 'weath')).toEqual([])
    expect(likeOf(vocabulary, 'whet')).toEqual(['whether'])
    expect(vocabulary.size()).toBe(1)
  })

  it('looks at a bounded number of words', () => {
    const vocabulary = of(...Array.from({ length: 5000 }, (_, n) => `agent${n}`))
    expect(vocabulary.like('agent').length).toBeLessThanOrEqual(33)
  })

  it('finds exactly what contains a part of three or more, as a walk through all words would', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 20 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 5 }),
        (words, part) => {
          const expected = [...new Set(words)].filter((one) => one.includes(part))
          const found = likeOf(of(...words), part).filter((one) => one.includes(part))
          expect(found.toSorted()).toEqual(expected.toSorted())
        },
      ),
      { numRuns: 500 },
    )
  })
})
