// The latest changes as rows, one an offset, bounded by their number and by their bytes. The newest always stays: its
// row is where the offset stands.

import type { DatabaseSync } from 'node:sqlite'

import type { Change } from '../../domain/change.ts'
import { DamagedRecord } from './faults.ts'
import { integerOf, jsonOf, textOf } from './rows.ts'

/** Where the history stands. Belongs to the transaction: a rolled back one puts it back. */
export interface HistoryEnds {
  /** Oldest offset that is kept; head + 1 when none is. */
  first: number
  head: number
  /** Length of all changes that ever were. */
  written: number
}

export interface HistoryLimits {
  readonly changes: number
  readonly bytes: number
}

export interface HistoryTable {
  readonly ends: () => HistoryEnds
  readonly add: (change: Change, ends: HistoryEnds) => void
  /** Drops what is too much. Once for all changes of a transaction. */
  readonly trim: (ends: HistoryEnds) => void
  readonly after: (offset: number, limit: number) => readonly (readonly [offset: number, change: Change])[]
}

export const createHistoryTable = (db: DatabaseSync, limits: HistoryLimits): HistoryTable => {
  const newest = db.prepare('SELECT * FROM history ORDER BY at_offset DESC LIMIT 1')
  const oldest = db.prepare('SELECT at_offset FROM history ORDER BY at_offset LIMIT 1')
  const start = db.prepare('SELECT start FROM history WHERE at_offset = ?')
  const insert = db.prepare('INSERT INTO history (at_offset, start, change) VALUES (?, ?, ?)')
  const removeBefore = db.prepare('DELETE FROM history WHERE at_offset < ?')
  const after = db.prepare('SELECT at_offset, change FROM history WHERE at_offset > ? ORDER BY at_offset LIMIT ?')

  const fits = (offset: number, { written }: HistoryEnds): boolean =>
    written - integerOf(start.get(offset) ?? {}, 'start') <= limits.bytes

  /** The lowest offset from which on everything fits; offsets have no hole, so halving finds it. */
  const lowestThatFits = (from: number, ends: HistoryEnds): number => {
    let low = from
    let high = ends.head
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (fits(middle, ends)) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
    ends: () => {
      const last = newest.get()
      if (last === undefined) return { first: 1, head: 0, written: 0 }
      const written = integerOf(last, 'start') + textOf(last, 'change').length
      return { first: integerOf(oldest.get() ?? {}, 'at_offset'), head: integerOf(last, 'at_offset'), written }
    },
    add: (change, ends) => {
      const text = JSON.stringify(change)
      ends.head += 1
      insert.run(ends.head, ends.written, text)
      // Text of a change is mostly ASCII: its length is near enough to its bytes.
      ends.written += text.length
    },
    trim: (ends) => {
      const byCount = Math.max(ends.first, ends.head - limits.changes + 1)
      const first = byCount > ends.head || fits(byCount, ends) ? byCount : lowestThatFits(byCount, ends)
      if (first === ends.first) return
      removeBefore.run(first)
      ends.first = first
    },
    after: (offset, limit) =>
      after.all(offset, limit).map((row) => {
        const at = integerOf(row, 'at_offset')
        const change = jsonOf(textOf(row, 'change'))
        if (!isChange(change)) throw new DamagedRecord(`the change at offset ${at} cannot be read`)
        return [at, change]
      }),
  }
}

const OPS: readonly unknown[] = ['put', 'status', 'remove'] satisfies readonly Change['op'][]

// Written by `add` above, from a change: what was cut or overwritten is no JSON object with an operation any more.
const isChange = (value: unknown): value is Change =>
  typeof value === 'object' && value !== null && 'op' in value && OPS.includes(value.op)
