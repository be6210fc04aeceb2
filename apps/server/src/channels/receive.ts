// The reception of every socket: limits first (C2, C5, C7, C8), then the endpoint's handler, then what it wants done.
// The only writer of replies and the only one who closes.

import { CLOSE, CLOSE_REASONS, ERRORS, PONG } from '@arcp/protocol'
import { bareWord, encodeDown } from '@arcp/protocol/codec'

import { createBoundedLog } from '../kernel/bounded-log.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Limit, Meter } from '../kernel/meter.ts'
import { takeToken } from '../kernel/token-bucket.ts'
import type { Channel } from './channel.ts'
import type { FanOut } from './fan-out.ts'
import type { Outcome } from './outcome.ts'
import { internalCode } from './end-code.ts'
import { createSession, type Endpoint, type Session } from './session.ts'
import type { ChannelSettings } from './settings.ts'
import type { Socket } from './socket.ts'
import type { Watch } from './watch.ts'

export interface Reception {
  /** @returns undefined when the socket was turned away */
  readonly open: (endpoint: Endpoint, socket: Socket, address: string) => Session | undefined
  readonly text: (session: Session, text: string) => void
  readonly binary: (session: Session) => void
  /** A frame above the endpoint's limit. */
  readonly oversize: (session: Session) => void
  /** A protocol ping or pong: proof of life, nothing else. Both are counted. */
  readonly control: (session: Session) => void
  /** The transport reports the end, whoever asked for it. */
  readonly closed: (session: Session, code: number) => void
  readonly close: (session: Session, code: number, reason: string) => void
  readonly sessions: () => readonly Session[]
  readonly count: (endpoint: Endpoint) => number
}

export interface ReceptionDeps {
  /** A control frame came in. */
  readonly onControl?: (session: Session) => void
  readonly channels: Readonly<Record<Endpoint, Channel>>
  readonly settings: ChannelSettings
  readonly watch: Watch
  readonly fanOut: FanOut
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
  readonly meter: Meter
}

/** Bad frames within `BAD_WINDOW_MS` before the socket is closed (C5). */
const MAX_BAD_FRAMES = 20
const BAD_WINDOW_MS = 10_000
/** Ends that are nobody's fault: not for the log. */
const UNREMARKABLE: ReadonlySet<number> = new Set([CLOSE.goingAway.code, CLOSE.restart.code])
/** A burst of pings may be this many times the rate of a second. */
const PING_BURST = 2

const TOO_MANY = encodeDown({ type: 'error', message: ERRORS.tooManyMessages })

