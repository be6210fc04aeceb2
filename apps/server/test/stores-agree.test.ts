// The same random life on every store: they must not differ in anything that can be asked.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createFakeTime, type FakeTime } from '@arcp/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createMemoryStore } from '../src/adapters/memory/memory-store.ts'
import { openRedisStore } from '../src/adapters/redis/redis-store.ts'
import { openSqliteStore } from '../src/adapters/sqlite/sqlite-store.ts'
import type { CommittedChange } from '../src/domain/change.ts'
import type { Store } from '../src/domain/ports.ts'
import { systemScheduler } from '../src/kernel/clock.ts'
import { silentLogger } from '../src/kernel/logger.ts'
import { startRedis, type RealRedis } from './real-redis.ts'
import { RANDOM_EPOCH, RANDOM_IDS, randomStep, type RandomStep } from './random-commands.ts'
import { testHub } from './redis-rig.ts'

const LIMITS = { changeHistory: 15, changeHistoryBytes: 5000, tombstonesMax: 2 }
const random = { token: () => RANDOM_EPOCH }

interface Life {
  readonly store: () => Store
  /** Ends the store and opens what it left behind. */
  readonly reopen?: () => Promise<void>
  readonly end: () => Promise<void>
}

interface StoreKind {
  readonly name: string
  /** A store of its own, in fake time. */
  readonly begin: (time: FakeTime) => Promise<Life>
}

const memory: StoreKind = {
  name: 'memory',
  begin: async ({ clock }) => {
    const store = createMemoryStore({ clock, random, ...LIMITS })
    return { store: () => store, end: store.close }
  },
}

const sqlite = (synchronous: 'full' | 'normal'): StoreKind => ({
  name: `sqlite, ${synchronous}`,
  begin: async ({ clock }) => {
    const directory = mkdtempSync(join(tmpdir(), 'arcp-agree-'))
    const scheduler = { soon: (run: () => void) => void setImmediate(run) }
    const path = join(directory, 'arcp.sqlite')
    const open = (): Store => {
      const opened = openSqliteStore({ path, clock, scheduler, random, logger: silentLogger, synchronous, ...LIMITS })
      if (!opened.ok) throw new Error(opened.error)
      return opened.value
    }
    let store = open()
    return {
      store: () => store,
      reopen: async () => {
        await store.close()
        store = open()
      },
      end: async () => {
        await store.close()
        rmSync(directory, { recursive: true })
      },
    }
  },
})

let redis: RealRedis | undefined
let prefixes = 0

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(() => redis?.stop())

/** A cluster of its own by its prefix. What it left behind is opened by a hub that never saw it. */
const onRedis: StoreKind = {
  name: 'Redis',
  begin: async ({ clock }) => {
    prefixes += 1
    const prefix = `life-${prefixes}`
    const open = async (): Promise<Store> => {
      const opened = await openRedisStore({
        self: testHub(),
        url: redis?.url ?? '',
        prefix,
        clock,
        now: clock.wall,
        scheduler: systemScheduler,
        random,
        logger: silentLogger,
        leaseTimeoutMs: 60_000,
        massLossRatio: 0.3,
        mustMatch: {},
        mayDiffer: {},
        ...LIMITS,
      })
      if (!opened.ok) throw new Error(opened.error)
      return opened.value.store
    }
    let store = await open()
    return {
      store: () => store,
      reopen: async () => {
        await store.close()
        store = await open()
      },
      end: () => store.close(),
    }
  },
}

/** Everything that can be asked about the state. */
const stateOf = async (store: Store) => {
  const { position, agents, metrics = [] } = await store.load()
  const { offset } = position
  return {
    position,
    head: store.head(),
    // In whichever order.
    agents: agents.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    metrics: metrics.toSorted((a, b) => (a.record.agentId < b.record.agentId ? -1 : 1)),
    history: await Promise.all(
      [0, offset - 20, offset - 15, offset - 5, offset, offset + 1].map((at) => store.history(at, 10)),
    ),
    tombstones: await Promise.all(RANDOM_IDS.map(store.tombstone)),
  }
}

/** Lives through the steps. @returns everything it answered and told, step by step */
const live = async (kind: StoreKind, steps: readonly RandomStep[]): Promise<readonly unknown[]> => {
  const time = createFakeTime()
  const life = await kind.begin(time)
  let told: CommittedChange[] = []
  const follow = () => void life.store().follow({ committed: (change) => told.push(change) })
  follow()
  const seen: unknown[] = []
  const step = async (one: RandomStep): Promise<unknown> => {
    switch (one.kind) {
      case 'commit':
        return Promise.all(one.commands.map((command) => life.store().commit(command)))
      case 'renew':
        return life.store().renew(
          one.signs.map(({ ageMs, ...agent }) => ({ ...agent, seenAt: time.clock.wall() - ageMs })),
          one.metrics,
        )
      case 'wait':
        return time.advance(one.ms)
      case 'reopen': {
        if (life.reopen === undefined) return undefined
        await life.reopen()
        return follow()
      }
    }
  }
  try {
    for (const one of steps) {
      told = []
      const answers = await step(one)
      seen.push({ step: one.kind, answers, told, state: await stateOf(life.store()) })
    }
    return seen
  } finally {
    await life.end()
  }
}

describe('stores agree with the one in memory', () => {
  it.each([
    { kind: sqlite('full'), numRuns: 300 },
    { kind: sqlite('normal'), numRuns: 100 },
    { kind: onRedis, numRuns: 200 },
  ])('[S2] whatever happens to them: $kind.name', { timeout: 120_000 }, async ({ kind, numRuns }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomStep, { maxLength: 80, size: 'max' }), async (steps) => {
        expect(await live(kind, steps)).toEqual(await live(memory, steps))
      }),
      { numRuns },
    )
  })
})
