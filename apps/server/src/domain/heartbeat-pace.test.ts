import { describe, expect, it } from 'vitest'

import { averageLateness, nextHeartbeatMs } from './heartbeat-pace.ts'

describe('the pause between heartbeats', () => {
  it.each([
    [60_000, 0, 20_000],
    [60_000, 20, 20_000],
    [60_000, 120, 25_000],
    [60_000, 220, 30_000],
    [60_000, 5000, 30_000],
    [1000, 0, 333],
    [200, Number.MAX_VALUE, 100],
  ])('[A5] with a timeout of %d ms and a hub %d ms late it is %d ms', (timeoutMs, latenessMs, pause) => {
    expect(nextHeartbeatMs(timeoutMs, latenessMs)).toBe(pause)
  })

  it('[A5] one late tick is no load, many are, and it passes', () => {
    const after = (before: number, lateMs: number, ticks: number): number => {
      let average = before
      for (let tick = 0; tick < ticks; tick += 1) average = averageLateness(average, lateMs)
      return average
    }
    expect(nextHeartbeatMs(60_000, after(0, 150, 1))).toBe(20_000)
    const loaded = after(0, 300, 50)
    expect(nextHeartbeatMs(60_000, loaded)).toBe(30_000)
    expect(nextHeartbeatMs(60_000, after(loaded, 0, 50))).toBe(20_000)
  })
})
