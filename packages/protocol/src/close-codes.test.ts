import { describe, expect, it } from 'vitest'
import { CLOSE, CLOSE_CODES, CLOSE_REASON_MAX_BYTES, CLOSE_REASONS, retryPolicyOf } from './close-codes.ts'

describe('close codes', () => {
  it('[K] has every code of the table, each once, in order', () => {
    expect(CLOSE_CODES.map((entry) => entry.code)).toStrictEqual([
      1000, 1001, 1003, 1008, 1009, 1011, 1012, 1013, 4000, 4001, 4003, 4401, 4403, 4409, 4501, 4503,
    ])
  })

  it('[K] sends codes that may be sent', () => {
    for (const { code } of CLOSE_CODES) expect([1004, 1005, 1006, 1015]).not.toContain(code)
  })

  it('[K] says whether to come back', () => {
    expect(retryPolicyOf(CLOSE.restart.code)).toBe('jittered')
    expect(retryPolicyOf(CLOSE.full.code)).toBe('later')
    expect(retryPolicyOf(CLOSE.tokenEnded.code)).toBe('fresh-token')
    expect(retryPolicyOf(CLOSE.replaced.code)).toBe('no')
    expect(retryPolicyOf(4450)).toBe('no')
    expect(retryPolicyOf(4550)).toBe('yes')
    expect(retryPolicyOf(1006)).toBe('yes')
  })

  it('[K] every reason fits a Close frame', () => {
    const encoder = new TextEncoder()
    for (const reason of [...Object.values(CLOSE_REASONS), ...CLOSE_CODES.map((entry) => entry.text)]) {
      expect(encoder.encode(reason).length).toBeLessThanOrEqual(CLOSE_REASON_MAX_BYTES)
    }
  })
})
