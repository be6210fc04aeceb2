import { createFakeTime } from '@arcp/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Change, CommittedChange } from '../../domain/change.ts'
import { createChangeStream } from './change-stream.ts'

const change = (offset: number): Change => ({
  op: 'status',
  id: `agent-${offset}`,
  incarnation: 1,
  status: 'dead',
  seenAt: offset,
})

const batch = (from: number, count = 1, epoch = 'e') => ({
  epoch,
  offset: from + count - 1,
  from,
  changes: Array.from({ length: count }, (_, at) => change(from + at)),
})

const setUp = () => {
  const time = createFakeTime()
  const delivered: CommittedChange[] = []
  const calls = { holes: 0, foreign: 0 }
  const stream = createChangeStream({
    deliver: (one) => delivered.push(one),
    onHole: () => {
      calls.holes += 1
    },
    onForeign: () => {
      calls.foreign += 1
    },
    after: time.scheduler.after,
  })
  stream.restart({ epoch: 'e', offset: 0 })
  return { stream, time, calls, delivered, offsets: () => delivered.map(({ offset }) => offset) }
}

describe('the order of changes', () => {
  it('[L2] delivers each once, in order, however they arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 20 }).chain((sizes) => {
          let from = 1
          const batches = sizes.map((size) => {
            const one = batch(from, size)
            from += size
            return one
          })
          // Every batch at least once, some twice, in any order.
          return fc
            .array(fc.constantFrom(...batches), { maxLength: 10 })
            .chain((again) => fc.shuffledSubarray([...batches, ...again], { minLength: batches.length + again.length }))
            .map((arriving) => ({ arriving, total: from - 1 }))
        }),
        ({ arriving, total }) => {
          const { stream, delivered, offsets } = setUp()
          for (const one of arriving) stream.add(one)
          expect(offsets()).toEqual(Array.from({ length: total }, (_, at) => at + 1))
          expect(delivered.map(({ change: { op }, epoch }) => `${op} ${epoch}`)).toEqual(
            Array.from({ length: total }, () => 'status e'),
          )
          expect(stream.hasHole()).toBe(false)
        },
      ),
    )
  })

  it('reports a hole for as long as there is one, and delivers what waited when it is filled', () => {
    const { stream, calls, offsets } = setUp()
    stream.add(batch(3))
    stream.add(batch(4))
    expect([calls.holes, offsets(), stream.hasHole()]).toEqual([2, [], true])
    stream.add(batch(1, 2))
    expect([calls.holes, offsets(), stream.hasHole()]).toEqual([2, [1, 2, 3, 4], false])
  })

  it('learns of a hole from the head alone', () => {
    const { stream, calls } = setUp()
    stream.headIs({ epoch: 'e', offset: 2 }, stream.position())
    expect([calls.holes, stream.hasHole()]).toEqual([1, true])
    stream.add(batch(1, 2))
    stream.headIs({ epoch: 'e', offset: 2 }, stream.position())
    expect([calls.holes, stream.hasHole()]).toEqual([1, false])
  })

  it('another history, or a head behind what was delivered, is foreign; nothing of it is delivered', () => {
    const { stream, calls, offsets } = setUp()
    stream.add(batch(1, 3))
    stream.add(batch(4, 1, 'other'))
    stream.headIs({ epoch: 'e', offset: 2 }, stream.position())
    expect([calls.foreign, offsets()]).toEqual([2, [1, 2, 3]])
  })

  it('an answer that changes have overtaken is no lost history', () => {
    const { stream, calls } = setUp()
    const asked = stream.position()
    stream.add(batch(1, 5))
    stream.headIs({ epoch: 'e', offset: 3 }, asked)
    expect(calls).toEqual({ holes: 0, foreign: 0 })
    // Asked before the stream went over to another history.
    stream.restart({ epoch: 'f', offset: 9 })
    stream.headIs({ epoch: 'e', offset: 3 }, asked)
    expect(calls).toEqual({ holes: 0, foreign: 0 })
    stream.headIs({ epoch: 'g', offset: 3 }, stream.position())
    expect(calls.foreign).toBe(1)
  })

  it('[L2] while the state is read nothing is delivered; then what came meanwhile goes on from it', () => {
    const { stream, calls, offsets } = setUp()
    stream.add(batch(1, 2))
    stream.hold()
    stream.add(batch(3, 2))
    stream.add({ ...batch(11, 3, 'other') })
    stream.headIs({ epoch: 'x', offset: 50 }, stream.position())
    expect([offsets(), calls.foreign]).toEqual([[1, 2], 0])
    stream.restart({ epoch: 'other', offset: 11 })
    expect([offsets(), stream.position()]).toEqual([[1, 2, 12, 13], { epoch: 'other', offset: 13 }])
  })

  it('starting again further back forgets what came early: those numbers will mean something else', () => {
    const { stream, offsets } = setUp()
    stream.add(batch(1, 10))
    stream.add(batch(12))
    stream.restart({ epoch: 'e', offset: 5 })
    stream.add(batch(6, 6))
    expect(offsets().slice(10)).toEqual([6, 7, 8, 9, 10, 11])
    expect(stream.hasHole()).toBe(false)
  })

  it('starting again forgets what came early: it is part of the state, or was no change of ours', () => {
    for (const epoch of ['e', 'other']) {
      const { stream, offsets } = setUp()
      stream.add(batch(5))
      stream.restart({ epoch, offset: 4 })
      expect([offsets(), stream.hasHole(), stream.position()]).toEqual([[], false, { epoch, offset: 4 }])
    }
  })

  it('who waits for a position is told when it is passed, when it is late, and when it can never come', async () => {
    const { stream, time } = setUp()
    const passed = stream.passed({ epoch: 'e', offset: 2 }, 1000)
    stream.add(batch(1, 2))
    expect(await passed).toBe(true)
    expect(await stream.passed({ epoch: 'e', offset: 1 }, 1000)).toBe(true)
    const late = stream.passed({ epoch: 'e', offset: 3 }, 1000)
    time.advance(1000)
    expect(await late).toBe(false)
    const never = stream.passed({ epoch: 'e', offset: 3 }, 1000)
    const reached = stream.passed({ epoch: 'other', offset: 7 }, 1000)
    stream.restart({ epoch: 'other', offset: 7 })
    expect(await Promise.all([never, reached])).toEqual([false, true])
  })
})
