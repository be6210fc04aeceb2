// Many commands, one transaction: what comes in one turn of the event loop is decided in order and written together,
// for the cost of one wait for the disk. Knows nothing of what commands do.

import type { DatabaseSync } from 'node:sqlite'

import type { StoreAway } from '../../domain/ports.ts'
import type { Logger } from '../../kernel/logger.ts'
import { faultReason, isStorageFault } from './faults.ts'
import { integerOf } from './rows.ts'

export interface GroupCommit<C, R> {
  readonly add: (command: C) => Promise<R | StoreAway>
  /** Writes what waits now, instead of at the end of the turn. */
  readonly flush: () => void
  /** Runs on its own, in a transaction. @returns undefined when storage failed */
  readonly alone: <T>(work: () => T) => { readonly value: T } | undefined
  readonly available: () => boolean
}

/** `D`: plain numbers that are kept beside the rows and must move with them. */
export interface GroupCommitDeps<C, R, D extends object> {
  readonly db: DatabaseSync
  /** Once this turn of the event loop is done. */
  readonly soon: (run: () => void) => void
  readonly logger: Logger
  /** The numbers as they are on disk, to be changed by the transaction. */
  readonly draft: () => D
  /** One command inside the transaction. What it throws that is no fault of storage undoes only itself. */
  readonly run: (command: C, draft: D) => R
  readonly beforeCommit: (draft: D) => void
  /** It is on disk, and nobody was answered yet. @returns whether something was written */
  readonly committed: (draft: D) => boolean
}

type Outcome<R> = { readonly kind: 'result'; readonly value: R } | { readonly kind: 'bug'; readonly cause: unknown }

interface Waiting<C, R> {
  readonly command: C
  readonly resolve: (result: R | StoreAway) => void
  readonly reject: (cause: unknown) => void
}

/** More in one turn than a hub can answer. */
const MAX_WAITING = 10_000
export const STORE_AWAY: StoreAway = { kind: 'store-away', retryAfterS: 1 }

export const createGroupCommit = <C, R, D extends object>(deps: GroupCommitDeps<C, R, D>): GroupCommit<C, R> => {
  const { db, logger } = deps
  let waiting: Waiting<C, R>[] = []
  const totalChanges = db.prepare('SELECT total_changes() AS n')
  const rowsWritten = (): number => integerOf(totalChanges.get() ?? {}, 'n')
  let available = true

  const rollback = (): void => {
    try {
      db.exec('ROLLBACK')
    } catch {
      // SQLite has done it by itself, as it does when the disk is full.
    }
  }

  const away = (cause: unknown): void => {
    if (available) logger.error('store_away', { reason: faultReason(cause) })
    available = false
  }

  // Only what was written proves that it can be.
  const wrote = (): void => {
    if (!available) logger.info('store_back')
    available = true
  }

  const runOne = (command: C, draft: D): Outcome<R> => {
    const before = { ...draft }
    db.exec('SAVEPOINT one')
    try {
      const value = deps.run(command, draft)
      db.exec('RELEASE one')
      return { kind: 'result', value }
    } catch (cause) {
      if (isStorageFault(cause)) throw cause
      db.exec('ROLLBACK TO one; RELEASE one')
      Object.assign(draft, before)
      return { kind: 'bug', cause }
    }
  }

  const runAll = (group: readonly Waiting<C, R>[]): readonly Outcome<R>[] | undefined => {
    const draft = deps.draft()
    let outcomes: readonly Outcome<R>[]
    try {
      db.exec('BEGIN IMMEDIATE')
      outcomes = group.map(({ command }) => runOne(command, draft))
      deps.beforeCommit(draft)
      db.exec('COMMIT')
    } catch (cause) {
      rollback()
      away(cause)
      return undefined
    }
    if (deps.committed(draft)) wrote()
    return outcomes
  }

  const flush = (): void => {
    const group = waiting
    waiting = []
    if (group.length === 0) return
    const outcomes = runAll(group)
    for (const [at, { resolve, reject }] of group.entries()) {
      const outcome = outcomes?.[at]
      if (outcome === undefined) resolve(STORE_AWAY)
      else if (outcome.kind === 'result') resolve(outcome.value)
      else reject(outcome.cause)
    }
  }

  return {
    add: (command) => {
      if (waiting.length >= MAX_WAITING) return Promise.resolve(STORE_AWAY)
      return new Promise((resolve, reject) => {
        waiting.push({ command, resolve, reject })
        if (waiting.length === 1) deps.soon(flush)
      })
    },
    flush,
    alone: (work) => {
      try {
        db.exec('BEGIN IMMEDIATE')
        const before = rowsWritten()
        const value = work()
        const moved = rowsWritten() > before
        db.exec('COMMIT')
        if (moved) wrote()
        return { value }
      } catch (cause) {
        rollback()
        if (!isStorageFault(cause)) throw cause
        away(cause)
        return undefined
      }
    },
    available: () => available,
  }
}
