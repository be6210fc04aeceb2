// `/dashboard/ws` on fake time and fake sockets, with what other parts of the hub keep as simple stand-ins.

import type { Alert, HealthReport, LogEntry } from '@arcp/protocol/model'
import { decodeDown } from '@arcp/protocol/codec'

import { createPendingAuth } from '../src/channels/pending-auth.ts'
import type { Session } from '../src/channels/session.ts'
import { isViewerTopic } from '../src/channels/topics.ts'
import { composeDashboard, type Operators } from '../src/compose-dashboard.ts'
import type { MetricsRecord } from '../src/domain/agent-metrics.ts'
import type { Auth } from '../src/domain/auth.ts'
import type { AdminSession, PinVerdict, Sessions } from '../src/domain/sessions.ts'
import type { StoredAlert } from '../src/domain/alert-book.ts'
import { silentLogger } from '../src/kernel/logger.ts'
import { silentMeter } from '../src/kernel/meter.ts'
import { err, ok } from '../src/kernel/result.ts'
import { createReplica, type Replica } from '../src/live/replica.ts'
import { createRig, settled, testSettings, type Client, type RigOptions } from './channels-rig.ts'

export const HEALTHY: HealthReport = {
  status: 'healthy',
  reason: 'All systems operational',
  components: {
    storage: { status: 'healthy', redis: 'embedded' },
    agents: { total: 0, active: 0, status: 'healthy', connectivity_ratio: 1 },
    ai_services: { status: 'healthy', azure_openai: 'not_configured' },
  },
}

export const logLine = (message: string): LogEntry => ({
  timestamp: '2026-01-02T03:04:05.000Z',
  level: 'INFO',
  message,
  source: 'hub',
})

export const anAlert = (id: string): Alert => ({
  id,
  title: 'Few agents',
  message: 'Under half of the agents are alive',
  severity: 'warning',
  type: 'agents',
  timestamp: '2026-01-02T03:04:05.000Z',
})

export const metricsOf = (agentId: string): MetricsRecord => ({
  agentId,
  successRate: 0.9,
  avgResponseTime: 0.25,
  totalRequests: 10,
  reputationScore: 9,
  requestsProcessed: 10,
  averageResponseTime: 0.25,
  errorRate: 0.1,
  lastActive: Date.UTC(2026, 0, 2, 3, 4, 5),
})

export const createLog = () => {
  let entries: LogEntry[] = []
  let count = 0
  return {
    append: (entry: LogEntry) => {
      entries = [entry, ...entries]
      count += 1
    },
    newest: (limit: number) => entries.slice(0, limit),
    count: () => count,
    clear: () => {
      entries = []
    },
    onEntry: () => () => undefined,
  }
}

