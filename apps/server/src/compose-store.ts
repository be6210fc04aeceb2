// Which store the hub keeps its agents in, by configuration.

import { join, resolve } from 'node:path'

import { createMemoryStore } from './adapters/memory/memory-store.ts'
import { openSqliteStore } from './adapters/sqlite/sqlite-store.ts'
import type { Config } from './config/options.ts'
import type { Store } from './domain/ports.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import type { Random } from './kernel/random.ts'
import { ok, type Result } from './kernel/result.ts'

export interface StoreDeps {
  readonly config: Config
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
}

/** The file of the embedded store. */
const storeFile = (config: Pick<Config, 'ARCP_DATA_DIR'>): string =>
  join(resolve(config.ARCP_DATA_DIR), 'arcp.sqlite')

/** @returns one line that says why the store cannot be opened, and what to do */
export const openStore = async (deps: StoreDeps): Promise<Result<Store, string>> => {
  const { config, clock, scheduler, random, logger } = deps
  const limits = {
    changeHistory: config.CHANGE_HISTORY,
    changeHistoryBytes: config.CHANGE_HISTORY_BYTES,
    tombstonesMax: config.TOMBSTONES_MAX,
  }
  if (config.ARCP_STORE === 'memory') return ok(createMemoryStore({ clock, random, ...limits }))
  return openSqliteStore({
    path: storeFile(config),
    synchronous: config.SQLITE_SYNCHRONOUS,
    clock,
    scheduler,
    random,
    logger,
    ...limits,
  })
}
