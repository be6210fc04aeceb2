// Who follows which topic, and who cannot keep up (L6). A socket with too much unsent is taken off its topic and
// marked behind; when it has drained it gets the newest full frame and follows again. Nobody else waits for it.

import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Session } from './session.ts'
import type { Publisher } from './socket.ts'

export interface FanOut {
  readonly join: (session: Session, topic: string) => void
  readonly leave: (session: Session) => void
  readonly publish: (topic: string, text: string) => void
  /** True when somebody follows the topic, those who are behind not counted: no work for nobody. */
  readonly wanted: (topic: string) => boolean
  /** Looks whether a send left the socket behind. */
  readonly afterSend: (session: Session) => void
  /** The transport reports that a socket took what was waiting for it. */
  readonly drained: (session: Session) => void
  /** Unsent bytes of all followers, those who are behind included. */
  readonly buffered: () => number
  readonly behind: () => number
}

export interface FanOutDeps {
  readonly publisher: Publisher
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
  readonly maxBackpressure: number
  readonly maxBufferedTotal: number
  /** The newest full frame of a topic, for a socket that was behind. */
  readonly newest: (topic: string) => string | undefined
  readonly onBehind: (session: Session) => void
  /** Too much is buffered on this hub: `session` is to go. */
  readonly shed: (session: Session) => void
}

export const createFanOut = (deps: FanOutDeps): FanOut => {
  const { publisher, clock, logger, maxBackpressure, maxBufferedTotal } = deps
  const followers = new Map<string, Set<Session>>()
  const lagging = new Set<Session>()

  const follow = (session: Session): void => {
    session.socket.join(session.topic)
    const members = followers.get(session.topic) ?? new Set()
    followers.set(session.topic, members.add(session))
  }

  const unfollow = (session: Session): void => {
    session.socket.leave(session.topic)
    followers.get(session.topic)?.delete(session)
  }

  const markBehind = (session: Session): void => {
    unfollow(session)
    lagging.add(session)
    session.behindSince = clock.monotonic()
    logger.debug('socket_behind', { endpoint: session.endpoint, buffered: session.socket.buffered() })
    deps.onBehind(session)
  }

  const afterSend = (session: Session): void => {
    if (session.behindSince === 0 && session.topic !== '' && session.socket.buffered() > maxBackpressure) {
      markBehind(session)
    }
  }

  // Newest public sockets first: who came last has the least to lose, and nobody had to prove who they are.
  const shedUntilFits = (sum: number): void => {
    let left = sum
    const holders = [...(followers.get('public') ?? []), ...lagging]
      .filter((session) => session.endpoint === 'public' && session.socket.buffered() > 0)
      .sort((a, b) => b.openedAt - a.openedAt)
    for (const session of holders) {
      if (left <= maxBufferedTotal) return
      left -= session.socket.buffered()
      deps.shed(session)
    }
  }

  const total = (): number => {
    let sum = 0
    for (const session of lagging) sum += session.socket.buffered()
    for (const members of followers.values()) for (const session of members) sum += session.socket.buffered()
    return sum
  }

  const measure = (): void => {
    for (const members of followers.values()) {
      for (const session of members) if (session.socket.buffered() > maxBackpressure) markBehind(session)
    }
    const sum = total()
    if (sum > maxBufferedTotal) shedUntilFits(sum)
  }

  const leave = (session: Session): void => {
    lagging.delete(session)
    if (session.topic !== '') unfollow(session)
    session.topic = ''
    session.behindSince = 0
  }

  return {
    join: (session, topic) => {
      session.topic = topic
      follow(session)
    },
    leave,
    publish: (topic, text) => {
      publisher.publish(topic, text)
      measure()
    },
    wanted: (topic) => (followers.get(topic)?.size ?? 0) > 0,
    afterSend,
    drained: (session) => {
      if (session.behindSince === 0 || session.socket.buffered() > 0) return
      lagging.delete(session)
      session.behindSince = 0
      const newest = deps.newest(session.topic)
      if (newest !== undefined) session.socket.send(newest)
      follow(session)
    },
    buffered: total,
    behind: () => lagging.size,
  }
}
