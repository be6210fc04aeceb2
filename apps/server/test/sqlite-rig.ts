// SQLite stores on real files, each test with a directory of its own.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createFakeTime, type FakeTime } from '@arcp/testkit'
import { onTestFinished } from 'vitest'

import { openSqliteStore, type SqliteStoreOptions } from '../src/adapters/sqlite/sqlite-store.ts'
import type { Store } from '../src/domain/ports.ts'
import type { Logger } from '../src/kernel/logger.ts'
import { systemRandom } from '../src/kernel/random.ts'
import type { Result } from '../src/kernel/result.ts'

export const emptyDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'arcp-sqlite-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export interface SqliteRig {
  readonly time: FakeTime
  /** What was logged, level and event. */
  readonly logged: string[]
  readonly path: string
  readonly open: (over?: Partial<SqliteStoreOptions>) => Result<Store, string>
  /** Opens, or throws the reason why not. The store is closed when the test is over. */
  readonly opened: (over?: Partial<SqliteStoreOptions>) => Store
}

export const sqliteRig = (path = join(emptyDirectory(), 'arcp.sqlite')): SqliteRig => {
  const time = createFakeTime()
  const logged: string[] = []
  const log = (level: string) => (event: string) => void logged.push(`${level} ${event}`)
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  const open = (over: Partial<SqliteStoreOptions> = {}) =>
    openSqliteStore({
      path,
      clock: time.clock,
      scheduler: { soon: (run) => void setImmediate(run) },
      random: systemRandom,
      logger,
      synchronous: 'full',
      changeHistory: 1000,
      changeHistoryBytes: 1_000_000,
      tombstonesMax: 1000,
      ...over,
    })
  return {
    time,
    logged,
    path,
    open,
    opened: (over) => {
      const store = open(over)
      if (!store.ok) throw new Error(store.error)
      onTestFinished(store.value.close)
      return store.value
    },
  }
}
