// Which history the file holds, and whether its last commits can be believed to be there.

import type { DatabaseSync } from 'node:sqlite'

import type { Random } from '../../kernel/random.ts'
import { integerOf, textOf } from './rows.ts'

export interface Use {
  readonly epoch: string
  /** Changes up to this offset belong to an earlier epoch. */
  readonly floor: number
  /** Everything is in the file, on the disk. */
  readonly end: () => void
}

export interface UseOptions {
  readonly head: number
  readonly synchronous: 'full' | 'normal'
  readonly random: Random
}

/**
 * The first write to an opened file. Where the last process may have lost commits, which only happens without waiting
 * for the disk, a new epoch begins: numbers that were given and lost are given again, and must not mean the same.
 */
export const beginUse = (db: DatabaseSync, { head, synchronous, random }: UseOptions): Use => {
  const row = db.prepare('SELECT * FROM meta').get() ?? {}
  const kept = { epoch: textOf(row, 'epoch'), floor: integerOf(row, 'floor') }
  const wasLoose = integerOf(row, 'loose') === 1
  const isLoose = synchronous === 'normal'
  const { epoch, floor } = wasLoose ? { epoch: random.token(12), floor: head } : kept
  const write = db.prepare('UPDATE meta SET epoch = ?, floor = ?, loose = ?')
  db.exec('PRAGMA synchronous = FULL')
  if (wasLoose || isLoose) write.run(epoch, floor, isLoose ? 1 : 0)
  db.exec(`PRAGMA synchronous = ${synchronous}`)

  return {
    epoch,
    floor,
    end: () => {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL')
      if (isLoose) write.run(epoch, floor, 0)
    },
  }
}
