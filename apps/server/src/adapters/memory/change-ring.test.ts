import { describe, expect, it } from 'vitest'

import type { Change } from '../../domain/change.ts'
import { createChangeRing } from './change-ring.ts'

const change = (id: string): Change => ({ op: 'status', id, incarnation: 1, status: 'dead', seenAt: 1 })
const BYTES = JSON.stringify(change('agent-0')).length

const filled = (count: number, limits: { readonly changes: number; readonly bytes: number }) => {
  const ring = createChangeRing(limits)
  for (let offset = 1; offset <= count; offset += 1) ring.add(offset, change(`agent-${offset % 10}`))
  return { ring, offsets: (after: number) => ring.after(after, 1000)?.map(([offset]) => offset) }
}

describe('the kept changes', () => {
  it('come back as they were', () => {
    const { ring } = filled(3, { changes: 10, bytes: 10_000 })
    expect(ring.after(1, 10)).toEqual([
      [2, change('agent-2')],
      [3, change('agent-3')],
    ])
    expect(ring.after(0, 1)).toEqual([[1, change('agent-1')]])
    expect(ring.after(3, 10)).toEqual([])
    expect(ring.after(4, 10)).toBeUndefined()
  })

  it('are at most so many', () => {
    const { offsets } = filled(25, { changes: 10, bytes: 10_000 })
    expect(offsets(15)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25])
    expect(offsets(14)).toBeUndefined()
  })

  it('are at most so many bytes, and one that is bigger than all is kept alone', () => {
    const { ring, offsets } = filled(25, { changes: 10, bytes: 3 * BYTES })
    expect(offsets(22)).toEqual([23, 24, 25])
    expect(offsets(21)).toBeUndefined()
    ring.add(26, change('x'.repeat(4 * BYTES)))
    expect(offsets(25)).toEqual([26])
    expect(offsets(24)).toBeUndefined()
    ring.add(27, change('agent-1'))
    expect(offsets(26)).toEqual([27])
  })

  it('start empty', () => {
    const ring = createChangeRing({ changes: 10, bytes: 100 })
    expect(ring.after(0, 10)).toEqual([])
    expect(ring.after(1, 10)).toBeUndefined()
  })
})
