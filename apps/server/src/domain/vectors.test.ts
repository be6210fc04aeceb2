import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createVectors } from './vectors.ts'

const now = (): Promise<void> => Promise.resolve()
const unit = (...numbers: number[]): Float32Array => {
  const length = Math.hypot(...numbers)
  return Float32Array.from(numbers, (number) => number / length)
}

describe('vectors', () => {
  it('the cosine, never below 0', async () => {
    const vectors = createVectors()
    vectors.put('same', unit(1, 2, 3, 4, 5))
    vectors.put('other', unit(-1, -2, -3, -4, -5))
    vectors.put('across', unit(2, -1, 0, 0, 0))
    const found = await vectors.find(unit(1, 2, 3, 4, 5), now)
    expect(found?.get('same')).toBeCloseTo(1, 5)
    expect(found?.get('same')).toBeLessThanOrEqual(1)
    expect(found?.get('other')).toBe(0)
    expect(found?.get('across')).toBeCloseTo(0, 5)
  })

  it('one dimension for all, until all are gone', async () => {
    const vectors = createVectors()
    expect(vectors.put('a', unit(1, 0))).toBe(true)
    expect(vectors.put('b', unit(1, 0, 0))).toBe(false)
    expect(await vectors.find(unit(1, 0, 0), now)).toBeUndefined()
    vectors.remove('a')
    expect(vectors.put('b', unit(1, 0, 0))).toBe(true)
    expect(vectors.size()).toBe(1)
  })

  it('is what a map of vectors would be, after any changes', async () => {
    const number = fc.integer({ min: 1, max: 9 })
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      vector: fc.option(fc.tuple(number, number, number), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const vectors = createVectors()
        const model = new Map<string, Float32Array>()
        for (const { id, vector } of steps) {
          if (vector === undefined) {
            vectors.remove(id)
            model.delete(id)
          } else {
            vectors.put(id, unit(...vector))
            model.set(id, unit(...vector))
          }
        }
        const query = unit(1, 2, 3)
        const found = new Map(await vectors.find(query, now))
        expect([...found.keys()].toSorted()).toEqual([...model.keys()].toSorted())
        for (const [id, vector] of model) {
          const cosine = vector.reduce((sum, value, index) => sum + value * (query[index] ?? 0), 0)
          expect(found.get(id)).toBeCloseTo(cosine, 4)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('gives others their turn', async () => {
    const vectors = createVectors()
    for (let n = 0; n < 5000; n += 1) vectors.put(`a${n}`, unit(1, n + 1))
    let pauses = 0
    const pause = async (): Promise<void> => {
      pauses += 1
      // Changes come in between.
      vectors.remove(`a${pauses}`)
    }
    const found = await vectors.find(unit(1, 1), pause)
    expect(pauses).toBe(2)
    expect(found?.size).toBeGreaterThan(4990)
  })
})
