import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createTimingWheel } from './timing-wheel.ts'

// Slots of 10 ms, 8 of them: one turn is 80 ms.
const wheel = (start = 0) => createTimingWheel<string>(10, 8, start)

describe('timing wheel', () => {
  it('fires a key once, at the first advance at or after its deadline', () => {
    const ring = wheel()
    ring.set('a', 25)
    expect(ring.advance(24)).toEqual([])
    expect(ring.advance(25)).toEqual(['a'])
    expect(ring.advance(1000)).toEqual([])
    expect(ring.size()).toBe(0)
  })

  it('keeps a deadline later in the tick that is running', () => {
    const ring = wheel()
    ring.set('a', 29)
    expect(ring.advance(21)).toEqual([])
    expect(ring.advance(28)).toEqual([])
    expect(ring.advance(29)).toEqual(['a'])
  })

  it('keeps a deadline beyond one turn, and beyond several', () => {
    const ring = wheel()
    ring.set('one', 95)
    ring.set('many', 1005)
    for (let now = 0; now < 95; now += 5) expect(ring.advance(now)).toEqual([])
    expect(ring.advance(95)).toEqual(['one'])
    for (let now = 100; now < 1005; now += 5) expect(ring.advance(now)).toEqual([])
    expect(ring.advance(1005)).toEqual(['many'])
  })

  it('fires everything that is due after a gap of many turns, each key once', () => {
    const ring = wheel()
    for (let n = 0; n < 20; n += 1) ring.set(`k${n}`, n * 13)
    ring.set('later', 100_000)
    const due = ring.advance(50_000)
    expect(due.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `k${n}`).toSorted())
    expect([...ring.keys()]).toEqual(['later'])
    expect(ring.advance(100_000)).toEqual(['later'])
  })

  it('a deadline in the past fires at the next advance, not one turn later', () => {
    const ring = wheel(500)
    ring.advance(500)
    ring.set('past', 3)
    expect(ring.advance(500)).toEqual(['past'])
  })

  it('moves a deadline nearer and further', () => {
    const ring = wheel()
    ring.set('near', 70)
    ring.set('near', 15)
    ring.set('far', 15)
    ring.set('far', 70)
    expect(ring.advance(20)).toEqual(['near'])
    expect(ring.deadline('far')).toBe(70)
    expect(ring.advance(69)).toEqual([])
    expect(ring.advance(70)).toEqual(['far'])
  })

  it('moves a deadline by a whole turn, within its own slot', () => {
    const ring = wheel()
    ring.set('a', 15)
    ring.set('a', 95)
    expect(ring.advance(20)).toEqual([])
    expect(ring.advance(95)).toEqual(['a'])
  })

  it('a cleared key never fires and can be set again', () => {
    const ring = wheel()
    ring.set('a', 15)
    ring.clear('a')
    ring.clear('unknown')
    expect(ring.deadline('a')).toBeUndefined()
    expect(ring.advance(100)).toEqual([])
    ring.set('a', 120)
    expect(ring.advance(120)).toEqual(['a'])
  })

  it('a clock that steps back fires nothing and loses nothing', () => {
    const ring = wheel()
    ring.advance(200)
    ring.set('a', 215)
    expect(ring.advance(100)).toEqual([])
    expect(ring.advance(215)).toEqual(['a'])
  })

  it('behaves as a list of deadlines would', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const step = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key, in: fc.integer({ min: -200, max: 700 }) }),
      fc.record({ kind: fc.constant('clear' as const), key }),
      fc.record({ kind: fc.constant('advance' as const), by: fc.oneof(fc.nat(30), fc.nat(400)) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(1000), (steps, start) => {
        const ring = wheel(start)
        const model = new Map<string, number>()
        let now = start
        for (const one of steps) {
          if (one.kind === 'set') {
            ring.set(one.key, now + one.in)
            model.set(one.key, now + one.in)
          } else if (one.kind === 'clear') {
            ring.clear(one.key)
            model.delete(one.key)
          } else {
            now += one.by
            const expected = [...model].filter(([, at]) => at <= now).map(([name]) => name)
            for (const name of expected) model.delete(name)
            expect(ring.advance(now).toSorted()).toEqual(expected.toSorted())
          }
          expect(new Map([...ring.keys()].map((name) => [name, ring.deadline(name)]))).toEqual(model)
          expect(ring.size()).toBe(model.size)
        }
      }),
      { numRuns: 500 },
    )
  })
})
