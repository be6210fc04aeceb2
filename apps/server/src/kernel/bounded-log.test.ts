import { describe, expect, it } from 'vitest'

import { createBoundedLog } from './bounded-log.ts'
import type { LogFields } from './logger.ts'

const rig = () => {
  const lines: LogFields[] = []
  let now = 0
  const log = createBoundedLog({
    clock: { monotonic: () => now },
    write: (event, fields) => lines.push({ event, ...fields }),
    burst: 2,
    perS: 1,
  })
  return { log, lines, pass: (ms: number) => void (now += ms) }
}

describe('bounded log', () => {
  it('writes a burst, then says how many lines it left out', () => {
    const { log, lines, pass } = rig()
    for (const n of [1, 2, 3, 4, 5]) log('kind', 'refused', { n })
    expect(lines).toStrictEqual([
      { event: 'refused', n: 1 },
      { event: 'refused', n: 2 },
    ])
    pass(1000)
    for (const n of [6, 7]) log('kind', 'refused', { n })
    expect(lines.at(-1)).toStrictEqual({ event: 'refused', n: 6, left_out: 3 })
    pass(1000)
    log('kind', 'refused', { n: 8 })
    expect(lines.at(-1)).toStrictEqual({ event: 'refused', n: 8, left_out: 1 })
    pass(10_000)
    log('kind', 'refused', { n: 9 })
    expect(lines.at(-1)).toStrictEqual({ event: 'refused', n: 9 })
  })

  it('a flood of one kind hides no other', () => {
    const { log, lines } = rig()
    for (let n = 0; n < 1000; n += 1) log('flood', 'refused', { n })
    log('other', 'refused', { what: 'still seen' })
    expect(lines).toHaveLength(3)
    expect(lines.at(-1)).toStrictEqual({ event: 'refused', what: 'still seen' })
  })
})
