import { describe, expect, it } from 'vitest'

import { takeToken, type Bucket } from './token-bucket.ts'

const take = (bucket: Bucket, now: number, count: number): number =>
  Array.from({ length: count }, () => takeToken(bucket, now, 10, 20)).filter(Boolean).length

describe('token bucket', () => {
  it('gives the burst at once and no more', () => {
    const bucket = { tokens: 20, filledAt: 0 }
    expect(take(bucket, 0, 50)).toBe(20)
    expect(take(bucket, 99, 50)).toBe(0)
  })

  it('fills at its rate, in parts of a token too', () => {
    const bucket = { tokens: 0, filledAt: 0 }
    // Asked every 10 ms for ten seconds: refusals must not lose what has trickled in.
    let given = 0
    for (let now = 10; now <= 10_000; now += 10) given += take(bucket, now, 1)
    expect(given).toBeGreaterThanOrEqual(99)
    expect(given).toBeLessThanOrEqual(100)
  })

  it('never holds more than the burst, however long it rested', () => {
    const bucket = { tokens: 0, filledAt: 0 }
    expect(take(bucket, 86_400_000, 50)).toBe(20)
  })
})
