import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createCoalescer } from './coalescer.ts'

const setUp = (costMs = 0) => {
  const time = createFakeTime()
  const flushes: number[] = []
  const coalescer = createCoalescer({
    clock: time.clock,
    scheduler: time.scheduler,
    intervalMs: 100,
    flush: () => {
      flushes.push(time.clock.monotonic())
      time.freeze(costMs)
    },
  })
  return { time, flushes, coalescer }
}

describe('[P3] the rhythm of full lists', () => {
  it('the first change after quiet goes out at the end of its turn, many of one turn together', () => {
    const { time, flushes, coalescer } = setUp()
    coalescer.mark()
    coalescer.mark()
    expect(flushes).toEqual([])
    time.flush()
    expect(flushes).toEqual([0])
  })

  it('lets the turn after it pass, in which the answer to the change is written', () => {
    const time = createFakeTime()
    const turns: (() => void)[] = []
    const done: string[] = []
    const soon = (run: () => void): void => void turns.push(run)
    const coalescer = createCoalescer({
      clock: time.clock,
      scheduler: { ...time.scheduler, soon },
      intervalMs: 100,
      flush: () => done.push('list'),
    })
    coalescer.mark()
    soon(() => done.push('answer'))
    while (turns.length > 0) turns.shift()?.()
    expect(done).toEqual(['answer', 'list'])
  })

  it('further ones wait for the pause, and the last state always arrives', () => {
    const { time, flushes, coalescer } = setUp()
    coalescer.mark()
    time.advance(10)
    coalescer.mark()
    time.advance(50)
    coalescer.mark()
    expect(flushes).toEqual([0])
    time.advance(1000)
    expect(flushes).toEqual([0, 100])
  })

  it('changes that never end are told at the interval', () => {
    const { time, flushes, coalescer } = setUp()
    for (let at = 0; at < 1000; at += 1) {
      coalescer.mark()
      time.advance(1)
    }
    expect(flushes).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
  })

  it('after quiet the next change goes at once again', () => {
    const { time, flushes, coalescer } = setUp()
    coalescer.mark()
    time.advance(500)
    coalescer.mark()
    time.flush()
    expect(flushes).toEqual([0, 500])
  })

  it('a flush that takes long stretches the pause to a tenth of a core', () => {
    const { time, flushes, coalescer } = setUp(50)
    coalescer.mark()
    time.flush()
    coalescer.mark()
    time.advance(449)
    expect(flushes).toEqual([0])
    time.advance(1)
    expect(flushes).toEqual([0, 500])
  })

  it('after stop nothing goes out', () => {
    const { time, flushes, coalescer } = setUp()
    coalescer.mark()
    coalescer.stop()
    coalescer.mark()
    time.advance(1000)
    expect(flushes).toEqual([])
  })
})
