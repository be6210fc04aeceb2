import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownValue, parseJsonLimited, scanJson } from './json.ts'
import { BODY_LIMITS, FRAME_LIMITS } from './limits.ts'

const WIDE = { maxDepth: 1000, maxTokens: 1_000_000 }

describe('parseJsonLimited', () => {
  it('takes and refuses exactly what JSON.parse does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.string({ unit: 'binary' })), (text) => {
        let expected: unknown = undefined
        try {
          expected = { ok: true, value: JSON.parse(text) }
        } catch {
          expected = { ok: false, reason: 'not-json' }
        }
        expect(parseJsonLimited(text, WIDE)).toStrictEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('is not fooled by brackets and quotes inside strings', () => {
    expect(parseJsonLimited(String.raw`{"a":"[[[[\"[[[[\\"}`, { maxDepth: 1, maxTokens: 2 })).toStrictEqual({
      ok: true,
      value: { a: '[[[["[[[[\\' },
    })
  })

  it('counts depth and elements', () => {
    expect(scanJson('[[1],[2]]', { maxDepth: 2, maxTokens: 4 })).toBe('ok')
    expect(scanJson('[[1],[2]]', { maxDepth: 1, maxTokens: 4 })).toBe('too-deep')
    expect(scanJson('[[1],[2]]', { maxDepth: 2, maxTokens: 3 })).toBe('too-many')
  })

  it('[X49][X50] holds bodies to 16 levels and 65,536 elements', () => {
    expect(parseJsonLimited('['.repeat(17), BODY_LIMITS)).toStrictEqual({ ok: false, reason: 'too-deep' })
    const long = `[${'1,'.repeat(70_000)}1]`
    expect(parseJsonLimited(long, BODY_LIMITS)).toStrictEqual({ ok: false, reason: 'too-many' })
    expect(parseJsonLimited(`[${'1,'.repeat(8000)}1]`, FRAME_LIMITS).ok).toBe(true)
  })

  it('[X51] keeps __proto__ an ordinary own key', () => {
    const parsed = parseJsonLimited('{"__proto__":{"polluted":1}}', BODY_LIMITS)
    expect(parsed.ok && Object.getPrototypeOf(parsed.value)).toBe(Object.prototype)
    expect(ownValue({}, 'constructor')).toBeUndefined()
    expect(ownValue({}, 'polluted')).toBeUndefined()
  })
})
