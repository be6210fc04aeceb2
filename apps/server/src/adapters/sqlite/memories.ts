// What is remembered for a while: removed ids, and the first answers to tokens. Both in the order of time, so that
// forgetting starts at the oldest and ends at the first that is still needed.

import type { DatabaseSync } from 'node:sqlite'

import { TOMBSTONE_DAYS, type Tombstone } from '../../domain/agent.ts'
import { REPLAY_SECONDS, type Remembered } from '../../domain/transition.ts'
import { DamagedRecord } from './faults.ts'
import { integerOf, rememberedOf, tombstoneOf } from './rows.ts'

/** Kept beside the rows, as counting them takes long. Belongs to the transaction: a rolled back one puts it back. */
export interface TombstoneCount {
  tombstones: number
  /** The highest incarnation among ids that were forgotten. */
  forgotten: number
}

export interface Tombstones {
  readonly get: (id: string) => Tombstone | undefined
  readonly add: (tombstone: Tombstone, count: TombstoneCount) => void
  readonly forget: (now: number, count: TombstoneCount) => void
  readonly count: () => TombstoneCount
}

export const createTombstones = (db: DatabaseSync, max: number): Tombstones => {
  const get = db.prepare('SELECT * FROM tombstones WHERE id = ?')
  const oldest = db.prepare('SELECT seq, incarnation, ended_at FROM tombstones ORDER BY seq LIMIT 1')
  const insert = db.prepare(
    'INSERT INTO tombstones (id, incarnation, epoch, key_id, reason, ended_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const removeId = db.prepare('DELETE FROM tombstones WHERE id = ?')
  const removeSeq = db.prepare('DELETE FROM tombstones WHERE seq = ?')
  const setForgotten = db.prepare('UPDATE meta SET forgotten = ?')
  const total = db.prepare('SELECT (SELECT count(*) FROM tombstones) AS n, forgotten FROM meta')

  return {
    get: (id) => {
      const row = get.get(id)
      return row === undefined ? undefined : tombstoneOf(row)
    },
    add: ({ id, incarnation, epoch, keyId, reason, endedAt }, count) => {
      count.tombstones -= Number(removeId.run(id).changes)
      insert.run(id, incarnation, epoch, keyId, reason, endedAt)
      count.tombstones += 1
    },
    forget: (now, count) => {
      const before = count.forgotten
      for (let row = oldest.get(); row !== undefined; row = oldest.get()) {
        const old = now - integerOf(row, 'ended_at') >= TOMBSTONE_DAYS * 86_400_000
        if (!old && count.tombstones <= max) break
        removeSeq.run(integerOf(row, 'seq'))
        count.tombstones -= 1
        count.forgotten = Math.max(count.forgotten, integerOf(row, 'incarnation'))
      }
      if (count.forgotten > before) setForgotten.run(count.forgotten)
    },
    count: () => {
      const row = total.get()
      if (row === undefined) throw new DamagedRecord('its epoch is gone')
      return { tombstones: integerOf(row, 'n'), forgotten: integerOf(row, 'forgotten') }
    },
  }
}

export interface Answers {
  readonly get: (jti: string) => Remembered | undefined
  readonly add: (jti: string, first: Remembered, now: number) => void
  readonly forget: (now: number) => void
}

export const createAnswers = (db: DatabaseSync): Answers => {
  const get = db.prepare('SELECT * FROM answers WHERE jti = ?')
  const oldest = db.prepare('SELECT seq, until FROM answers ORDER BY seq LIMIT 1')
  const remove = db.prepare('DELETE FROM answers WHERE seq = ?')
  const insert = db.prepare(`
    INSERT OR REPLACE INTO answers (jti, body_digest, id, incarnation, at_offset, registered_at, until)
    VALUES (?, ?, ?, ?, ?, ?, ?)`)

  return {
    get: (jti) => {
      const row = get.get(jti)
      return row === undefined ? undefined : rememberedOf(row)
    },
    add: (jti, { bodyDigest, id, incarnation, offset, registeredAt }, now) => {
      insert.run(jti, bodyDigest, id, incarnation, offset, registeredAt, now + REPLAY_SECONDS * 1000)
    },
    forget: (now) => {
      for (let row = oldest.get(); row !== undefined; row = oldest.get()) {
        if (integerOf(row, 'until') > now) return
        remove.run(integerOf(row, 'seq'))
      }
    },
  }
}
