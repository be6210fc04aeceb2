// The Store port on Redis: hubs that share one are equal. Every decision is one script, every hub hears every change
// in order, and what Redis has answered survives what Redis itself survives (with AOF: its own end too).

import { TOMBSTONE_DAYS } from '../../domain/agent.ts'
import type { Position } from '../../domain/change.ts'
import type { Command } from '../../domain/command.ts'
import type { HubSelf, OtherHubs } from '../../domain/hubs.ts'
import { MASS_LOSS_MINIMUM, removalDelayMs, type Leases } from '../../domain/leases.ts'
import type { Store, StoreAway } from '../../domain/ports.ts'
import { REPLAY_SECONDS } from '../../domain/transition.ts'
import type { Clock, Scheduler } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Random } from '../../kernel/random.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createChangeFeed, type ChangeFeed } from './change-feed.ts'
import { COMMIT_SCRIPT } from './commit-script.ts'
import { connect, riskyBecause, type Connection, type RedisAddress } from './connection.ts'
import { createHubPulse } from './hub-pulse.ts'
import { JOIN_SCRIPT, LOAD_SCRIPT } from './lease-scripts.ts'
import { loadState } from './load-state.ts'
import { createOtherHubs } from './other-hubs.ts'
import { parseCommit, parseHistory, parsePage, parseTombstone } from './parse-reply.ts'
import { createRedisLeases } from './redis-leases.ts'
import { createRenew, metricsSkipped } from './renew.ts'
import { createScripts, type Scripts } from './scripts.ts'

export interface RedisStoreOptions extends RedisAddress {
  readonly self: HubSelf
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
  readonly changeHistory: number
  readonly changeHistoryBytes: number
  readonly tombstonesMax: number
  readonly leaseTimeoutMs: number
  readonly massLossRatio: number
  /** Fingerprints by name of what every hub must have the same: one that differs may not join those that are there. */
  readonly mustMatch: Readonly<Record<string, string>>
  /** What should be the same, and is only said when it is not. */
  readonly mayDiffer: Readonly<Record<string, string>>
  /** In place of Redis' own time. For tests: Redis cannot be told what time it is. */
  readonly now?: () => number
}

export interface RedisStore {
  readonly store: Store
  /** Its address and prefix, without user and password. */
  readonly place: string
  /** Kept by Redis for all hubs together. */
  readonly leases: Pick<Leases, 'sweep'>
  readonly others: OtherHubs
}

const AWAY: StoreAway = { kind: 'store-away', retryAfterS: 1 }
/** Agents read by one script. */
const LOAD_PAGE = 500
/** How long a commit waits for the changes before its own. */
const APPLY_MS = 5000

/** @returns one line that says why Redis cannot be used, and what to do */
export const openRedisStore = async (options: RedisStoreOptions): Promise<Result<RedisStore, string>> => {
  const connected = await connect(options, Math.random)
  if (!connected.ok) return connected
  const connection = connected.value
  try {
    return ok(await buildStore(options, connection))
  } catch (cause) {
    connection.close()
    return err(openFault(cause, options.prefix))
  }
}

const openFault = (cause: unknown, prefix: string): string => {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof CannotJoin) return message
  const schema = /ARCPSCHEMA (\S+)/.exec(message)?.[1]
  return schema === undefined
    ? `Redis cannot be used (${message}): correct REDIS_URL, or what Redis complains about`
    : `Redis holds the data of another version (schema ${schema}) under REDIS_PREFIX ${prefix}: ` +
        'run that version, or set another REDIS_PREFIX'
}

const buildStore = async (options: RedisStoreOptions, connection: Connection): Promise<RedisStore> => {
  const { clock, scheduler, logger, url, prefix } = options
  const hub = options.self.id
  const settings = scriptSettings(options, hub, () => feed.position())
  const place = `${connection.address}, prefix ${prefix}`
  await join(options, place, () =>
    connection.run(JOIN_SCRIPT, scriptSettings(options, hub, () => NOWHERE)(), ...fingerprints(options)),
  )

  let atRisk = false
  const warnOfRisks = async (): Promise<void> => {
    const reasons = await riskyBecause(connection, url)
    atRisk = reasons.length > 0
    for (const reason of reasons) {
      logger.warn('store_at_risk', { store: 'redis', address: connection.address, reason })
    }
  }
  await warnOfRisks()
  const scripts = createScripts({
    connection,
    settings,
    clock,
    logger,
    // It may be another one than before.
    onBack: () => void warnOfRisks().catch(() => undefined),
  })
  const pulse = createHubPulse({ self: options.self, scripts, feed: () => feed, connection, scheduler, logger })
  const feed = createChangeFeed({
    hub,
    scheduler,
    logger,
    loadState: () =>
      loadState({
        page: async (after) => parsePage(await connection.run(LOAD_SCRIPT, settings(), after, String(LOAD_PAGE))),
        readHistory: (offset, limit) => readHistory(connection, offset, limit),
        onBroken: (ids) =>
          logger.error('records_skipped', {
            records: ids.length,
            agent_ids: ids.slice(0, 5).join(' '),
            reason: 'what Redis holds of them cannot be read; the agents must register again',
          }),
        onBrokenMetrics: (ids) => metricsSkipped(logger, ids),
      }),
    readHistory: (offset, limit) => readHistory(connection, offset, limit),
    onOwnBeat: pulse.heard,
    failed: scripts.failed,
  })
  connection.subscriber.on('message', (_, text: string) => feed.message(text))
  await connection.subscriber.subscribe(connection.channel)
  await feed.load()
  await pulse.start()

  const close = async (): Promise<void> => {
    await pulse.stop()
    connection.close()
  }
  const { leaseTimeoutMs: timeoutMs, massLossRatio } = options
  return {
    place,
    store: { ...storeMethods({ options, connection, scripts, feed, atRisk: () => atRisk }), close },
    others: createOtherHubs(scripts),
    leases: createRedisLeases({ scripts, feed, clock, logger, timeoutMs, massLossRatio }),
  }
}

