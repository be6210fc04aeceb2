// Time as it is handed to everything that needs it. Nothing below the composition root reads a clock of its own.

export interface Clock {
  /** Wall clock, epoch milliseconds UTC. For timestamps people read; may step back. */
  readonly wall: () => number
  /** Monotonic milliseconds. For deadlines; never steps. */
  readonly monotonic: () => number
}

/** A cancelled timer never fires. Callbacks run on the event loop, never inside `after`. */
export interface Scheduler {
  readonly after: (delayMs: number, run: () => void) => Cancel
  readonly every: (intervalMs: number, run: () => void) => Cancel
  /** Once this turn of the event loop is done. */
  readonly soon: (run: () => void) => void
}

export type Cancel = () => void

export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
}

export const systemScheduler: Scheduler = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
  every: (intervalMs, run) => {
    const timer = setInterval(run, intervalMs)
    return () => clearInterval(timer)
  },
  soon: (run) => void setImmediate(run),
}
