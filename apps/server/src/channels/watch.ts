// The deadlines of every socket on one wheel: pings, silence, authentication, the end of a token, falling behind.
// A session is asked for a sign of life in time for its agent's lease (A6). Frames only move numbers in the session;
// the wheel looks at them when a deadline comes.

import { CLOSE_REASONS } from '@arcp/protocol'

import { averageLateness } from '../domain/heartbeat-pace.ts'
import type { Clock } from '../kernel/clock.ts'
import { createTimingWheel } from '../kernel/timing-wheel.ts'
import { authTimeoutCode, endCode } from './end-code.ts'
import { ownerOf, type Session } from './session.ts'
import type { ChannelSettings } from './settings.ts'

export interface Watch {
  /** Sets the session's next deadline from its fields; call when one came nearer. */
  readonly observe: (session: Session) => void
  readonly forget: (session: Session) => void
  /** Acts on every deadline that has come. */
  readonly tick: () => void
  /** How late the hub turns this wheel on average, in milliseconds: how busy it is. */
  readonly lateness: () => number
  readonly size: () => number
}

export interface WatchDeps {
  readonly clock: Clock
  readonly settings: ChannelSettings
  readonly close: (session: Session, code: number, reason: string) => void
  /** One second has passed since the upgrade and the socket has not authenticated. */
  readonly onPending: (session: Session) => void
}

export const WATCH_TICK_MS = 50
/** The wheel is turned every `WATCH_TICK_MS`; after a gap like this the hub was away. */
const AWAY_MS = 1000
/** Sockets are counted as pending from this long after the upgrade. */
const PENDING_AFTER_MS = 1000

export const createWatch = ({ clock, settings, close, onPending }: WatchDeps): Watch => {
  const wheel = createTimingWheel<Session>(WATCH_TICK_MS, 2048, clock.monotonic())

  // When the hub itself was away (stopped, blocked), nobody could be heard: silence and patience count from its return.
  let tickedAt = clock.monotonic()
  let backAt = Number.NEGATIVE_INFINITY
  let lateness = 0
  const since = (moment: number): number => Math.max(moment, backAt)

  const silentAt = (session: Session): number => {
    const { pingMs, timeoutMs } = settings.endpoints[session.endpoint]
    return since(session.inboundAt) + pingMs + timeoutMs
  }

  const tooSlowAt = ({ behindSince }: Session): number =>
    behindSince > 0 ? since(behindSince) + settings.slowConsumerMs : Number.POSITIVE_INFINITY

  /** When the state itself ends: the patience for a token, or the token. */
  const stateEndsAt = ({ state, endpoint }: Session): number => {
    switch (state.kind) {
      case 'awaiting-auth':
      case 'verifying':
        return Math.max(state.until, backAt + settings.endpoints[endpoint].timeoutMs)
      case 'authenticated':
        return state.until
      case 'open':
      case 'closed':
        return Number.POSITIVE_INFINITY
    }
  }

  const countsAsPendingAt = ({ state, pending, openedAt }: Session): number =>
    (state.kind === 'awaiting-auth' || state.kind === 'verifying') && !pending
      ? openedAt + PENDING_AFTER_MS
      : Number.POSITIVE_INFINITY

  const pingAt = (session: Session): number => session.pingFrom + settings.endpoints[session.endpoint].pingMs

  // An open socket keeps its agent alive as long as somebody answers on it, whatever `AGENT_WS_PING_INTERVAL` is.
  const askAt = (session: Session): number =>
    ownerOf(session) === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(session.inboundAt, session.askedAt) + settings.heartbeatTimeoutMs / 3

  const deadline = (session: Session): number =>
    Math.min(
      pingAt(session),
      askAt(session),
      silentAt(session),
      stateEndsAt(session),
      countsAsPendingAt(session),
      tooSlowAt(session),
    )

  const ask = (session: Session, now: number): void => {
    session.askedAt = now
    session.asked = true
    session.socket.ping()
  }

  // In the order of what a client most needs to know. Each returns true when the socket is gone.
  const endIfDue = (session: Session, now: number): boolean => {
    if (now >= stateEndsAt(session)) {
      if (session.state.kind === 'authenticated') close(session, endCode(session, 'expired'), CLOSE_REASONS.expired)
      else close(session, authTimeoutCode(session.endpoint), CLOSE_REASONS.authenticationTimeout)
    } else if (now >= tooSlowAt(session)) {
      close(session, 4501, CLOSE_REASONS.slowConsumer)
    } else if (now >= silentAt(session)) {
      close(session, 1001, CLOSE_REASONS.silent)
    } else {
      return false
    }
    return true
  }

  const fire = (session: Session, now: number): void => {
    if (session.state.kind === 'closed' || endIfDue(session, now)) return
    if (now >= countsAsPendingAt(session)) {
      onPending(session)
      if (isClosed(session)) return
    }
    if (now >= pingAt(session)) {
      session.pingFrom = now
      session.socket.send('ping')
      ask(session, now)
    } else if (now >= askAt(session)) {
      ask(session, now)
    }
    wheel.set(session, deadline(session))
  }

  return {
    observe: (session) => wheel.set(session, deadline(session)),
    forget: wheel.clear,
    tick: () => {
      const now = clock.monotonic()
      if (now - tickedAt > AWAY_MS) backAt = now
      lateness = averageLateness(lateness, Math.min(AWAY_MS, Math.max(0, now - tickedAt - WATCH_TICK_MS)))
      tickedAt = now
      for (const session of wheel.advance(now)) fire(session, now)
    },
    lateness: () => lateness,
    size: wheel.size,
  }
}

// A callback may have closed the session since its state was last looked at.
const isClosed = (session: Session): boolean => session.state.kind === 'closed'
