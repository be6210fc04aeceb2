import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it } from 'vitest'

import type { Change } from '../../domain/change.ts'
import { createHistoryTable } from './history-table.ts'
import { createSchema } from './schema.ts'

const change = (id: string): Change => ({ op: 'status', id, incarnation: 1, status: 'dead', seenAt: 1 })
const BYTES = JSON.stringify(change('agent-0')).length

const filled = (count: number, limits: { readonly changes: number; readonly bytes: number }, trimEach = 1) => {
  const db = new DatabaseSync(':memory:')
  createSchema(db, 'epoch')
  const table = createHistoryTable(db, limits)
  const ends = table.ends()
  const add = (one: Change): void => {
    table.add(one, ends)
    if (ends.head % trimEach === 0) table.trim(ends)
  }
  for (let offset = 1; offset <= count; offset += 1) add(change(`agent-${offset % 10}`))
  return { table, ends, add, offsets: () => table.after(0, 1000).map(([offset]) => offset) }
}

describe('the kept changes', () => {
  it('come back as they were', () => {
    const { table } = filled(3, { changes: 10, bytes: 10_000 })
    expect(table.after(1, 10)).toEqual([
      [2, change('agent-2')],
      [3, change('agent-3')],
    ])
    expect(table.after(0, 1)).toEqual([[1, change('agent-1')]])
    expect(table.after(3, 10)).toEqual([])
  })

  it.each([1, 5, 25])('are at most so many, trimmed after every %i', (trimEach) => {
    const { offsets, ends } = filled(25, { changes: 10, bytes: 10_000 }, trimEach)
    expect(offsets()).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25])
    expect(ends).toEqual({ first: 16, head: 25, written: 25 * BYTES })
  })

  it.each([1, 5, 25])('are at most so many bytes, trimmed after every %i', (trimEach) => {
    expect(filled(25, { changes: 100, bytes: 3 * BYTES }, trimEach).offsets()).toEqual([23, 24, 25])
    expect(filled(25, { changes: 100, bytes: 3 * BYTES - 1 }, trimEach).offsets()).toEqual([24, 25])
  })

  it('one that is bigger than all is kept alone: its row is where the offset stands', () => {
    const { add, offsets, table } = filled(25, { changes: 10, bytes: 3 * BYTES })
    add(change('x'.repeat(4 * BYTES)))
    expect(offsets()).toEqual([26])
    expect(table.ends()).toMatchObject({ first: 26, head: 26 })
    add(change('agent-1'))
    expect(offsets()).toEqual([27])
  })

  it('start empty', () => {
    const { table, ends } = filled(0, { changes: 10, bytes: 100 })
    table.trim(ends)
    expect(table.after(0, 10)).toEqual([])
    expect(ends).toEqual({ first: 1, head: 0, written: 0 })
  })
})
