// The Store port in one file of this machine: what was answered survives the end of the process at any moment. Every
// decision is made inside the transaction that writes it.

import { DatabaseSync } from 'node:sqlite'

import type { KeptMetrics } from '../../domain/agent-metrics.ts'
import type { Agent } from '../../domain/agent.ts'
import type { CommittedChange, Position } from '../../domain/change.ts'
import type { AgentRef, Command, Refusal } from '../../domain/command.ts'
import type { Committed, Follower, Store, StoreAway } from '../../domain/ports.ts'
import { decide, type StateView } from '../../domain/transition.ts'
import type { Clock, Scheduler } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Random } from '../../kernel/random.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createAgentsTable } from './agents-table.ts'
import { DamagedRecord, faultReason, isStorageFault } from './faults.ts'
import { createGroupCommit, STORE_AWAY } from './group-commit.ts'
import { createHistoryTable, type HistoryEnds } from './history-table.ts'
import { createAnswers, createTombstones, type TombstoneCount } from './memories.ts'
import { createMetricsTable } from './metrics-table.ts'
import { openFile } from './open-file.ts'
import { beginUse } from './use.ts'

export interface SqliteStoreOptions {
  readonly path: string
  readonly clock: Pick<Clock, 'wall'>
  readonly scheduler: Pick<Scheduler, 'soon'>
  readonly random: Random
  readonly logger: Logger
  /** `full` waits for the disk and survives the loss of power; `normal` survives the end of the process. */
  readonly synchronous: 'full' | 'normal'
  /** How many changes are kept for those who come back (`CHANGE_HISTORY`). */
  readonly changeHistory: number
  /** And how many bytes of them (`CHANGE_HISTORY_BYTES`). */
  readonly changeHistoryBytes: number
  /** Removed ids that are remembered (`TOMBSTONES_MAX`). */
  readonly tombstonesMax: number
  /** Tests hand in their own, to make the file fail. */
  readonly connect?: (path: string) => DatabaseSync
}

/** What moves with the rows of a transaction. */
type Numbers = HistoryEnds & TombstoneCount

/** @returns one line that says why the file cannot be used, and what to do */
export const openSqliteStore = (options: SqliteStoreOptions): Result<Store, string> => {
  const { path, random } = options
  const opened = openFile({ path, random, connect: options.connect ?? connectTo }, (db) => ({
    db,
    tables: openTables(db, options),
  }))
  if (!opened.ok) return opened
  const { db, tables } = opened.value
  return ok(createSqliteStore(db, tables, options))
}

const connectTo = (path: string): DatabaseSync => new DatabaseSync(path)

type Tables = ReturnType<typeof openTables>

const openTables = (db: DatabaseSync, options: SqliteStoreOptions) => {
  const { changeHistory, changeHistoryBytes, tombstonesMax, synchronous, random } = options
  const agents = createAgentsTable(db)
  const tombstones = createTombstones(db, tombstonesMax)
  const history = createHistoryTable(db, { changes: changeHistory, bytes: changeHistoryBytes })
  const numbers: Numbers = { ...history.ends(), ...tombstones.count() }
  // Everything is read once, before anything is written or promised.
  const found: readonly Agent[] = agents.all()
  if (numbers.head === 0 && found.length > 0) throw new DamagedRecord('its history is gone')
  const answers = createAnswers(db)
  const use = beginUse(db, { head: numbers.head, synchronous, random })
  const metrics = createMetricsTable(db)
  return { agents, tombstones, history, numbers, found, answers, use, metrics }
}

