// The deadlines of every socket on one wheel: pings, silence, authentication, the end of a token, falling behind.
// Frames only move numbers in the session; the wheel looks at them when a deadline comes.

import { CLOSE_REASONS } from '@arcp/protocol'

import type { Clock } from '../kernel/clock.ts'
import { createTimingWheel } from '../kernel/timing-wheel.ts'
import { endCode } from './end-code.ts'
import type { Session } from './session.ts'
import type { ChannelSettings } from './settings.ts'

export interface Watch {
  /** Sets the session's next deadline from its fields; call when one came nearer. */
  readonly observe: (session: Session) => void
  readonly forget: (session: Session) => void
  /** Acts on every deadline that has come. */
  readonly tick: () => void
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
/** Sockets are counted as pending from this long after the upgrade. */
export const PENDING_AFTER_MS = 1000

export const createWatch = ({ clock, settings, close, onPending }: WatchDeps): Watch => {
  const wheel = createTimingWheel<Session>(WATCH_TICK_MS, 2048, clock.monotonic())

  const deadline = (session: Session): number => {
    const { pingMs, timeoutMs } = settings.endpoints[session.endpoint]
    let next = Math.min(session.spokeAt + pingMs, session.inboundAt + pingMs + timeoutMs)
    const { state } = session
    if (state.kind === 'awaiting-auth' || state.kind === 'verifying') {
      next = Math.min(next, state.until)
      if (!session.pending) next = Math.min(next, session.openedAt + PENDING_AFTER_MS)
    }
    if (state.kind === 'authenticated') next = Math.min(next, state.until)
    if (session.behindSince > 0) next = Math.min(next, session.behindSince + settings.slowConsumerMs)
    return next
  }

  // In the order of what a client most needs to know. Each returns true when the socket is gone.
  const endIfDue = (session: Session, now: number): boolean => {
    const { pingMs, timeoutMs } = settings.endpoints[session.endpoint]
    const { state } = session
    if ((state.kind === 'awaiting-auth' || state.kind === 'verifying') && now >= state.until) {
      close(session, 1008, CLOSE_REASONS.authenticationTimeout)
    } else if (state.kind === 'authenticated' && now >= state.until) {
      close(session, endCode(session, 'expired'), CLOSE_REASONS.expired)
    } else if (session.behindSince > 0 && now >= session.behindSince + settings.slowConsumerMs) {
      close(session, 4501, CLOSE_REASONS.slowConsumer)
    } else if (now >= session.inboundAt + pingMs + timeoutMs) {
      close(session, 1001, CLOSE_REASONS.silent)
    } else {
      return false
    }
    return true
  }

  const fire = (session: Session, now: number): void => {
    if (session.state.kind === 'closed' || endIfDue(session, now)) return
    const { kind } = session.state
    if (
      (kind === 'awaiting-auth' || kind === 'verifying') &&
      !session.pending &&
      now >= session.openedAt + PENDING_AFTER_MS
    ) {
      onPending(session)
      if (isClosed(session)) return
    }
    if (now >= session.spokeAt + settings.endpoints[session.endpoint].pingMs) {
      session.spokeAt = now
      session.socket.send('ping')
      session.socket.ping()
    }
    wheel.set(session, deadline(session))
  }

  return {
    observe: (session) => wheel.set(session, deadline(session)),
    forget: wheel.clear,
    tick: () => {
      const now = clock.monotonic()
      for (const session of wheel.advance(now)) fire(session, now)
    },
    size: wheel.size,
  }
}

// A callback may have closed the session since its state was last looked at.
const isClosed = (session: Session): boolean => session.state.kind === 'closed'
