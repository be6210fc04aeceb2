import { TypeCompiler } from '@sinclair/typebox/compiler'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SearchBody, parseSearchBody, parseSearchQuery, type SearchRequest } from './parse-search.ts'
import type { Parsed } from './parsed.ts'

const defaults = { topK: 10, minSimilarity: 0.5 }
const plain: SearchRequest = {
  query: 'weather data',
  top_k: 10,
  min_similarity: 0.5,
  capabilities: null,
  weighted: false,
  agent_type: null,
}
const pathsOf = (result: Parsed<unknown>) => (result.ok ? [] : result.issues.map(({ path }) => path))

describe('parseSearchBody', () => {
  it.each<[string, object, Partial<SearchRequest>]>([
    ['only a query', {}, {}],
    ['a query is trimmed', { query: '  weather data\n' }, {}],
    [
      'nulls are as if left out',
      { top_k: null, min_similarity: null, capabilities: null, weighted: null, agent_type: null },
      {},
    ],
    ['the bounds', { top_k: 100, min_similarity: 1 }, { top_k: 100, min_similarity: 1 }],
    ['the other bounds', { top_k: 1, min_similarity: 0, query: 'ab' }, { top_k: 1, min_similarity: 0, query: 'ab' }],
    ['-0 is 0', { min_similarity: -0 }, { min_similarity: 0 }],
    ['capabilities, blanks dropped', { capabilities: [' a b ', ' '] }, { capabilities: ['a b'] }],
    [
      'twenty capabilities',
      { capabilities: Array.from({ length: 20 }, () => 'abc') },
      { capabilities: Array.from({ length: 20 }, () => 'abc') },
    ],
    ['a type', { agent_type: 'monitoring', weighted: true }, { agent_type: 'monitoring', weighted: true }],
    ['any script', { query: '天気 données' }, { query: '天気 données' }],
    ['other keys are ignored', { limit: 5, constructor: 1 }, {}],
  ])('takes %s', (_, fields, expected) => {
    expect(parseSearchBody({ query: 'weather data', ...fields }, defaults)).toStrictEqual({
      ok: true,
      value: { ...plain, ...expected },
    })
  })

  it.each<[string, unknown, string]>([
    ['no object', ['x'], ''],
    ['no query', {}, '/query'],
    ['null', { query: null }, '/query'],
    ['a number', { query: 12 }, '/query'],
    ['one character', { query: ' a ' }, '/query'],
    ['1001 characters', { query: 'a'.repeat(1001) }, '/query'],
    ['NUL', { query: 'a\u0000b' }, '/query'],
    ['a lone surrogate', { query: 'ab\uD800' }, '/query'],
    ['top_k 0', { query: 'ab', top_k: 0 }, '/top_k'],
    ['top_k 101', { query: 'ab', top_k: 101 }, '/top_k'],
    ['top_k 1.5', { query: 'ab', top_k: 1.5 }, '/top_k'],
    ['top_k 1e308', { query: 'ab', top_k: 1e308 }, '/top_k'],
    ['top_k as text', { query: 'ab', top_k: '5' }, '/top_k'],
    ['top_k true', { query: 'ab', top_k: true }, '/top_k'],
    ['similarity -0.1', { query: 'ab', min_similarity: -0.1 }, '/min_similarity'],
    ['similarity 1.1', { query: 'ab', min_similarity: 1.1 }, '/min_similarity'],
    ['similarity infinite', { query: 'ab', min_similarity: Number.POSITIVE_INFINITY }, '/min_similarity'],
    ['similarity as text', { query: 'ab', min_similarity: '0.5' }, '/min_similarity'],
    ['no capability', { query: 'ab', capabilities: [] }, '/capabilities'],
    ['blank capabilities', { query: 'ab', capabilities: [' '] }, '/capabilities'],
    ['21 capabilities', { query: 'ab', capabilities: Array.from({ length: 21 }, () => 'abc') }, '/capabilities'],
    ['a capability of one character', { query: 'ab', capabilities: ['ok', 'x'] }, '/capabilities/1'],
    ['a capability with a dot', { query: 'ab', capabilities: ['a.*b'] }, '/capabilities/0'],
    ['capabilities as text', { query: 'ab', capabilities: 'abc' }, '/capabilities'],
    ['weighted as text', { query: 'ab', weighted: 'true' }, '/weighted'],
    ['a type of one character', { query: 'ab', agent_type: 'a' }, '/agent_type'],
    ['a type with a blank', { query: 'ab', agent_type: 'a b' }, '/agent_type'],
  ])('[decision 12] refuses %s', (_, body, path) => {
    const result = parseSearchBody(body, defaults)
    expect(pathsOf(result)).toStrictEqual([path])
  })

  it('never throws on any JSON, and takes whatever its schema takes', () => {
    const check = TypeCompiler.Compile(SearchBody)
    const keys = fc.constantFrom('query', 'top_k', 'min_similarity', 'capabilities', 'weighted', 'agent_type')
    const input = fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue()))
    fc.assert(
      fc.property(input, (body) => {
        const { ok } = parseSearchBody(body, defaults)
        if (ok) expect(typeof body).toBe('object')
      }),
      { numRuns: 2000 },
    )
    expect(check.Check({ query: 'weather', top_k: 3, capabilities: null })).toBe(true)
  })
})

describe('parseSearchQuery', () => {
  const parse = (text: string) => parseSearchQuery(new URLSearchParams(text), { topK: 3, minSimilarity: 0.5 })

  it('reads every parameter; a repeated key is a list', () => {
    expect(
      parse(
        'query=weather+data&top_k=7&min_similarity=.25&capabilities=a1&capabilities=b2&weighted=True&agent_type=testing',
      ),
    ).toStrictEqual({
      ok: true,
      value: {
        query: 'weather data',
        top_k: 7,
        min_similarity: 0.25,
        capabilities: ['a1', 'b2'],
        weighted: true,
        agent_type: 'testing',
      },
    })
    expect(parse('query=weather+data')).toStrictEqual({ ok: true, value: { ...plain, top_k: 3 } })
  })

  it.each([
    ['', '/query'],
    ['query=', '/query'],
    ['query=a', '/query'],
    ['query=ab&top_k=0', '/top_k'],
    ['query=ab&top_k=1e2', '/top_k'],
    ['query=ab&top_k=', '/top_k'],
    ['query=ab&min_similarity=2', '/min_similarity'],
    ['query=ab&min_similarity=NaN', '/min_similarity'],
    ['query=ab&min_similarity=0x1', '/min_similarity'],
    ['query=ab&min_similarity=.', '/min_similarity'],
    ['query=ab&capabilities=', '/capabilities'],
    ['query=ab&weighted=maybe', '/weighted'],
    ['query=ab&agent_type=a*', '/agent_type'],
  ])('refuses %s', (text, path) => {
    expect(pathsOf(parse(text))).toStrictEqual([path])
  })
})
