import { describe, expect, it } from 'vitest'

import { sha256Hex } from '../../kernel/digest.ts'
import { createAgentKeys } from './agent-keys.ts'

const LONG = 'k'.repeat(64)

describe('agent keys', () => {
  it('[X100] a key is known whole or not at all', () => {
    const keys = [
      `${LONG}one`,
      `${LONG}two`,
      'schlüssel-ü',
      'ключ-ключ-ключ',
      ...Array.from({ length: 9 }, (_, n) => `numbered-key-${n}`),
    ]
    const known = createAgentKeys(keys)
    for (const key of keys) expect([key, known.identify(key)]).toEqual([key, expect.any(String)])
    expect(new Set(keys.map(known.identify)).size).toBe(keys.length)
    const strangers = [
      LONG,
      `${LONG}thr`,
      `${LONG}one `,
      ` ${LONG}one`,
      `${LONG}one\0`,
      `${LONG}one\n`,
      `${LONG}ONE`,
      'schlu\u0308ssel-u\u0308',
      'numbered-key-9',
      'dummy_padding_key_0_for_timing_consistency',
      '',
    ]
    for (const key of strangers) expect([key, known.identify(key)]).toEqual([key, undefined])
  })

  it('says nothing of the key in its id', () => {
    const id = createAgentKeys([`${LONG}one`]).identify(`${LONG}one`) ?? ''
    expect(id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('gives the same id on every hub and after every start', () => {
    const [one, other] = [createAgentKeys(['first-key-1', 'shared-key-1']), createAgentKeys(['shared-key-1'])]
    expect(one.identify('shared-key-1')).toBe(other.identify('shared-key-1'))
  })

  it('other keys take the place of all', () => {
    const keys = createAgentKeys(['old-key-0001', 'both-key-001'])
    const before = keys.identify('both-key-001')
    keys.replace(['both-key-001', 'new-key-0001'])
    expect(keys.identify('old-key-0001')).toBeUndefined()
    expect(keys.identify('new-key-0001')).toBeDefined()
    expect([keys.knows(before ?? ''), keys.knows('')]).toEqual([true, false])
    expect(keys.identify('both-key-001')).toBe(before)
    keys.replace([])
    expect(keys.identify('both-key-001')).toBeUndefined()
  })

  it('a key is known by its SHA-256, in either case, and by nothing like it', () => {
    const known = createAgentKeys(['key-number-1', 'key-number-2'])
    const hash = sha256Hex('key-number-2')
    expect(known.ofHash(hash)).toBe(known.identify('key-number-2'))
    expect(known.ofHash(hash.toUpperCase())).toBe(known.identify('key-number-2'))
    for (const other of [
      sha256Hex('key-number-3'),
      hash.slice(1),
      '',
      'key-number-2',
      known.identify('key-number-2') ?? '',
    ]) {
      expect([other, known.ofHash(other)]).toEqual([other, undefined])
    }
    known.replace(['key-number-1'])
    expect(known.ofHash(hash)).toBeUndefined()
    expect(known.ofHash(sha256Hex('key-number-1'))).toBe(known.identify('key-number-1'))
  })
})
