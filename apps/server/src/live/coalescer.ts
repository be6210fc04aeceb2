// The rhythm of full lists (P3): the first change after quiet is told at once, further ones together after a pause,
// and the last state always arrives.

import type { Clock, Scheduler } from '../kernel/clock.ts'

export interface Coalescer {
  /** Something changed. */
  readonly mark: () => void
  readonly stop: () => void
}

export interface CoalescerOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly scheduler: Scheduler
  /** Least pause between two flushes in milliseconds (`BROADCAST_INTERVAL_MS`). */
  readonly intervalMs: number
  readonly flush: () => void
}

/** A flush may take a tenth of a core: after one that took long the pause is stretched. */
const PAUSE_PER_COST = 9

export const createCoalescer = ({ clock, scheduler, intervalMs, flush }: CoalescerOptions): Coalescer => {
  let dirty = false
  // While a flush is due at the end of this turn, or a pause runs, marks only leave their note.
  let busy = false
  let stopped = false
  let cancel = (): void => undefined

  const run = (): void => {
    if (stopped) return
    dirty = false
    const start = clock.monotonic()
    flush()
    const cost = clock.monotonic() - start
    cancel = scheduler.after(Math.max(intervalMs, cost * PAUSE_PER_COST), () => {
      busy = false
      if (dirty) begin()
    })
  }

  const begin = (): void => {
    busy = true
    // Not in this turn, so that many changes of one commit are one flush, and not in the next, which is when the
    // answer to whoever made the change is written: a big list would hold it up.
    scheduler.soon(() => scheduler.soon(run))
  }

  return {
    mark: () => {
      dirty = true
      if (!busy && !stopped) begin()
    },
    stop: () => {
      stopped = true
      cancel()
    },
  }
}
