import { describe, expect, it } from 'vitest'

import { median, slopeOf, quantile, spread, summarise } from './stats.ts'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('statistics', () => {
  it('takes percentiles by nearest rank, so each is a sample', () => {
    expect(summarise(upTo(100))).toEqual({ samples: 100, min: 1, p50: 50, p99: 99, max: 100 })
    expect(quantile(upTo(10), 0.99)).toBe(10)
    expect(quantile([7], 0.5)).toBe(7)
  })

  it('sorts numbers as numbers and leaves the samples as they were', () => {
    const samples = [10, 9, 100, 1]
    expect(summarise(samples)).toMatchObject({ min: 1, p50: 9, max: 100 })
    expect(samples).toEqual([10, 9, 100, 1])
  })

  it('has no percentile of nothing', () => {
    expect(() => summarise([])).toThrow('no samples')
  })

  it('says how far repetitions lie apart', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(spread([1, 2, 3])).toBe(1)
    expect(spread([0, 0])).toBe(0)
  })

  it('says how much one thing grows with another', () => {
    expect(
      slopeOf([
        [10, 1],
        [1010, 3],
        [2010, 5],
      ]),
    ).toBeCloseTo(0.002)
    expect(slopeOf([[10, 1]])).toBe(0)
  })
})
