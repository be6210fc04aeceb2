// The store that several hubs share, by configuration.

import { openRedisStore } from './adapters/redis/redis-store.ts'
import type { StoreDeps } from './compose-deps.ts'
import type { Config } from './config/options.ts'

export const usesRedis = (config: Config): boolean => config.REDIS_URL !== '' || config.REDIS_HOST !== ''

export const openRedis = ({ config, clock, scheduler, random, logger }: StoreDeps) =>
  openRedisStore({
    url: redisUrl(config),
    prefix: config.REDIS_PREFIX,
    clock,
    scheduler,
    random,
    logger,
    changeHistory: config.CHANGE_HISTORY,
    changeHistoryBytes: config.CHANGE_HISTORY_BYTES,
    tombstonesMax: config.TOMBSTONES_MAX,
    leaseTimeoutMs: config.AGENT_HEARTBEAT_TIMEOUT * 1000,
    massLossRatio: config.LEASE_MASS_LOSS_RATIO,
  })

const redisUrl = (config: Config): string => {
  if (config.REDIS_URL !== '') return config.REDIS_URL
  const password = config.REDIS_PASSWORD === '' ? '' : `:${encodeURIComponent(config.REDIS_PASSWORD)}@`
  return `redis://${password}${config.REDIS_HOST}:${config.REDIS_PORT}/${config.REDIS_DB}`
}