const fingerprints = ({ mustMatch, mayDiffer }: RedisStoreOptions): readonly string[] =>
  Object.entries({ ...mustMatch, ...mayDiffer }).flat()

/** Throws with the line for the person who started the hub when it must not join. */
const join = async (
  { mustMatch, logger }: RedisStoreOptions,
  place: string,
  compare: () => Promise<unknown>,
): Promise<void> => {
  const differing = await compare()
  const names = Array.isArray(differing) ? differing.map(String) : []
  const wrong = names.filter((name) => Object.hasOwn(mustMatch, name))
  if (wrong.length > 0) {
    throw new CannotJoin(
      `${wrong.join(' and ')} differs from that of the hubs that are on ${place}: give every hub the same, ` +
        'or set another REDIS_PREFIX',
    )
  }
  for (const setting of names) logger.warn('settings_differ', { setting, from: 'the other hubs', store: place })
}

class CannotJoin extends Error {}

interface Parts {
  readonly options: RedisStoreOptions
  readonly connection: Connection
  readonly scripts: Scripts
  readonly feed: ChangeFeed
  readonly atRisk: () => boolean
}

const storeMethods = ({ options, connection, scripts, feed, atRisk }: Parts): Omit<Store, 'close'> => ({
  commit: async (command) => {
    const ran = await scripts.run(COMMIT_SCRIPT, ...commandArguments(command))
    if (ran === undefined) return err(AWAY)
    const reply = parseCommit(ran.reply)
    if (!reply.ok) return err(reply.error)
    const { epoch, offset, answer } = reply
    feed.add(reply)
    return (await feed.passed({ epoch, offset }, APPLY_MS)) ? ok({ answer, position: { epoch, offset } }) : err(AWAY)
  },
  load: feed.load,
  head: feed.position,
  history: async (after, limit) => {
    const { epoch, offset } = feed.position()
    if (after < 0 || after >= offset) return after === offset ? [] : undefined
    const rows = await readHistory(connection, after, limit)
    return rows?.map(([at, change]) => ({ epoch, offset: at, change }))
  },
  tombstone: async (id) => {
    try {
      const text = await connection.commands.hget(`${connection.key}:tomb`, id)
      return ok(text === null ? undefined : parseTombstone(text))
    } catch (cause) {
      scripts.failed(cause)
      return err(AWAY)
    }
  },
  renew: createRenew({ scripts, logger: options.logger, now: options.now ?? options.clock.wall, away: AWAY }),
  follow: feed.follow,
  status: () => ({ kind: 'redis', available: scripts.available(), ...(atRisk() ? { atRisk: true } : {}) }),
})

/** Before anything was seen. */
const NOWHERE: Position = { epoch: '', offset: 0 }

const scriptSettings = (options: RedisStoreOptions, hub: string, position: () => Position) => (): string =>
  JSON.stringify({
    hub,
    seen: position(),
    // Taken when Redis is found empty, or behind what this hub has seen: every history has an epoch of its own.
    epoch: options.random.token(12),
    timeout: options.leaseTimeoutMs,
    removal: removalDelayMs(options.leaseTimeoutMs),
    history: options.changeHistory,
    historyBytes: options.changeHistoryBytes,
    tombstones: options.tombstonesMax,
    remember: TOMBSTONE_DAYS * 86_400_000,
    replay: REPLAY_SECONDS * 1000,
    massLossMinimum: MASS_LOSS_MINIMUM,
    ...(options.now === undefined ? {} : { now: options.now() }),
  })

const readHistory = async ({ commands, key }: Connection, after: number, limit: number) => {
  const found = parseHistory(await commands.xrange(`${key}:history`, `${after + 1}-0`, '+', 'COUNT', limit))
  return found?.[0]?.[0] === after + 1 ? found : undefined
}

const commandArguments = (command: Command): readonly string[] => {
  if (!('card' in command)) return [JSON.stringify(command), '']
  const { card, ...rest } = command
  return [JSON.stringify({ id: card.agent_id, ...rest }), JSON.stringify(card)]
}
