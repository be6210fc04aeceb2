// What happens on all hubs, as this one hears it: changes in order, signs of life, and the whole state again when the
// order cannot be kept. Messages are hints; what is missing is read from the history.

import type { Change, CommittedChange } from '../../domain/change.ts'
import type { Follower, StoredState } from '../../domain/ports.ts'
import type { Scheduler } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import { createChangeStream, type ChangeStream } from './change-stream.ts'
import { parseMessage } from './parse-reply.ts'

export interface ChangeFeed extends Pick<ChangeStream, 'position' | 'add' | 'headIs' | 'passed'> {
  readonly follow: (follower: Follower) => () => void
  /** Loads the state; followers that come later hear everything after it. */
  readonly load: () => Promise<StoredState>
  readonly message: (text: string) => void
}

export interface ChangeFeedDeps {
  readonly hub: string
  readonly scheduler: Pick<Scheduler, 'after'>
  readonly logger: Logger
  readonly loadState: () => Promise<StoredState>
  /** Changes after `offset`, oldest first; undefined when the history does not reach back so far. */
  readonly readHistory: (
    offset: number,
    limit: number,
  ) => Promise<readonly (readonly [offset: number, change: Change])[] | undefined>
  /** This hub heard itself. */
  readonly onOwnBeat: () => void
  readonly failed: (cause: unknown) => void
}

/** A change that is missing may be on its way: so long it is waited for before the history is read. */
const HOLE_MS = 2
const FILL_COUNT = 1000
const LOST =
  'Redis came back empty, or behind what it had acknowledged: agents that are missing must register again; look for ' +
  'appendonly, a FLUSHALL, or a failover to a replica that was behind'
/** Changes kept for the first follower. */
const MAX_UNHEARD = 10_000

export const createChangeFeed = (deps: ChangeFeedDeps): ChangeFeed => {
  const { hub, scheduler, logger, loadState, readHistory } = deps
  const followers = new Set<Follower>()
  let unheard: CommittedChange[] = []
  let repairing = false

  const deliver = (change: CommittedChange): void => {
    if (followers.size > 0) for (const follower of followers) follower.committed(change)
    else if (unheard.length < MAX_UNHEARD) unheard.push(change)
  }

  // What comes while it is read goes on from there.
  const readState = async (): Promise<StoredState> => {
    const before = stream.position()
    stream.hold()
    try {
      return await loadState()
    } catch (cause) {
      // What was held is dropped with this; the next beat finds the hole.
      stream.restart(before)
      throw cause
    }
  }

  const readAgain = async (): Promise<void> => {
    const before = stream.position()
    const state = await readState()
    const { epoch, offset } = state.position
    const facts = { offset_before: before.offset, offset, agents: state.agents.length }
    if (epoch === before.epoch && offset >= before.offset) {
      logger.warn('store_read_again', { reason: 'the history does not reach back to what this hub has seen', ...facts })
    } else {
      logger.error('store_lost_agents', { reason: LOST, ...facts })
    }
    unheard = []
    for (const follower of followers) follower.reset?.(state)
    stream.restart(state.position)
  }

  const fill = async (): Promise<void> => {
    while (stream.hasHole()) {
      const { epoch, offset } = stream.position()
      const missed = await readHistory(offset, FILL_COUNT)
      if (missed === undefined) return readAgain()
      stream.add({ epoch, offset: 0, from: offset + 1, changes: missed.map(([, change]) => change) })
    }
  }

  // One repair at a time: many messages notice the same hole.
  const repair = (work: () => Promise<void>, afterMs: number): void => {
    if (repairing) return
    repairing = true
    const end = (): void => {
      repairing = false
    }
    scheduler.after(afterMs, () => void work().catch(deps.failed).finally(end))
  }

  const stream = createChangeStream({
    deliver,
    onHole: () => repair(fill, HOLE_MS),
    onForeign: () => repair(readAgain, 0),
    after: scheduler.after,
  })

  return {
    position: stream.position,
    add: stream.add,
    headIs: stream.headIs,
    passed: stream.passed,
    follow: (follower) => {
      followers.add(follower)
      for (const change of unheard.splice(0)) follower.committed(change)
      return () => followers.delete(follower)
    },
    load: async () => {
      if (followers.size > 0) return loadState()
      const state = await readState()
      unheard = []
      stream.restart(state.position)
      return state
    },
    message: (text) => {
      const message = parseMessage(text)
      switch (message?.kind) {
        case 'batch':
          return stream.add(message.batch)
        case 'beat':
          return message.hub === hub ? deps.onOwnBeat() : undefined
        case 'seen':
          if (message.hub === hub) return
          for (const [id, at] of message.seen) for (const follower of followers) follower.seen?.(id, at)
          for (const kept of message.measured) for (const follower of followers) follower.measured?.(kept)
          return
        case undefined:
          logger.warn('message_not_understood', { bytes: text.length })
      }
    },
  }
}
