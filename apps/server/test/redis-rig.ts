// Stores on one real Redis, each as a hub of its own would open it, under a time and a pulse that tests move.

import { createFakeTime, type FakeTime } from '@arcp/testkit'

import { openRedisStore, type RedisStore } from '../src/adapters/redis/redis-store.ts'
import type { HubSelf } from '../src/domain/hubs.ts'
import { systemScheduler } from '../src/kernel/clock.ts'
import { silentLogger, type Logger } from '../src/kernel/logger.ts'
import { systemRandom } from '../src/kernel/random.ts'
import { startRedis, type RealRedis } from './real-redis.ts'

export const LEASE_MS = 60_000

export interface RigHub extends RedisStore {
  /** What the hub does once a second, now. */
  readonly beat: () => void
}

/** A hub that has nothing to say but who it is. */
export const testHub = (over: Partial<HubSelf> = {}): HubSelf => {
  const id = over.id ?? systemRandom.token(9)
  return {
    id,
    facts: () => ({
      id,
      version: '1.2.3',
      startedAt: 1000,
      sockets: { public: 1, agents: 2, dashboard: 3 },
      offset: 4,
      loopDelayMs: 0.5,
      memoryBytes: 6,
    }),
    obey: () => undefined,
    ...over,
  }
}

export interface RedisRig {
  readonly redis: RealRedis
  readonly time: FakeTime
  /** Another prefix is another cluster. */
  readonly prefix: () => string
  readonly hub: (
    prefix: string,
    over?: Partial<{
      self: HubSelf
      logger: Logger
      changeHistory: number
      url: string
      mustMatch: Record<string, string>
      mayDiffer: Record<string, string>
    }>,
  ) => Promise<RigHub>
  readonly stop: () => Promise<void>
}

export const createRedisRig = async (): Promise<RedisRig> => {
  const redis = await startRedis('--appendonly', 'yes')
  const time = createFakeTime()
  const opened: RedisStore[] = []
  let prefixes = 0
  return {
    redis,
    time,
    prefix: () => {
      prefixes += 1
      return `test-${prefixes}`
    },
    hub: async (
      prefix,
      {
        self = testHub(),
        logger = silentLogger,
        changeHistory = 1000,
        url = redis.url,
        mustMatch = {},
        mayDiffer = {},
      } = {},
    ) => {
      let beat = (): void => undefined
      const store = await openRedisStore({
        self,
        url,
        prefix,
        clock: time.clock,
        // Redis is told the fake time; what waits for messages waits by the real one.
        now: time.clock.wall,
        scheduler: {
          ...systemScheduler,
          every: (_, run) => {
            beat = run
            return () => undefined
          },
        },
        random: systemRandom,
        logger,
        changeHistory,
        changeHistoryBytes: 1_000_000,
        tombstonesMax: 1000,
        leaseTimeoutMs: LEASE_MS,
        massLossRatio: 0.3,
        mustMatch,
        mayDiffer,
      })
      if (!store.ok) throw new Error(store.error)
      opened.push(store.value)
      return { ...store.value, beat: () => beat() }
    },
    stop: async () => {
      await Promise.all(opened.map(({ store }) => store.close()))
      await redis.stop()
    },
  }
}
