// What a viewer may ask for, and in which order it is answered (D8, D9).

import type { DashboardUp } from '@arcp/protocol'
import { encodeDown, toIso } from '@arcp/protocol/codec'
import type { Alert } from '@arcp/protocol/model'

import type { AlertBook } from '../../domain/alert-book.ts'
import type { LogBook } from '../../domain/log-book.ts'
import type { PinVerdict, Sessions } from '../../domain/sessions.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Random } from '../../kernel/random.ts'
import type { DashboardFrames } from '../../live/dashboard-frames.ts'
import { errorText, pong } from '../answers.ts'
import { join, many, nothing, reply, type Outcome } from '../outcome.ts'
import type { Session } from '../session.ts'
import { DASHBOARD_TOPIC, PAUSED_TOPIC, type Topic } from '../topics.ts'
import { checkPin } from './check-pin.ts'
import type { Viewer } from './viewers.ts'

export interface RequestDeps {
  readonly frames: DashboardFrames
  readonly sessions: Pick<Sessions, 'get' | 'verifyPin'>
  readonly log: Pick<LogBook, 'append'>
  readonly alerts: Pick<AlertBook, 'add'>
  readonly clock: Clock
  readonly random: Pick<Random, 'token'>
  /** Everybody is to see the log now. */
  readonly logWritten: () => void
  readonly pinTried: (verdict: PinVerdict, user: string, address: string) => void
  /** Clears it on every hub, and leaves the one line that says who did (D9). @returns false when others cannot be told */
  readonly clear: (what: 'logs' | 'alerts', user: string, address: string) => Promise<boolean>
}

export type Request = Exclude<DashboardUp, { type: 'auth' }>

const NOT_CLEARED = 'The other hubs cannot be told now, and nothing was cleared: try again'
/** Characters of a log entry's source. */
const SOURCE_MAX = 100

/** Everything there is to see, in the order of D2; `monitoring` and `health` only where they are wanted. */
export const allFrames = (frames: DashboardFrames, topic: Topic): readonly string[] => {
  const alerts = frames.alerts()
  return [
    ...(topic === PAUSED_TOPIC ? [] : [frames.monitoring(), frames.health()]),
    frames.agents(),
    frames.logs(),
    ...(alerts === undefined ? [] : [alerts]),
  ]
}

export const answerRequest = (
  deps: RequestDeps,
  session: Session,
  viewer: Viewer,
  frame: Request,
): Outcome | Promise<Outcome> => {
  const { frames, clock, log } = deps
  const timestamp = toIso(clock.wall())
  switch (frame.type) {
    case 'ping':
      return pong(clock.wall())
    case 'pong':
      return nothing
    case 'pause_monitoring':
      return many(
        follow(session, PAUSED_TOPIC),
        reply(encodeDown({ type: 'pause_ack', timestamp, data: { status: 'paused' } })),
      )
    case 'resume_monitoring':
      return many(
        reply(frames.monitoring()),
        reply(frames.health()),
        follow(session, DASHBOARD_TOPIC),
        reply(encodeDown({ type: 'resume_ack', timestamp, data: { status: 'resumed' } })),
      )
    case 'refresh_request':
      return many(
        ...allFrames(frames, DASHBOARD_TOPIC).map(reply),
        reply(encodeDown({ type: 'refresh_ack', timestamp, data: completed('Fresh data sent') })),
      )
    case 'agents_request':
      return many(
        reply(frames.agents()),
        reply(encodeDown({ type: 'agents_ack', timestamp, data: completed('Agents data sent') })),
      )
    case 'clear_logs':
    case 'clear_alerts':
      return clear(deps, session, viewer, frame)
    case 'dashboard_log': {
      const { level, message } = frame.data
      log.append({ timestamp, level, message, source: `dashboard ${viewer.user}`.slice(0, SOURCE_MAX) })
      deps.logWritten()
      return nothing
    }
    case 'dashboard_alert': {
      // Who handed them in knows them: they are not told as new.
      deps.alerts.add(frame.data.map((given) => toAlert(deps, given, timestamp)))
      return nothing
    }
  }
}

const completed = (message: string) => ({ status: 'completed', message }) as const

/** A socket that gets no periodic frames follows nothing, and begins with nothing here. */
const follow = ({ topic }: Session, next: Topic): Outcome => (topic === undefined ? nothing : join(next))

const clear = async (
  deps: RequestDeps,
  session: Session,
  viewer: Viewer,
  { type, pin }: Extract<Request, { type: 'clear_logs' | 'clear_alerts' }>,
): Promise<Outcome> => {
  const { clock } = deps
  const pinTried = (verdict: PinVerdict): void => deps.pinTried(verdict, viewer.user, session.address)
  const instead = await checkPin({ ...deps, pinTried }, viewer.sessionId, pin)
  if (session.state.kind !== 'authenticated') return nothing
  if (instead !== undefined) return instead
  const timestamp = toIso(clock.wall())
  const done = await deps.clear(type === 'clear_logs' ? 'logs' : 'alerts', viewer.user, session.address)
  if (!done) return reply(errorText(NOT_CLEARED))
  return reply(
    type === 'clear_logs'
      ? encodeDown({ type: 'clear_logs_ack', timestamp, data: completed('Logs cleared') })
      : encodeDown({ type: 'clear_alerts_ack', timestamp, data: completed('Alerts cleared') }),
  )
}

type AlertInput = Extract<Request, { type: 'dashboard_alert' }>['data'][number]

const YEAR_0 = Date.parse('0000-01-01T00:00:00Z')
const YEAR_9999 = Date.UTC(10_000, 0, 1) - 1

const toAlert = ({ random }: Pick<RequestDeps, 'random'>, given: AlertInput, now: string): Alert => {
  const { id = random.token(9), title, message, severity, type, timestamp = '' } = given
  // A page writes times as it likes; in the frame they have one form.
  const at = Date.parse(timestamp)
  // A year of other than four digits is no time of the protocol: readers would refuse the frame, for all alerts in it.
  return { id, title, message, severity, type, timestamp: at >= YEAR_0 && at <= YEAR_9999 ? toIso(at) : now }
}
