// What viewers are sent without asking: every `DASHBOARD_WS_INTERVAL` all of it (D2), and at once what cannot wait
// (D7, D8). Without a viewer nothing runs and nothing is measured.

import type { Alert } from '@arcp/protocol/model'
import { toIso } from '@arcp/protocol/codec'

import type { AlertBook } from '../../domain/alert-book.ts'
import type { LogBook } from '../../domain/log-book.ts'
import type { Clock, Scheduler } from '../../kernel/clock.ts'
import { createCoalescer } from '../../live/coalescer.ts'
import { alertText, type DashboardFrames } from '../../live/dashboard-frames.ts'
import type { FanOut } from '../fan-out.ts'
import { DASHBOARD_TOPIC, PAUSED_TOPIC, type ViewerTopic } from '../topics.ts'

export interface Rounds {
  /** Somebody watches. */
  readonly begin: () => void
  /** Nobody does any more. */
  readonly end: () => void
  /** Something was written to the log that everybody is to see now. */
  readonly logWritten: () => void
  readonly stop: () => void
}

export interface RoundsDeps {
  readonly frames: DashboardFrames
  readonly log: Pick<LogBook, 'count'>
  readonly alerts: Pick<AlertBook, 'onRaised'>
  readonly fanOut: Pick<FanOut, 'publish' | 'wanted'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** `DASHBOARD_WS_INTERVAL` in milliseconds. */
  readonly intervalMs: number
  /** Least milliseconds between two logs written at once (`BROADCAST_INTERVAL_MS`). */
  readonly broadcastMs: number
}

const TOPICS: readonly ViewerTopic[] = [DASHBOARD_TOPIC, PAUSED_TOPIC]

export const createRounds = (deps: RoundsDeps): Rounds => {
  const { frames, log, alerts, fanOut, clock, scheduler, intervalMs, broadcastMs } = deps
  /** Entries ever written when the log was last shown to all. */
  let shown = 0
  let cancel: (() => void) | undefined

  const toAll = (build: () => readonly string[]): void => {
    const wanted = TOPICS.filter((topic) => fanOut.wanted(topic))
    if (wanted.length === 0) return
    const texts = build()
    for (const topic of wanted) fanOut.publish(topic, ...texts)
  }

  const newLogs = (): readonly string[] => {
    if (log.count() === shown) return []
    shown = log.count()
    return [frames.logs()]
  }

  const round = (): void => {
    const watched = fanOut.wanted(DASHBOARD_TOPIC)
    const paused = fanOut.wanted(PAUSED_TOPIC)
    if (!watched && !paused) return
    const common = [frames.agents(), ...newLogs()]
    if (watched) fanOut.publish(DASHBOARD_TOPIC, frames.monitoring(), frames.health(), ...common)
    if (paused) fanOut.publish(PAUSED_TOPIC, ...common)
  }

  const logPushes = createCoalescer({ clock, scheduler, intervalMs: broadcastMs, flush: () => toAll(newLogs) })
  const tellRaised = (raised: readonly Alert[]): void => {
    if (raised.length > 0) toAll(() => [alertText(raised, toIso(clock.wall()))])
  }
  const deafen = alerts.onRaised(tellRaised)

  const end = (): void => {
    cancel?.()
    cancel = undefined
  }

  return {
    begin: () => {
      if (cancel !== undefined) return
      shown = log.count()
      cancel = scheduler.every(intervalMs, round)
    },
    end,
    logWritten: () => {
      if (cancel !== undefined) logPushes.mark()
    },
    stop: () => {
      end()
      deafen()
      logPushes.stop()
    },
  }
}