export const createReception = (deps: ReceptionDeps): Reception => {
  const { channels, settings, watch, fanOut, clock, logger, meter } = deps
  const open = new Set<Session>()
  const counts: Record<Endpoint, number> = { public: 0, agents: 0, dashboard: 0 }
  const logEnd = createBoundedLog({ clock, write: logger.info })
  let lastId = 0

  const forget = (session: Session): void => {
    session.state = { kind: 'closed' }
    fanOut.leave(session)
    watch.forget(session)
    if (!open.delete(session)) return
    counts[session.endpoint] -= 1
    channels[session.endpoint].gone(session)
  }

  const close = (session: Session, code: number, reason: string): void => {
    if (session.state.kind === 'closed') return
    // First out of every list, so that nothing is sent behind the close frame.
    forget(session)
    session.socket.end(code, reason)
    meter.closed(session.endpoint, code)
    if (UNREMARKABLE.has(code)) return
    logEnd(`${code} ${reason}`, 'socket_ended', {
      endpoint: session.endpoint,
      code,
      reason,
      client_ip: session.address,
    })
  }

  const send = (session: Session, text: string): void => {
    session.socket.send(text)
    meter.framesOut(session.endpoint, text, 1)
    session.framesOut += 1
    session.bytesOut += Buffer.byteLength(text)
    fanOut.afterSend(session)
    if (session.state.kind === 'closed') return
    // Pushes stop for a socket that is behind; answers do not, and one frame can ask for a megabyte.
    if (session.socket.buffered() <= settings.endpoints[session.endpoint].maxBacklog) return
    meter.limited('ws_slow_consumer')
    close(session, 4501, CLOSE_REASONS.slowConsumer)
  }

  /** @param reason what the client is told when this frame is the one too many */
  const countBad = (session: Session, reason: string): void => {
    // Its answer may have been one too many for the hub.
    if (session.state.kind === 'closed') return
    const now = clock.monotonic()
    if (now - session.badSince > BAD_WINDOW_MS) {
      session.badSince = now
      session.badFrames = 0
    }
    session.badFrames += 1
    if (session.badFrames <= MAX_BAD_FRAMES) return
    meter.limited('ws_bad_frames')
    close(session, 1008, reason)
  }

  const apply = (session: Session, outcome: Outcome): void => {
    if (session.state.kind === 'closed') return
    switch (outcome.kind) {
      case 'nothing':
        return
      case 'reply':
        return send(session, outcome.text)
      case 'reject':
        send(session, outcome.text)
        return countBad(session, CLOSE_REASONS.tooManyBadFrames)
      case 'join':
        return fanOut.join(session, outcome.topic)
      case 'close':
        if (outcome.last !== undefined) {
          session.socket.send(outcome.last)
          meter.framesOut(session.endpoint, outcome.last, 1)
        }
        return close(session, outcome.code, outcome.reason)
      case 'many':
        for (const one of outcome.outcomes) apply(session, one)
    }
  }

  const broken = (session: Session, cause: unknown): void => {
    logger.error('socket_handler_failed', { endpoint: session.endpoint }, cause)
    close(session, internalCode(session.endpoint), CLOSE_REASONS.internal)
  }

  // A handler that throws is a bug of ours: that socket ends, no other notices.
  const handle = (session: Session, run: () => Outcome | Promise<Outcome>): void => {
    try {
      const outcome = run()
      if (!(outcome instanceof Promise)) return settle(session, outcome)
      outcome.then((later) => settle(session, later)).catch((cause: unknown) => broken(session, cause))
    } catch (cause) {
      broken(session, cause)
    }
  }

  const settle = (session: Session, outcome: Outcome): void => {
    apply(session, outcome)
    // The state may have changed, and with it the next deadline.
    if (session.state.kind !== 'closed') watch.observe(session)
  }

  const overLimit = (session: Session, limit: Limit): void => {
    meter.limited(limit)
    send(session, TOO_MANY)
    countBad(session, CLOSE_REASONS.tooManyFrames)
  }

  const takePing = (session: Session, now: number): boolean =>
    takeToken(session.pings, now, settings.pingsPerS, settings.pingsPerS * PING_BURST)

  const word = (session: Session, kind: 'ping' | 'pong', now: number): void => {
    if (!takePing(session, now)) return overLimit(session, 'ws_pings')
    if (kind === 'ping') send(session, PONG)
  }

  return {
    open: (endpoint, socket, address) => {
      const channel = channels[endpoint]
      if (!channel.admits()) {
        meter.limited('ws_connections')
        socket.end(1013, channel.refusal)
        const end = { endpoint, code: 1013, reason: channel.refusal, client_ip: address }
        logEnd(`1013 ${channel.refusal}`, 'socket_ended', end)
        return undefined
      }
      const now = clock.monotonic()
      const bursts = { frames: settings.framesBurst, pings: settings.pingsPerS * PING_BURST }
      lastId += 1
      const session = createSession({ id: lastId, endpoint, socket, address }, channel.initialState(now), now, bursts)
      open.add(session)
      counts[endpoint] += 1
      meter.opened(endpoint)
      handle(session, () => channel.opened(session))
      return session
    },
    text: (session, text) => {
      if (session.state.kind === 'closed') return
      const now = clock.monotonic()
      session.inboundAt = now
      session.pingFrom = now
      session.framesIn += 1
      session.bytesIn += Buffer.byteLength(text)
      channels[session.endpoint].heard(session)
      meter.frameIn(session.endpoint, text)
      const bare = bareWord(text)
      if (bare !== null) return word(session, bare, now)
      if (!takeToken(session.frames, now, settings.framesPerS, settings.framesBurst)) {
        return overLimit(session, 'ws_frames')
      }
      handle(session, () => channels[session.endpoint].text(session, text))
    },
    binary: (session) => close(session, 1003, CLOSE_REASONS.binary),
    oversize: (session) => {
      meter.limited('ws_payload')
      close(session, 1009, CLOSE_REASONS.tooBig)
    },
    control: (session) => {
      if (session.state.kind === 'closed') return
      const now = clock.monotonic()
      session.inboundAt = now
      channels[session.endpoint].heard(session)
      deps.onControl?.(session)
      const { asked } = session
      session.asked = false
      // An answer the hub asked for is free: at a short `AGENT_HEARTBEAT_TIMEOUT` it asks more often than anybody may ping.
      if (!asked && !takePing(session, now)) overLimit(session, 'ws_pings')
    },
    closed: (session, code) => {
      if (session.state.kind === 'closed') return
      forget(session)
      meter.closed(session.endpoint, code)
    },
    close,
    sessions: () => [...open],
    count: (endpoint) => counts[endpoint],
  }
}
