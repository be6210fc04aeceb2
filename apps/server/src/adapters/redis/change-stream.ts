// Brings the changes of all hubs into their one order. They arrive twice (as the answer to a commit and over the
// channel), late, or not at all: what was heard is passed over, what is early waits, a hole is reported.

import type { Change, CommittedChange, Position } from '../../domain/change.ts'

/** Changes of one commit, `from` being the offset of the first. */
export interface Batch extends Position {
  readonly from: number
  readonly changes: readonly Change[]
}

export interface ChangeStream {
  readonly position: () => Position
  /** Delivers nothing until `restart`: the state is being read, and what comes meanwhile goes on from there. */
  readonly hold: () => void
  /** Starts again after this position; what waits from before it, or of another history, is dropped. */
  readonly restart: (position: Position) => void
  readonly add: (batch: Batch) => void
  /**
   * The head as somebody else has just seen it: a hole when this stream has not come so far.
   *
   * @param asked where this stream stood when it asked: the answer may have been overtaken by changes
   */
  readonly headIs: (position: Position, asked: Position) => void
  /** Whether changes are known to exist that have not come yet. */
  readonly hasHole: () => boolean
  /** Resolves once the stream has passed `offset` of this epoch; false when it does not in time, or starts again. */
  readonly passed: (position: Position, timeoutMs: number) => Promise<boolean>
}

export interface ChangeStreamDeps {
  readonly deliver: (change: CommittedChange) => void
  /** Changes are missing between the position and what is known to exist. Called again and again while it is so. */
  readonly onHole: () => void
  /** The history is another one than ours, or shorter than what was delivered. */
  readonly onForeign: () => void
  readonly after: (ms: number, run: () => void) => () => void
}

/** Changes that wait for an earlier one. Beyond it the hole is filled from the history anyway. */
const MAX_EARLY = 10_000

export const createChangeStream = ({ deliver, onHole, onForeign, after }: ChangeStreamDeps): ChangeStream => {
  let position: Position = { epoch: '', offset: 0 }
  let head = 0
  /** What came while the state was being read. */
  let held: Batch[] | undefined
  const early = new Map<number, Change>()
  const waiters = new Set<{ readonly position: Position; readonly settle: (passed: boolean) => void }>()

  const next = (change: Change): void => {
    position = { epoch: position.epoch, offset: position.offset + 1 }
    deliver({ ...position, change })
  }

  const takeEarly = (): void => {
    for (;;) {
      const change = early.get(position.offset + 1)
      if (change === undefined) return
      early.delete(position.offset + 1)
      next(change)
    }
  }

  const settle = (): void => {
    for (const waiter of waiters) if (waiter.position.offset <= position.offset) waiter.settle(true)
  }

  const add = (batch: Batch): void => {
    const { epoch, from, changes } = batch
    if (held !== undefined) {
      if (held.length < MAX_EARLY) held.push(batch)
      return
    }
    if (epoch !== position.epoch) return onForeign()
    for (const [at, change] of changes.entries()) {
      const offset = from + at
      if (offset === position.offset + 1) next(change)
      else if (offset > position.offset && early.size < MAX_EARLY) early.set(offset, change)
    }
    takeEarly()
    settle()
    head = Math.max(head, from + changes.length - 1)
    if (head > position.offset) onHole()
  }

  return {
    position: () => position,
    hold: () => {
      held ??= []
    },
    restart: (to) => {
      // Whatever came early was there before the state was read, so it is part of it, or it never was a change of ours.
      early.clear()
      for (const waiter of waiters) {
        if (waiter.position.epoch !== to.epoch) waiter.settle(false)
      }
      position = to
      head = to.offset
      const meanwhile = held ?? []
      held = undefined
      settle()
      for (const batch of meanwhile) if (batch.epoch === to.epoch) add(batch)
    },
    add,
    headIs: ({ epoch, offset }, asked) => {
      if (held !== undefined) return
      if (epoch !== position.epoch) {
        if (epoch !== asked.epoch) onForeign()
        return
      }
      if (offset < asked.offset && asked.epoch === epoch) return onForeign()
      head = Math.max(head, offset)
      if (head > position.offset) onHole()
    },
    hasHole: () => head > position.offset,
    passed: (wanted, timeoutMs) => {
      if (wanted.epoch === position.epoch && wanted.offset <= position.offset) return Promise.resolve(true)
      return new Promise((resolve) => {
        const waiter = {
          position: wanted,
          settle: (passed: boolean) => {
            waiters.delete(waiter)
            cancel()
            resolve(passed)
          },
        }
        const cancel = after(timeoutMs, () => waiter.settle(false))
        waiters.add(waiter)
      })
    },
  }
}
