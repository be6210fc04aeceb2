// Time for tests: it stands still until told to move, and runs timers in the order they are due.

export interface FakeTime {
  readonly clock: { readonly wall: () => number; readonly monotonic: () => number }
  readonly scheduler: {
    readonly after: (delayMs: number, run: () => void) => () => void
    readonly every: (intervalMs: number, run: () => void) => () => void
    readonly soon: (run: () => void) => void
  }
  /** Moves both clocks, running what comes due on the way. */
  readonly advance: (ms: number) => void
  /** Moves the clocks without running anything, as if the process had been stopped. */
  readonly freeze: (ms: number) => void
  /** Steps the wall clock alone. */
  readonly stepWall: (ms: number) => void
  /** Runs what waits for the end of the turn. */
  readonly flush: () => void
}

interface Timer {
  at: number
  readonly every: number | undefined
  readonly run: () => void
}

/** 2026-01-02 03:04:05 UTC. */
export const FAKE_EPOCH = Date.UTC(2026, 0, 2, 3, 4, 5)

export const createFakeTime = (): FakeTime => {
  const timers = new Set<Timer>()
  let turn: (() => void)[] = []
  let now = 0
  let wallStep = 0

  const flush = (): void => {
    while (turn.length > 0) {
      const due = turn
      turn = []
      for (const run of due) run()
    }
  }

  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) if (timer.at <= until && (next === undefined || timer.at < next.at)) next = timer
    return next
  }

  const add = (delayMs: number, every: number | undefined, run: () => void): (() => void) => {
    const timer = { at: now + Math.max(0, delayMs), every, run }
    timers.add(timer)
    return () => timers.delete(timer)
  }

  return {
    clock: { wall: () => FAKE_EPOCH + now + wallStep, monotonic: () => now },
    scheduler: {
      after: (delayMs, run) => add(delayMs, undefined, run),
      every: (intervalMs, run) => add(intervalMs, intervalMs, run),
      soon: (run) => void turn.push(run),
    },
    advance: (ms) => {
      const until = now + ms
      flush()
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        now = Math.max(now, timer.at)
        if (timer.every === undefined) timers.delete(timer)
        else timer.at += timer.every
        timer.run()
        flush()
      }
      now = until
    },
    freeze: (ms) => {
      now += ms
    },
    stepWall: (ms) => {
      wallStep += ms
    },
    flush,
  }
}
