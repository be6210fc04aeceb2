import { sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { embeddedText, fold, wordsOf } from './search-words.ts'

describe('words', () => {
  it.each([
    ['Weather-data, v2!', ['weather', 'data', 'v2']],
    ['WEATHER_DATA', ['weather', 'data']],
    ['go C ai', ['go', 'c', 'ai']],
    ['Crème brûlée', ['creme', 'brulee']],
    ['STRASSE Straße', ['strasse', 'strasse']],
    ['ΟΔΟΣ οδός', ['οδοσ', 'οδοσ']],
    ['İstanbul', ['istanbul']],
    ['Ｆｕｌｌ', ['full']],
    ['погода ПОГОДА', ['погода', 'погода']],
    ['天気予報 API', ['天気', '気予', '予報', 'api']],
    ['天', ['天']],
    ['data天気', ['data', '天気']],
    ['.*[a-z]+(x)', ['a', 'z', 'x']],
    ['🙂 \u0000', []],
  ])('of %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  it('are cut to 40 characters, so that one word is not a book', () => {
    expect(wordsOf('x'.repeat(1000))).toEqual(['x'.repeat(40)])
  })

  it('fold is the same twice', () => {
    for (const text of ['İSTANBUL', 'ǅ', 'ﬃ', 'ß', 'Å', 'ΐ']) expect(fold(fold(text))).toBe(fold(text))
  })
})

describe('the text that is embedded', () => {
  it('[decision 7] has every text of the card, ai_context too', () => {
    const card = sampleCard('agent-1', {
      name: 'Name1',
      context_brief: 'The brief of it',
      capabilities: ['cap one'],
      features: ['feat1'],
      ai_context: 'context1',
      metadata: { a: 'meta1', b: ['meta2', { c: 'meta3' }], d: 5, e: true },
    })
    const text = embeddedText(card)
    for (const part of [
      'Name1',
      'The brief of it',
      'cap one',
      'testing',
      'feat1',
      'context1',
      'meta1',
      'meta2',
      'meta3',
    ]) {
      expect(text).toContain(part)
    }
  })

  it('is bounded, and whole characters', () => {
    const card = sampleCard('agent-1', {
      metadata: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, '🙂'.repeat(500)])),
    })
    const text = embeddedText(card)
    expect(text.length).toBeLessThanOrEqual(8000)
    expect(/\p{Surrogate}/u.test(text)).toBe(false)
  })
})
