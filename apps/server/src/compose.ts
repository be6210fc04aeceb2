// The composition root: the only file that sees every layer. Plain functions, wired from the bottom up.

import { fileURLToPath } from 'node:url'

import { createMemoryLimits } from './adapters/limits/memory-limits.ts'
import { createAgentKeys } from './adapters/tokens/agent-keys.ts'
import { createJwtTokens } from './adapters/tokens/jwt-tokens.ts'
import { composeAdmin } from './compose-admin.ts'
import { composeChannels } from './compose-channels.ts'
import { drainHub } from './compose-drain.ts'
import { composeHub, NO_OTHERS } from './compose-hubs.ts'
import { composeHttp } from './compose-http.ts'
import { composeInsight } from './compose-insight.ts'
import { composeLeases } from './compose-leases.ts'
import { startLife, SWEEP_MS } from './compose-life.ts'
import { composeSearch } from './compose-search.ts'
import { composeMetrics } from './compose-metrics.ts'
import { openStore } from './compose-store.ts'
import type { Config } from './config/options.ts'
import type { TlsFiles } from './config/tls.ts'
import type { Secrets } from './config/secrets.ts'
import { drainSockets } from './channels/drain.ts'
import { changedId } from './domain/change.ts'
import { createAgentUpdates } from './domain/agent-updates.ts'
import { createAuth } from './domain/auth.ts'
import type { LogBook } from './domain/log-book.ts'
import { createPresence } from './domain/presence.ts'
import type { StoreStatus } from './domain/ports.ts'
import { createRegistry } from './domain/registry.ts'
import { createStrangers } from './domain/revoke-strangers.ts'
import { createSignsOfLife } from './domain/signs-of-life.ts'
import type { Stage } from './http/leaving.ts'
import { createAddressSet } from './kernel/address.ts'
import { systemClock, systemScheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import { systemRandom } from './kernel/random.ts'
import { err, ok, type Result } from './kernel/result.ts'
import { createReplica } from './live/replica.ts'
import { countChange, counted } from './telemetry/count-registry.ts'
import { logChange } from './telemetry/log-change.ts'
import type { GaugeSources } from './telemetry/gauges.ts'
import { createMetrics } from './telemetry/meter.ts'

export interface Hub {
  /** Sends everybody away in order, then stops. Resolves within `DRAIN_DEADLINE_S`. */
  readonly drain: () => Promise<void>
  readonly replaceAgentKeys: (keys: readonly string[]) => void
  readonly port: number
  readonly store: FoundStore
}

/** What the hub found when it opened its store. */
export interface FoundStore {
  readonly kind: StoreStatus['kind']
  /** As a person would look for it: a file, an address without its password. */
  readonly place: string
  readonly agents: number
}

export interface HubOptions {
  readonly config: Config
  readonly secrets: Secrets
  readonly logger: Logger
  /** Fed by `logger`. */
  readonly logs: LogBook
  readonly version: string
  readonly host: string
  readonly tls: TlsFiles | undefined
}

const DASHBOARD_FILES = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))

export type StartFault =
  /** One line for the person who started the hub. */
  | { readonly kind: 'store'; readonly reason: string }
  /** The port cannot be taken: the system's error code. */
  | { readonly kind: 'listen'; readonly code: string }

