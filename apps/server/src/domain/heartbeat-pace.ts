// How soon the next heartbeat is asked for: a third of the timeout, more of it when the hub is late with its own work.

/** The share a new measurement has in the average. */
const WEIGHT = 0.1
/** A timer is this late on a hub that has nothing to do, in milliseconds. */
const USUAL_MS = 20
/** This late on average, the pause is as long as it gets. */
const FULL_MS = 220

/** The average lateness of a regular tick, in milliseconds, after one more of them. */
export const averageLateness = (before: number, lateMs: number): number => before + WEIGHT * (lateMs - before)

/**
 * From a third of the timeout to half of it, so that one lost heartbeat is never a death.
 *
 * @param timeoutMs `AGENT_HEARTBEAT_TIMEOUT`
 * @param latenessMs see `averageLateness`
 */
export const nextHeartbeatMs = (timeoutMs: number, latenessMs: number): number => {
  const load = Math.min(1, Math.max(0, (latenessMs - USUAL_MS) / (FULL_MS - USUAL_MS)))
  return Math.floor(timeoutMs / 3 + (load * timeoutMs) / 6)
}
