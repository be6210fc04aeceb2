// A program of its own: registers agents through the Store port, or inserts as many rows of that size into a bare
// SQLite file, and writes the times to standard output. Stores come from the hub's source.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { createMemoryStore } from '../../apps/server/src/adapters/memory/memory-store.ts'
import { openSqliteStore } from '../../apps/server/src/adapters/sqlite/sqlite-store.ts'
import type { RegisterCommand } from '../../apps/server/src/domain/command.ts'
import type { Store } from '../../apps/server/src/domain/ports.ts'
import { systemClock, systemScheduler } from '../../apps/server/src/kernel/clock.ts'
import { silentLogger } from '../../apps/server/src/kernel/logger.ts'
import { systemRandom } from '../../apps/server/src/kernel/random.ts'
import { isAgentId } from '../../packages/protocol/src/model/ids.ts'
import { parseSettings, type CommitSettings } from './commit-settings.ts'

/** The hub's defaults. */
const LIMITS = { changeHistory: 100_000, changeHistoryBytes: 67_108_864, tombstonesMax: 200_000 }

const settings = parseSettings(process.env['COMMIT_SETTINGS'] ?? '')
const directory = process.env['ARCP_DATA_DIR'] ?? ''
mkdirSync(directory, { recursive: true })

const agentId = (index: number): RegisterCommand['card']['agent_id'] => {
  const id = `bench-agent-${index}`
  if (!isAgentId(id)) throw new Error(`${id} is no agent id.`)
  return id
}

const command = (index: number): RegisterCommand => ({
  kind: 'register',
  card: {
    agent_id: agentId(index),
    name: 'Benchmark agent',
    agent_type: 'testing',
    endpoint: 'http://localhost:8010',
    capabilities: ['echo', 'compute'],
    context_brief: 'An agent that exists for the length of a measurement.',
    version: '1.0.0',
    owner: 'Benchmarks',
    public_key: 'bench-public-key-that-is-at-least-32-characters-long',
    communication_mode: 'remote',
    metadata: { suite: 'bench' },
    features: [],
    policy_tags: [],
    max_tokens: null,
    language_support: null,
    rate_limit: null,
    requirements: null,
    ai_context: null,
  },
  claim: { via: 'temp', jti: `bench-jti-${index}`, keyId: 'bench-key' },
  bodyDigest: 'd'.repeat(64),
  keyMaxAgents: 0,
})

/** Commits number `index`; resolves when it is answered. */
type Commit = (index: number) => Promise<void>

const throughPort =
  (store: Store): Commit =>
  async (index) => {
    const committed = await store.commit(command(index))
    if (!committed.ok) throw new Error(`Commit ${index}: ${committed.error.kind}`)
  }

const sqliteStore = (synchronous: CommitSettings['synchronous']): Store => {
  const opened = openSqliteStore({
    path: join(directory, 'arcp.sqlite'),
    synchronous,
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    logger: silentLogger,
    ...LIMITS,
  })
  if (!opened.ok) throw new Error(opened.error)
  return opened.value
}

/** One table, one row of a card a commit, all that wait in one turn in one transaction: what SQLite itself takes. */
const bareInserts = (synchronous: CommitSettings['synchronous']): Commit => {
  const db = new DatabaseSync(join(directory, 'bare.sqlite'))
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA cache_size = -16384')
  db.exec(`PRAGMA wal_autocheckpoint = 1000; PRAGMA synchronous = ${synchronous}`)
  db.exec('CREATE TABLE agents (id TEXT PRIMARY KEY, card TEXT NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO agents (id, card) VALUES (?, ?)')
  let waiting: { readonly index: number; readonly resolve: () => void }[] = []
  const flush = (): void => {
    const group = waiting
    waiting = []
    db.exec('BEGIN IMMEDIATE')
    for (const { index } of group) insert.run(`bench-agent-${index}`, JSON.stringify(command(index).card))
    db.exec('COMMIT')
    for (const { resolve } of group) resolve()
  }
  return (index) =>
    new Promise((resolve) => {
      waiting.push({ index, resolve })
      if (waiting.length === 1) setImmediate(flush)
    })
}

const commitOf = ({ store, synchronous }: CommitSettings): Commit => {
  switch (store) {
    case 'memory':
      return throughPort(createMemoryStore({ clock: systemClock, random: systemRandom, ...LIMITS }))
    case 'sqlite':
      return throughPort(sqliteStore(synchronous))
    case 'bare sqlite':
      return bareInserts(synchronous)
  }
}

const commit = commitOf(settings)
let next = 0

/** Callers that each wait for an answer before the next commit. */
const run = async (to: number): Promise<number[]> => {
  const latencies: number[] = []
  const caller = async (): Promise<void> => {
    while (next < to) {
      const index = next
      next += 1
      const from = performance.now()
      await commit(index)
      latencies.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: settings.callers }, caller))
  return latencies
}

await run(settings.warmUp)
const cpuFrom = process.cpuUsage()
const from = performance.now()
const latencies = await run(settings.warmUp + settings.commits)
const elapsedMs = performance.now() - from
const { user, system } = process.cpuUsage(cpuFrom)
const rounded = latencies.map((ms) => Number(ms.toFixed(4)))
process.stdout.write(JSON.stringify({ elapsedMs, cpuMs: (user + system) / 1000, latencies: rounded }), () =>
  // What is open goes with the process: nothing here is kept.
  process.exit(0),
)
