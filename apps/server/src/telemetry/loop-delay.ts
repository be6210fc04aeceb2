// How late the event loop is, over windows that whoever watches closes.

import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Seconds. */
export interface LoopDelay {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface LoopWatch {
  /** Of the last whole window; null before its end. */
  readonly latest: () => LoopDelay | null
  /** Ends a window and begins the next. */
  readonly roll: () => void
  readonly stop: () => void
}

/** Nanoseconds a timer of this resolution is late by itself. */
const RESOLUTION_MS = 20

export const watchLoopDelay = (): LoopWatch => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  let latest: LoopDelay | null = null
  // It measures from one tick to the next: what is above the resolution is delay.
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000)
  return {
    latest: () => latest,
    roll: () => {
      if (histogram.count === 0) return
      latest = { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max) }
      histogram.reset()
    },
    stop: () => void histogram.disable(),
  }
}
