import { createFakeTime } from '@arcp/testkit'
import { afterAll, beforeAll } from 'vitest'

import { startRedis, type RealRedis } from '../../../test/real-redis.ts'
import { describeStoreContract } from '../../../test/store-contract.ts'
import { systemClock, systemScheduler } from '../../kernel/clock.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { systemRandom } from '../../kernel/random.ts'
import { openRedisStore } from './redis-store.ts'

let redis: RealRedis | undefined
const opened: (() => Promise<void>)[] = []

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(async () => {
  for (const close of opened) await close()
  await redis?.stop()
})

let prefixes = 0

const create = async () => {
  const time = createFakeTime()
  prefixes += 1
  const store = await openRedisStore({
    url: redis?.url ?? '',
    prefix: `test-${prefixes}`,
    // Redis is told the fake time; what waits for messages waits by the real one.
    clock: { wall: time.clock.wall, monotonic: systemClock.monotonic },
    now: time.clock.wall,
    scheduler: systemScheduler,
    random: systemRandom,
    logger: silentLogger,
    changeHistory: 10,
    changeHistoryBytes: 1_000_000,
    tombstonesMax: 1000,
    leaseTimeoutMs: 60_000,
    massLossRatio: 0.3,
  })
  if (!store.ok) throw new Error(store.error)
  opened.push(store.value.store.close)
  return { store: store.value.store, advance: time.advance }
}

describeStoreContract({ name: 'redis', changeHistory: 10, create })
