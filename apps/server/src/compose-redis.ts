// The store that several hubs share, by configuration.

import { openRedisStore } from './adapters/redis/redis-store.ts'
import type { StoreDeps } from './compose-deps.ts'
import type { Config } from './config/options.ts'
import { hmacHex } from './kernel/digest.ts'

/** Tells whether two hubs have the same without telling what it is. */
const keyed = (secret: string, text: string): string => hmacHex(secret, text).slice(0, 32)

export const openRedis = ({ self, config, secrets, clock, scheduler, random, logger }: StoreDeps) =>
  openRedisStore({
    self,
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
    // A token of one hub must be good at every other.
    mustMatch: { JWT_SECRET: keyed(secrets.jwtSecret, 'secret'), ARCP_ISSUER: config.ARCP_ISSUER },
    mayDiffer: {
      AGENT_KEYS: keyed(secrets.jwtSecret, secrets.agentKeys.toSorted().join('\n')),
      AGENT_HEARTBEAT_TIMEOUT: String(config.AGENT_HEARTBEAT_TIMEOUT),
      JWT_EXPIRE_MINUTES: String(config.JWT_EXPIRE_MINUTES),
    },
  })

const redisUrl = (config: Config): string => {
  if (config.REDIS_URL !== '') return config.REDIS_URL
  const password = config.REDIS_PASSWORD === '' ? '' : `:${encodeURIComponent(config.REDIS_PASSWORD)}@`
  const host = config.REDIS_HOST.includes(':') ? `[${config.REDIS_HOST}]` : config.REDIS_HOST
  return `redis://${password}${host}:${config.REDIS_PORT}/${config.REDIS_DB}`
}
