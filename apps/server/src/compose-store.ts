// Which store the hub keeps its agents in, by configuration.

import { join, resolve } from 'node:path'

import { createMemoryStore } from './adapters/memory/memory-store.ts'
import type { StoreDeps } from './compose-deps.ts'
import type { Config } from './config/options.ts'
import type { OtherHubs } from './domain/hubs.ts'
import type { Leases } from './domain/leases.ts'
import type { Store } from './domain/ports.ts'
import { ok, type Result } from './kernel/result.ts'

const usesRedis = (config: Config): boolean => config.REDIS_URL !== '' || config.REDIS_HOST !== ''

export interface OpenedStore {
  readonly store: Store
  /** As a person would look for it. */
  readonly place: string
  /** Set when the store keeps the leases of several hubs; otherwise this hub keeps them. */
  readonly leases?: Pick<Leases, 'sweep'>
  /** Set when hubs share it. */
  readonly others?: OtherHubs
}

/** The file of the embedded store. */
const storeFile = (config: Pick<Config, 'ARCP_DATA_DIR'>): string => join(resolve(config.ARCP_DATA_DIR), 'arcp.sqlite')

/** @returns one line that says why the store cannot be opened, and what to do */
export const openStore = async (deps: StoreDeps): Promise<Result<OpenedStore, string>> => {
  const { config, clock, scheduler, random, logger } = deps
  if (usesRedis(config)) {
    // Loaded only where it is used: it makes the start longer.
    const { openRedis } = await import('./compose-redis.ts')
    return openRedis(deps)
  }
  const limits = {
    changeHistory: config.CHANGE_HISTORY,
    changeHistoryBytes: config.CHANGE_HISTORY_BYTES,
    tombstonesMax: config.TOMBSTONES_MAX,
  }
  if (config.ARCP_STORE === 'memory')
    return ok({ store: createMemoryStore({ clock, random, ...limits }), place: 'this process' })
  // Loaded by who uses it: Node warns that its database is experimental when it is loaded.
  const { openSqliteStore } = await import('./adapters/sqlite/sqlite-store.ts')
  const path = storeFile(config)
  const opened = openSqliteStore({
    path,
    synchronous: config.SQLITE_SYNCHRONOUS,
    clock,
    scheduler,
    random,
    logger,
    ...limits,
  })
  return opened.ok ? ok({ store: opened.value, place: path }) : opened
}
