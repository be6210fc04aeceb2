// Wires `/dashboard/ws`: frames, rounds, the channel, and the end of sockets with their session.

import { CLOSE_REASONS } from '@arcp/protocol'
import type { HealthReport } from '@arcp/protocol/model'

import { createDashboardChannel } from './channels/dashboard/dashboard-channel.ts'
import { allFrames } from './channels/dashboard/requests.ts'
import { createRounds } from './channels/dashboard/rounds.ts'
import { createViewers } from './channels/dashboard/viewers.ts'
import type { FanOut } from './channels/fan-out.ts'
import type { PendingAuth } from './channels/pending-auth.ts'
import type { Reception } from './channels/receive.ts'
import type { ChannelSettings } from './channels/settings.ts'
import type { ViewerTopic } from './channels/topics.ts'
import type { AgentMetricsView } from './domain/agent-metrics.ts'
import type { AlertBook } from './domain/alert-book.ts'
import type { Auth } from './domain/auth.ts'
import type { OtherHubs } from './domain/hubs.ts'
import type { LogBook } from './domain/log-book.ts'
import type { Monitoring } from './domain/monitoring.ts'
import type { Sessions } from './domain/sessions.ts'
import { createAdminLog } from './http/admin-log.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import type { LogFields, Logger } from './kernel/logger.ts'
import type { Meter } from './kernel/meter.ts'
import type { Random } from './kernel/random.ts'
import { createDashboardFrames } from './live/dashboard-frames.ts'
import type { Replica } from './live/replica.ts'

/** What operators see and may do, as other parts of the hub keep it. */
export interface Operators {
  readonly metrics: AgentMetricsView
  readonly monitoring: Monitoring
  readonly health: () => HealthReport
  readonly log: Pick<LogBook, 'append' | 'newest' | 'count' | 'clear'>
  readonly alerts: Pick<AlertBook, 'all' | 'add' | 'clear' | 'onRaised'>
}

export interface DashboardDeps {
  readonly operators: Operators
  readonly sessions: Pick<Sessions, 'get' | 'verifyPin' | 'onEnded'>
  readonly auth: Pick<Auth, 'verify' | 'sessionOf'>
  readonly replica: Replica
  readonly others: Pick<OtherHubs, 'tellAll'>
  readonly settings: ChannelSettings
  readonly pending: Pick<PendingAuth, 'remove'>
  readonly fanOut: FanOut
  readonly close: Reception['close']
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Pick<Random, 'token'>
  readonly logger: Logger
  readonly metrics: Pick<Meter, 'auth'>
}

export const composeDashboard = (deps: DashboardDeps) => {
  const { operators, sessions, settings, fanOut, close, clock, scheduler, random, logger, metrics: meter } = deps
  const adminLog = createAdminLog(logger, clock)
  const { log, alerts } = operators
  const { intervalMs, timeoutMs, maxConnections } = settings.endpoints.dashboard
  const frames = createDashboardFrames({ ...operators, replica: deps.replica, clock })
  const viewers = createViewers()
  const rounds = createRounds({
    frames,
    log,
    alerts,
    fanOut,
    clock,
    scheduler,
    intervalMs,
    broadcastMs: settings.broadcastMs,
  })
  const cleared = (what: 'logs' | 'alerts', by: LogFields): void => {
    if (what === 'logs') log.clear()
    else alerts.clear()
    logger.info(`${what}_cleared`, by)
    rounds.logWritten()
  }
  const deafen = sessions.onEnded((id) => {
    for (const session of viewers.of(id)) close(session, 4001, CLOSE_REASONS.sessionEnded)
  })
  return {
    channel: createDashboardChannel({
      auth: deps.auth,
      sessions,
      viewers,
      rounds,
      pending: deps.pending,
      frames,
      log,
      alerts,
      logWritten: rounds.logWritten,
      clear: async (what, user, address) => {
        if (!(await deps.others.tellAll({ kind: 'clear', what, user })).ok) return false
        cleared(what, { user, client_ip: address })
        return true
      },
      pinTried: (verdict, user, address) => {
        const right = verdict.kind === 'right'
        if (verdict.kind !== 'not-set') meter.auth(right ? 'success' : 'failed', 'pin')
        if (!right) adminLog.pinRefused(verdict, user, address)
      },
      clock,
      random,
      timeoutMs,
      maxConnections,
    }),
    /** What a viewer gets that was behind. */
    newest: (topic: ViewerTopic): readonly string[] => allFrames(frames, topic),
    /** At another hub. */
    cleared: (what: 'logs' | 'alerts', user: string) => cleared(what, { user }),
    stop: () => {
      rounds.stop()
      deafen()
    },
  }
}