export const createAlerts = () => {
  let stored: StoredAlert[] = []
  const listeners = new Set<(alerts: readonly Alert[]) => void>()
  const add = (alerts: readonly Alert[]): readonly Alert[] => {
    const fresh = alerts.filter(({ id }) => !stored.some((known) => known.id === id))
    stored = [...fresh.map((one) => ({ ...one, acknowledged: undefined, cleared: undefined })), ...stored]
    return fresh
  }
  return {
    all: () => stored,
    add,
    acknowledge: () => false,
    clear: () => {
      const had = stored.length
      stored = []
      return had
    },
    onRaised: (listener: (alerts: readonly Alert[]) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** As the hub's own rules do. */
    raise: (...alerts: readonly Alert[]) => {
      add(alerts)
      for (const listener of listeners) listener(alerts)
    },
    listeners: () => listeners.size,
  }
}

/** Tokens are words: `admin`, `admin:<session>`, `later` (ends later), `agent`, `broken`; everything else is none. */
export const createDashboardRig = (options: Pick<RigOptions, 'settings'> & { readonly max?: number } = {}) => {
  const log = createLog()
  const alerts = createAlerts()
  const reported = new Map<string, MetricsRecord>()
  const alive = new Map<string, AdminSession>()
  const ended = new Set<(id: string) => void>()
  const pins: string[] = []
  const attempts: string[] = []
  const calls = { monitoring: 0, health: 0, sessions: 0 }
  const lines: { readonly event: string; readonly fields: unknown }[] = []
  const state: { verdict: PinVerdict; held: Promise<void> | undefined; told: boolean } = {
    verdict: { kind: 'right' },
    held: undefined,
    told: true,
  }
  const built: {
    dashboard?: ReturnType<typeof composeDashboard>
    pending?: ReturnType<typeof createPendingAuth>
    replica?: Replica
    start: number
  } = { start: 0 }

  const expiresAt = (): number => built.start / 1000 + 100
  const verify: Auth['verify'] = async (token = '') => {
    const [kind, sessionId = 's1'] = token.split(':')
    if (kind === 'broken') throw new Error('a bug')
    const times = { jti: 'j', issuedAt: 0, expiresAt: expiresAt() }
    if (kind === 'agent') return ok({ kind: 'temp', agentId: 'a', agentType: 'testing', keyId: 'k', ...times })
    const admin = { kind: 'admin', user: 'root', sessionId, ...times } as const
    if (kind === 'admin') return ok(admin)
    return kind === 'later' ? ok({ ...admin, expiresAt: expiresAt() + 100 }) : err({ kind: 'invalid' })
  }
  const sessions: Sessions = {
    get: async (id) => {
      calls.sessions += 1
      await state.held
      return alive.get(id)
    },
    verifyPin: async (_id, pin) => {
      pins.push(pin)
      return state.verdict
    },
    onEnded: (listener) => {
      ended.add(listener)
      return () => ended.delete(listener)
    },
  }
  const operators: Operators = {
    metrics: { get: (id) => reported.get(id), all: () => reported.values() },
    monitoring: {
      requests: () => ({ total: 12, meanTime: 0.5, errorRate: 0.25 }),
      resources: () => {
        calls.monitoring += 1
        return { cpu: 5, memory: 10, network: null, storage: 45.5 }
      },
    },
    health: () => {
      calls.health += 1
      return HEALTHY
    },
    log,
    alerts,
  }

  // Nobody is asked for a sign of life: that is not what these tests are about.
  const patient = { ...testSettings().endpoints.dashboard, pingMs: 1_000_000 }
  const rig = createRig({
    settings: { endpoints: { public: patient, agents: patient, dashboard: patient }, ...options.settings },
    onPending: (session) => built.pending?.add(session),
    newest: (topic) => (isViewerTopic(topic) ? (built.dashboard?.newest(topic) ?? []) : ''),
    channels: ({ time, reception, fanOut, settings }) => {
      const close = (session: Session, code: number, reason: string): void => reception().close(session, code, reason)
      built.pending = createPendingAuth({
        settings: { maxPendingAuth: 0, maxPendingAuthPerAddress: 0, isProxy: () => false },
        meter: silentMeter,
        close,
      })
      const replica = createReplica(time.scheduler)
      replica.load({ position: { epoch: 'e', offset: 0 }, agents: [] })
      built.replica = replica
      built.start = time.clock.wall()
      const dashboard = settings.endpoints.dashboard
      built.dashboard = composeDashboard({
        operators,
        sessions,
        others: { tellAll: async () => (state.told ? ok(1) : err({ kind: 'store-away', retryAfterS: 1 })) },
        auth: { verify, sessionOf: (claims) => sessions.get(claims.sessionId) },
        replica,
        settings: {
          ...settings,
          endpoints: { ...settings.endpoints, dashboard: { ...dashboard, maxConnections: options.max ?? 0 } },
        },
        pending: built.pending,
        fanOut,
        close,
        clock: time.clock,
        scheduler: time.scheduler,
        random: { token: () => 'random' },
        logger: {
          ...silentLogger,
          info: (event, fields) => void lines.push({ event, fields }),
          warn: (event, fields) => void lines.push({ event, fields }),
        },
        metrics: { auth: (status, type) => void attempts.push(`${type} ${status}`) },
      })
      return { dashboard: built.dashboard.channel }
    },
  })
  const openSession = (id: string, over: Partial<AdminSession> = {}): void => {
    const openedAt = rig.time.clock.wall()
    const times = { openedAt, expiresAt: openedAt + 1_800_000 }
    alive.set(id, { id, user: 'root', ...times, pinSet: false, pinVerifiedAt: undefined, ...over })
  }
  openSession('s1')

  const connect = (): Client => rig.connect('dashboard')
  const watch = async (token = 'admin'): Promise<Client> => {
    const client = connect()
    client.say(JSON.stringify({ type: 'auth', token }))
    await settled()
    return client
  }
  return {
    rig,
    log,
    alerts,
    reported,
    calls,
    lines,
    pins,
    attempts,
    state,
    openSession,
    clearedElsewhere: (what: 'logs' | 'alerts') => built.dashboard?.cleared(what, 'ann'),
    endSession: (id: string) => {
      alive.delete(id)
      for (const listener of ended) listener(id)
    },
    replica: () => {
      if (built.replica === undefined) throw new Error('used before it was built')
      return built.replica
    },
    pending: () => built.pending?.count() ?? 0,
    stop: () => built.dashboard?.stop(),
    connect,
    watch,
  }
}

/** Types of the frames since the last time; throws when one is not as the protocol has it. */
export const seen = ({ socket }: Client): readonly string[] => frames({ socket }).map(({ type }) => type)

/** The same frames whole. Pings are left out. */
export const frames = ({ socket }: Pick<Client, 'socket'>) =>
  socket.frames().flatMap((frame) => {
    if (frame === 'ping') return []
    const decoded = decodeDown('dashboard', JSON.stringify(frame))
    if (decoded.kind !== 'frame' || Array.isArray(decoded.frame)) {
      throw new Error(`not a frame: ${JSON.stringify(decoded)} ${JSON.stringify(frame)}`)
    }
    return [decoded.frame]
  })
