// The Store port on Redis: hubs that share one are equal. Every decision is one script, every hub hears every change
// in order, and what Redis has answered survives what Redis itself survives (with AOF: its own end too).

import { TOMBSTONE_DAYS, type Tombstone } from '../../domain/agent.ts'
import type { Command } from '../../domain/command.ts'
import { MASS_LOSS_MINIMUM, removalDelayMs, type Leases } from '../../domain/leases.ts'
import type { Store, StoreAway, StoredState } from '../../domain/ports.ts'
import { REPLAY_SECONDS } from '../../domain/transition.ts'
import type { Clock, Scheduler } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Random } from '../../kernel/random.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createChangeFeed, type ChangeFeed } from './change-feed.ts'
import { COMMIT_SCRIPT } from './commit-script.ts'
import { connect, riskyBecause, shownAddress, type Connection, type RedisAddress } from './connection.ts'
import { BEAT_SCRIPT, LEAVE_SCRIPT, LOAD_SCRIPT, RENEW_SCRIPT } from './lease-scripts.ts'
import { parseCommit, parseHistory, parsePosition, parseRefs, parseState } from './parse-reply.ts'
import { createRedisLeases } from './redis-leases.ts'
import { createScripts, type Scripts } from './scripts.ts'

export interface RedisStoreOptions extends RedisAddress {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
  readonly changeHistory: number
  readonly changeHistoryBytes: number
  readonly tombstonesMax: number
  readonly leaseTimeoutMs: number
  readonly massLossRatio: number
  /** In place of Redis' own time. For tests: Redis cannot be told what time it is. */
  readonly now?: () => number
}

export interface RedisStore {
  readonly store: Store
  /** Its address and prefix, without user and password. */
  readonly place: string
  /** Kept by Redis for all hubs together. */
  readonly leases: Pick<Leases, 'sweep'>
}

const AWAY: StoreAway = { kind: 'store-away', retryAfterS: 1 }
/** A hub says that it is there, and looks at the head. */
const BEAT_MS = 1000
/** Without a beat for so long a hub counts as gone. */
const PRESENT_MS = 4000
/** So many of its own beats unheard, and a hub takes its listening connection for deaf. */
const DEAF_BEATS = 3
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
  const schema = /ARCPSCHEMA (\S+)/.exec(message)?.[1]
  return schema === undefined
    ? `Redis cannot be used (${message}): correct REDIS_URL, or what Redis complains about`
    : `Redis holds the data of another version (schema ${schema}) under REDIS_PREFIX ${prefix}: ` +
        'run that version, or set another REDIS_PREFIX'
}

const buildStore = async (options: RedisStoreOptions, connection: Connection): Promise<RedisStore> => {
  const { clock, scheduler, random, logger } = options
  const hub = random.token(9)
  const settings = scriptSettings(options, hub)
  const scripts = createScripts(connection, settings, logger)
  let unheard = 0
  const feed = createChangeFeed({
    hub,
    scheduler,
    logger,
    loadState: async (): Promise<StoredState> =>
      parseState(await connection.run(LOAD_SCRIPT, settings()), (id) =>
        logger.error('record_skipped', { agent_id: id, reason: 'what Redis holds of it cannot be read' }),
      ),
    readHistory: (offset, limit) => readHistory(connection, offset, limit),
    onOwnBeat: () => {
      unheard = 0
    },
    failed: scripts.failed,
  })

  const beat = async (): Promise<void> => {
    const ran = await scripts.run(BEAT_SCRIPT, String(PRESENT_MS))
    if (ran !== undefined) feed.headIs(parsePosition(ran.reply))
    if (ran === undefined) return
    unheard += 1
    if (unheard <= DEAF_BEATS) return
    // A connection can look sound and hear nothing.
    unheard = 0
    logger.warn('store_subscriber_deaf', {})
    connection.listenAgain()
  }

  for (const reason of await riskyBecause(connection, options.url)) logger.warn('store_at_risk', { reason })
  connection.subscriber.on('message', (_, text: string) => feed.message(text))
  await connection.subscriber.subscribe(connection.channel)
  await feed.load()
  await beat()
  const stopBeat = scheduler.every(BEAT_MS, () => {
    beat().catch((cause: unknown) => logger.error('store_beat_failed', {}, cause))
  })

  return {
    place: `${shownAddress(options.url)}, prefix ${options.prefix}`,
    store: {
      ...storeMethods({ options, connection, scripts, feed }),
      close: async () => {
        stopBeat()
        await scripts.run(LEAVE_SCRIPT)
        connection.close()
      },
    },
    leases: createRedisLeases({
      scripts,
      feed,
      clock,
      logger,
      timeoutMs: options.leaseTimeoutMs,
      massLossRatio: options.massLossRatio,
    }),
  }
}

interface Parts {
  readonly options: RedisStoreOptions
  readonly connection: Connection
  readonly scripts: Scripts
  readonly feed: ChangeFeed
}

const storeMethods = ({ options, connection, scripts, feed }: Parts): Omit<Store, 'close'> => ({
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
  renew: async (signs) => {
    if (signs.length === 0) return ok([])
    // Ages, not moments: what this hub's clock shows is nobody else's business.
    const now = options.now?.() ?? options.clock.wall()
    const aged = signs.map(({ id, incarnation, seenAt }) => [id, incarnation, Math.max(0, now - seenAt)])
    const ran = await scripts.run(RENEW_SCRIPT, JSON.stringify(aged))
    return ran === undefined ? err(AWAY) : ok(parseRefs(ran.reply))
  },
  follow: feed.follow,
  status: () => ({ kind: 'redis', available: scripts.available() }),
})

const scriptSettings = (options: RedisStoreOptions, hub: string) => (): string =>
  JSON.stringify({
    hub,
    // Taken when Redis is found empty: every history has an epoch of its own.
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
  return found[0]?.[0] === after + 1 ? found : undefined
}

const commandArguments = (command: Command): readonly string[] => {
  if (command.kind !== 'register') return [JSON.stringify(command), '']
  const { card, ...rest } = command
  return [JSON.stringify({ ...rest, id: card.agent_id }), JSON.stringify(card)]
}

// Written by the script that buried the agent, whole.
const parseTombstone = (text: string): Tombstone => JSON.parse(text)
