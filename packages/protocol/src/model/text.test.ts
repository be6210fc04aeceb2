import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText, codePointLength, isSafeText, Text, textProblem, textRules } from './text.ts'

describe('text', () => {
  it('[X62] counts code points as Python does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(codePointLength(text)).toBe(Array.from(text).length)
      }),
    )
    expect(codePointLength('\ud800\ud800\udc00')).toBe(2)
  })

  it('[X53][X54][X55] refuses what deceives or hides', () => {
    const refused = ['\ud800', '\udc00', '\u0000', '\u001f', '\u007f', '\u009b', '\u200b', '\u200e', '\u200f', '\u2028']
    const more = ['\u202a', '\u202e', '\u2060', '\u2066', '\u2069', '\ufeff', '\u061c', '\u{e0041}', '\t', '\n']
    for (const bad of [...refused, ...more]) expect(isSafeText(`a${bad}b`)).toBe(false)
    for (const good of ['café', '日本語', 'שלום', '\u{1F468}\u200d\u{1F469}', 'می\u200cخواهم', '\u{1F600}']) {
      expect(isSafeText(good)).toBe(true)
    }
  })

  it('lets lines pass where told', () => {
    expect(isSafeText('a\r\n\tb', true)).toBe(true)
    expect(isSafeText('a\u0000b', true)).toBe(false)
    expect(isSafeText('a\u202eb', true)).toBe(false)
  })

  it('checks the length before any pattern', () => {
    const rules = textRules(Text({ minLength: 2, maxLength: 4, pattern: '^a+$' }))
    expect(textProblem(rules, 'a')).toBe('short')
    expect(textProblem(rules, 'aaa')).toBeNull()
    expect(textProblem(rules, 'aab')).toBe('pattern')
    expect(textProblem(rules, 'a'.repeat(1_000_000))).toBe('long')
  })

  it('cleans and cuts', () => {
    expect(cleanText('a\u0000b\u202ec', 10)).toBe('abc')
    expect(cleanText('\u{1F600}'.repeat(9), 3)).toBe('\u{1F600}'.repeat(3))
  })

  it('is an ordinary string in JSON Schema', () => {
    expect(
      JSON.parse(JSON.stringify(Text({ minLength: 2, maxLength: 4, pattern: '^a+$', lines: true }))),
    ).toStrictEqual({
      type: 'string',
      minLength: 2,
      maxLength: 4,
      pattern: '^a+$',
    })
  })
})
