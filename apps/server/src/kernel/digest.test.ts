import { describe, expect, it } from 'vitest'

import { hmacHex, sameDigest, sha256Hex } from './digest.ts'

describe('digest', () => {
  it('is SHA-256 of the UTF-8 text (FIPS 180-4 example)', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(sha256Hex('ü')).not.toBe(sha256Hex('u\u0308'))
  })

  it('is HMAC-SHA256 (RFC 4231, test case 2)', () => {
    expect(hmacHex('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  it('compares whole digests', () => {
    const digest = sha256Hex('abc')
    expect(sameDigest(digest, sha256Hex('abc'))).toBe(true)
    expect(sameDigest(digest, sha256Hex('abd'))).toBe(false)
    expect(sameDigest(digest, digest.slice(0, 63))).toBe(false)
    expect(sameDigest(digest, `${digest.slice(0, 63)}x`)).toBe(false)
    expect(sameDigest('', '')).toBe(true)
  })
})