/** Builds a hub and starts it. */
export const startHub = async (options: HubOptions): Promise<Result<Hub, StartFault>> => {
  const { config, secrets, logger, version } = options
  const clock = systemClock
  const scheduler = systemScheduler
  const random = systemRandom
  const isProxy = createAddressSet(config.TRUSTED_PROXIES)

  let gauges: GaugeSources | undefined
  const builtSources = (): GaugeSources => {
    if (gauges === undefined) throw new Error('metrics were read before the hub was built')
    return gauges
  }
  const metrics = createMetrics(builtSources, { version, agentTypes: config.ALLOWED_AGENT_TYPES })

  /** What nearly every part is handed. */
  const world = { config, clock, scheduler, random, logger, metrics, meter: metrics, version }

  const hub = composeHub(version, clock, random)
  const opened = await openStore({ ...world, self: hub.self, secrets })
  if (!opened.ok) return err({ kind: 'store', reason: opened.error })
  const { store, place, others = NO_OTHERS } = opened.value
  const replica = createReplica(scheduler)
  try {
    replica.load(await store.load())
  } catch (cause) {
    await store.close()
    const why = cause instanceof Error ? cause.message : 'unknown reason'
    return err({ kind: 'store', reason: `${store.status().kind} at ${place} cannot be read (${why}): start again` })
  }
  const found: FoundStore = { kind: store.status().kind, place, agents: replica.counts().total }

  const { leases: shared } = opened.value
  const leases = composeLeases({ ...world, store, replica, sweepMs: SWEEP_MS, shared })
  const measured = composeMetrics(replica, clock)
  const signs = createSignsOfLife({ view: replica, leases, store, metrics: measured.book })

  const tokens = await createJwtTokens({ secret: secrets.jwtSecret, issuer: config.ARCP_ISSUER, clock })
  const keys = createAgentKeys(secrets.agentKeys)
  const limits = createMemoryLimits(
    {
      loginMaxFailures: config.LOGIN_MAX_FAILURES,
      networkMaxFailures: config.RATE_LIMIT_BURST,
      publicPerMinute: config.PUBLIC_RATE,
      publicBurst: config.PUBLIC_RATE_BURST,
      connectPerMinute: config.CONNECT_RATE,
      connectBurst: config.CONNECT_RATE_BURST,
    },
    clock,
  )
  const admin = composeAdmin({ ...world, password: secrets.adminPassword, tokens, keys, limits, view: replica })
  const auth = createAuth({ tokens, view: replica, store, sessions: admin.sessions })
  const registry = counted(
    metrics,
    createRegistry({
      store,
      view: replica,
      signs,
      tokens,
      keys,
      limits,
      clock,
      random,
      policy: {
        accessTokenS: config.JWT_EXPIRE_MINUTES * 60,
        agentMaxBytes: config.AGENT_MAX_BYTES,
        keyMaxAgents: config.AGENT_KEY_MAX_AGENTS,
      },
    }),
  )

  const search = composeSearch({
    ...world,
    replica,
    metrics: replica.metrics,
    pingSocket: (agent) => channels.pingAgent(agent),
  })
  const insight = composeInsight({
    ...world,
    logs: options.logs,
    replica,
    sources: builtSources,
    agentMetrics: replica.metrics,
    storage: store.status,
    search: search.embeddings,
  })

  let stage: Stage = 'open'
  const http = composeHttp({
    ...world,
    registry,
    updates: createAgentUpdates({ store, view: replica, agentMaxBytes: config.AGENT_MAX_BYTES }),
    reports: measured.reports,
    auth,
    admin,
    replica,
    limits,
    dashboardFiles: DASHBOARD_FILES,
    insight,
    hub,
    others,
    storage: store.status,
    stage: () => stage,
    search,
  })
  const presence = createPresence({
    view: replica,
    signs,
    heartbeat: registry.heartbeat,
    clock,
    failed: (cause) => logger.error('revival_failed', {}, cause),
  })
  const channels = composeChannels({
    ...world,
    auth,
    sessions: admin.sessions,
    registry,
    reports: measured.reports,
    presence,
    replica,
    others,
    operators: { ...insight, log: insight.logs, metrics: replica.metrics },
    tls: options.tls,
    isProxy,
    http,
    status: () => (store.status().available ? 'operational' : 'degraded'),
    draining: () => stage !== 'open',
  })

  // In this order: the copy first, then leases, then whoever tells the world.
  replica.onApplied((applied) => {
    const { change } = applied.committed
    countChange(metrics, applied)
    leases.follow(applied.after, changedId(change))
    logChange(logger, applied)
  })
  hub.built({
    reception: channels.reception,
    offset: () => replica.position().offset,
    loopDelayMs: channels.lateness,
    cleared: channels.cleared,
  })
  channels.start()
  insight.start()
  store.follow({ committed: replica.apply, seen: replica.touch, ...measured.follower })
  const life = startLife({ leases, signs, revive: registry.revive, scheduler, logger })

  gauges = {
    ...insight.sources,
    sockets: channels.reception.count,
    behind: channels.fanOut.behind,
    buffered: channels.fanOut.buffered,
    pendingAuth: channels.pending.count,
    agents: replica.counts,
    leases: leases.size,
    offset: () => replica.position().offset,
    storeAvailable: () => store.status().available,
    ...search.gauges,
  }

  const stopTimers = (): void => {
    life.stop()
    search.stop()
    channels.stop()
    void admin.stop()
    insight.stop()
  }
  const listening = await channels.app.listen(options.host, config.ARCP_PORT)
  if (!listening.ok) {
    stopTimers()
    await store.close()
    return err({ kind: 'listen', code: listening.error })
  }

  const strangers = createStrangers({
    agents: () => replica.entries().map(({ agent }) => agent),
    keys,
    commit: async (command) => (await store.commit(command)).ok,
    logger,
    pause: () => new Promise((resolve) => scheduler.soon(resolve)),
    after: scheduler.after,
  })
  strangers.warn()

  const drain = async (): Promise<void> => {
    stage = 'draining'
    strangers.stop()
    channels.app.stopListening()
    await drainHub({
      deadlineMs: config.DRAIN_DEADLINE_S * 1000,
      after: scheduler.after,
      logger,
      sendAway: async (withinMs) => {
        await drainSockets({
          sessions: channels.reception.sessions(),
          close: channels.reception.close,
          spreadMs: Math.min(config.DRAIN_SPREAD_S * 1000, withinMs),
          deadlineMs: withinMs,
          scheduler,
          random: Math.random,
        })
        await channels.app.idle()
      },
      stopTimers: () => {
        stage = 'stopped'
        stopTimers()
      },
      keepSigns: life.finish,
      closeStore: store.close,
      closeTransport: channels.app.close,
    })
  }

  const replaceAgentKeys = (next: readonly string[]): void => {
    keys.replace(next)
    void strangers.revoke()
  }
  return ok({ drain, replaceAgentKeys, port: listening.value, store: found })
}
