// Who follows which topic, and who cannot keep up (L6). A socket with too much unsent is taken off its topic and
// marked behind; when it has drained it gets the newest full frames and follows again. Nobody else waits for it.

import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Meter } from '../kernel/meter.ts'
import type { Session } from './session.ts'
import type { Publisher } from './socket.ts'
import { ENDPOINT_OF, isViewerTopic, type Topic } from './topics.ts'

export interface FanOut {
  /** A socket follows one topic: joining another leaves the one before. */
  readonly join: (session: Session, topic: Topic) => void
  readonly leave: (session: Session) => void
  readonly publish: (topic: Topic, ...texts: readonly string[]) => void
  /** True when somebody follows the topic, those who are behind not counted: no work for nobody. */
  readonly wanted: (topic: Topic) => boolean
  /** Looks whether a send left the socket behind, or the hub with too much unsent. */
  readonly afterSend: (session: Session) => void
  /** The transport reports that a socket took what was waiting for it. */
  readonly drained: (session: Session) => void
  /** Unsent bytes of all sockets as last measured, with a topic or without. */
  readonly buffered: () => number
  readonly behind: () => number
}

export interface FanOutDeps {
  readonly publisher: Publisher
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
  readonly meter: Pick<Meter, 'framesOut' | 'fannedOut'>
  readonly maxBackpressure: number
  readonly maxBufferedTotal: number
  /** The newest full frames of a topic, for a socket that was behind. */
  readonly newest: (topic: Topic) => readonly string[]
  readonly onBehind: (session: Session) => void
  /** Too much is buffered on this hub: `session` is to go. */
  readonly shed: (session: Session) => void
}

export const createFanOut = (deps: FanOutDeps): FanOut => {
  const { publisher, clock, logger, meter, maxBackpressure, maxBufferedTotal } = deps
  const followers = new Map<Topic, Set<Session>>()
  const lagging = new Set<Session>()
  const publicHolders = new Set<Session>()
  let total = 0

  const follow = (session: Session, topic: Topic): void => {
    session.socket.join(topic)
    const members = followers.get(topic) ?? new Set()
    followers.set(topic, members.add(session))
  }

  const unfollow = (session: Session, topic: Topic): void => {
    session.socket.leave(topic)
    followers.get(topic)?.delete(session)
  }

  // The total moves by what changed at one socket, so that every send can be held against it.
  const measure = (session: Session): void => {
    if (session.state.kind === 'closed') return
    const now = session.socket.buffered()
    if (now === session.buffered) return
    total += now - session.buffered
    session.buffered = now
    if (session.endpoint !== 'public') return
    if (now > 0) publicHolders.add(session)
    else publicHolders.delete(session)
  }

  const markBehind = (session: Session, topic: Topic): void => {
    unfollow(session, topic)
    lagging.add(session)
    session.behindSince = clock.monotonic()
    logger.debug('socket_behind', { endpoint: session.endpoint, buffered: session.buffered })
    deps.onBehind(session)
  }

  const inspect = (session: Session): void => {
    measure(session)
    const { topic, behindSince, buffered } = session
    if (topic !== undefined && behindSince === 0 && buffered > maxBackpressure) markBehind(session, topic)
  }

  // One frame for a viewer may be above the limit by itself (D5): what counts is what it has not taken of the ones
  // before when the next comes. Every other frame is below the limit, and is held against it at once.
  const followersFor = (topic: Topic): Iterable<Session> => {
    if (isViewerTopic(topic)) for (const session of followers.get(topic) ?? []) inspect(session)
    return followers.get(topic) ?? []
  }

  const lookAgain = (session: Session): void => {
    if (session.topic !== undefined && isViewerTopic(session.topic)) measure(session)
    else inspect(session)
  }

  // Newest public sockets first: who came last has the least to lose, and nobody had to prove who they are.
  const shedUntilFits = (): void => {
    if (total <= maxBufferedTotal) return
    // Nobody goes for what has been read since.
    for (const session of publicHolders) measure(session)
    const newestFirst = [...publicHolders].sort((a, b) => b.openedAt - a.openedAt)
    for (const session of newestFirst) {
      if (total <= maxBufferedTotal) return
      deps.shed(session)
    }
  }

  const leave = (session: Session): void => {
    lagging.delete(session)
    publicHolders.delete(session)
    total -= session.buffered
    session.buffered = 0
    if (session.topic !== undefined) unfollow(session, session.topic)
    session.topic = undefined
    session.behindSince = 0
  }

  return {
    join: (session, topic) => {
      const before = session.topic
      session.topic = topic
      // One that is behind follows again when it has drained.
      if (session.behindSince > 0) return
      if (before !== undefined) unfollow(session, before)
      follow(session, topic)
    },
    leave,
    publish: (topic, ...texts) => {
      const started = clock.monotonic()
      const receivers = followersFor(topic)
      const count = followers.get(topic)?.size ?? 0
      let bytes = 0
      for (const text of texts) {
        publisher.publish(topic, text)
        meter.framesOut(ENDPOINT_OF[topic], text, count)
        bytes += Buffer.byteLength(text)
      }
      for (const session of receivers) {
        session.framesOut += texts.length
        session.bytesOut += bytes
        lookAgain(session)
      }
      shedUntilFits()
      meter.fannedOut((clock.monotonic() - started) / 1000)
    },
    wanted: (topic) => (followers.get(topic)?.size ?? 0) > 0,
    afterSend: (session) => {
      lookAgain(session)
      shedUntilFits()
    },
    drained: (session) => {
      measure(session)
      const { topic } = session
      if (topic === undefined || session.behindSince === 0 || session.buffered > 0) return
      lagging.delete(session)
      session.behindSince = 0
      for (const text of deps.newest(topic)) {
        session.socket.send(text)
        meter.framesOut(session.endpoint, text, 1)
        session.framesOut += 1
        session.bytesOut += Buffer.byteLength(text)
      }
      follow(session, topic)
      measure(session)
      shedUntilFits()
    },
    buffered: () => total,
    behind: () => lagging.size,
  }
}
