// Which store the hub keeps its agents in, by configuration.

import { createMemoryStore } from './adapters/memory/memory-store.ts'
import type { Config } from './config/options.ts'
import type { Store } from './domain/ports.ts'
import type { Clock } from './kernel/clock.ts'
import type { Random } from './kernel/random.ts'
import { ok, type Result } from './kernel/result.ts'

export interface StoreDeps {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
}

/** @returns one line that says why the store cannot be opened, and what to do */
export const openStore = async ({ config, clock, random }: StoreDeps): Promise<Result<Store, string>> =>
  ok(
    createMemoryStore({
      clock,
      random,
      changeHistory: config.CHANGE_HISTORY,
      changeHistoryBytes: config.CHANGE_HISTORY_BYTES,
      tombstonesMax: config.TOMBSTONES_MAX,
    }),
  )
