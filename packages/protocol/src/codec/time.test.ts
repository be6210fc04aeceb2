import { describe, expect, it } from 'vitest'
import { toEpochSeconds, toIso, toNaiveUtc } from './time.ts'

describe('spellings of a moment', () => {
  it('[C11] naive UTC has a space, no zone and six digits', () => {
    expect(toNaiveUtc(1_757_279_328_934)).toBe('2025-09-07 21:08:48.934000')
    expect(toNaiveUtc(1_757_279_328_934.468)).toBe('2025-09-07 21:08:48.934468')
    expect(toNaiveUtc(0)).toBe('1970-01-01 00:00:00.000000')
  })

  it('[C11] ISO ends in Z', () => {
    expect(toIso(1_757_279_328_934)).toBe('2025-09-07T21:08:48.934Z')
  })

  it('[C11] epoch seconds are a float', () => {
    expect(toEpochSeconds(1_757_279_328_934)).toBe(1_757_279_328.934)
  })
})