const createSqliteStore = (db: DatabaseSync, tables: Tables, options: SqliteStoreOptions): Store => {
  const { clock, logger, synchronous } = options
  const { agents, tombstones, answers, history, metrics } = tables
  const { epoch, floor } = tables.use
  const followers = new Set<Follower>()
  let { numbers } = tables
  let found: readonly Agent[] | undefined = tables.found
  let fresh: CommittedChange[] = []
  let closed = false

  const position = (): Position => ({ epoch, offset: numbers.head })

  const view = (draft: Numbers): StateView => ({
    epoch,
    agent: agents.get,
    tombstone: tombstones.get,
    remembered: answers.get,
    aliveWithKey: agents.aliveWithKey,
    forgotten: () => draft.forgotten,
  })

  const run = (command: Command, draft: Numbers): Result<Committed, Refusal> => {
    const at = clock.wall()
    tombstones.forget(at, draft)
    answers.forget(at)
    const verdict = decide(view(draft), command, at)
    if (!verdict.ok) return verdict
    const { changes, answer, remember } = verdict.value
    const made: CommittedChange[] = []
    for (const change of changes) {
      agents.write(change)
      if (change.op === 'remove') tombstones.add(change.tombstone, draft)
      history.add(change, draft)
      made.push({ epoch, offset: draft.head, change })
    }
    if (remember !== undefined) answers.add(remember.jti, { ...remember.first, offset: draft.head }, at)
    fresh.push(...made)
    return ok({ answer, position: { epoch, offset: draft.head } })
  }

  const commits = createGroupCommit<Command, Result<Committed, Refusal>, Numbers>({
    db,
    soon: options.scheduler.soon,
    logger,
    draft: () => {
      fresh = []
      return { ...numbers }
    },
    run,
    beforeCommit: history.trim,
    committed: (draft) => {
      const moved = draft.head > numbers.head
      numbers = draft
      if (moved) found = undefined
      for (const change of fresh) for (const follower of followers) follower.committed(change)
      return moved
    },
  })

  const skipped = (ids: readonly string[]): void =>
    logger.warn('metrics_skipped', {
      records: ids.length,
      agent_ids: ids.slice(0, 5).join(' '),
      reason: 'what the file holds of them cannot be read; they begin anew with the next report of these agents',
    })

  const renew: Store['renew'] = async (signs, measured = []) => {
    if (closed) return err(STORE_AWAY)
    // When agents were heard may be lost with the power: they all get one whole timeout then.
    db.exec('PRAGMA synchronous = NORMAL')
    try {
      const dead: AgentRef[] = []
      const overtaken: KeptMetrics[] = []
      const done = commits.alone(() => {
        dead.push(...signs.flatMap((sign) => agents.renew(sign) ?? []))
        overtaken.push(...measured.flatMap((kept) => metrics.write(kept) ?? []))
      })
      found = undefined
      return done === undefined ? err(STORE_AWAY) : ok({ dead, overtaken })
    } finally {
      db.exec(`PRAGMA synchronous = ${synchronous}`)
    }
  }

  return {
    commit: async (command): Promise<Result<Committed, Refusal | StoreAway>> => {
      if (closed) return err(STORE_AWAY)
      const answer = await commits.add(command)
      return 'kind' in answer ? err(answer) : answer
    },
    load: async () => ({ position: position(), agents: found ?? agents.all(), metrics: metrics.all(skipped) }),
    head: position,
    history: async (after, limit) => {
      const { first, head } = numbers
      if (after > head || after < first - 1 || after < floor) return undefined
      return readable(() => history.after(after, limit))?.map(([offset, change]) => ({ epoch, offset, change }))
    },
    tombstone: async (id) => {
      try {
        return ok(tombstones.get(id))
      } catch (cause) {
        if (!isStorageFault(cause)) throw cause
        return err(STORE_AWAY)
      }
    },
    renew,
    follow: (follower) => {
      followers.add(follower)
      return () => followers.delete(follower)
    },
    status: () => ({ kind: 'sqlite', available: !closed && commits.available() }),
    close: async () => {
      if (closed) return
      commits.flush()
      closed = true
      followers.clear()
      try {
        tables.use.end()
        db.close()
      } catch (cause) {
        // Nothing is lost: the next start reads what is beside the file.
        logger.warn('store_not_closed', { reason: faultReason(cause) })
      }
    },
  }
}

/** Undefined for a history that cannot be read: whoever asks for it gets the whole state instead. */
const readable = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof DamagedRecord) return undefined
    throw cause
  }
}
