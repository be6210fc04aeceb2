// Log lines that strangers can cause: a burst of each kind, then one now and then that says how many were left out, so
// that a flood of one kind costs little and hides no other.

import type { Clock } from './clock.ts'
import type { LogFields } from './logger.ts'
import { takeToken, type Bucket } from './token-bucket.ts'

/**
 * Writes a line, or counts it as left out.
 *
 * @param kind what is bounded together; from a small fixed set, as each kind is remembered for ever
 */
export type BoundedLog = (kind: string, event: string, fields: LogFields) => void

export interface BoundedLogOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly write: (event: string, fields: LogFields) => void
  /** Lines of a kind that may come at once. */
  readonly burst?: number
  /** Lines of a kind a second after that. */
  readonly perS?: number
}

export const createBoundedLog = ({ clock, write, burst = 20, perS = 0.2 }: BoundedLogOptions): BoundedLog => {
  const kinds = new Map<string, Bucket & { leftOut: number }>()

  return (kind, event, fields) => {
    const now = clock.monotonic()
    const bucket = kinds.get(kind) ?? { tokens: burst, filledAt: now, leftOut: 0 }
    kinds.set(kind, bucket)
    if (!takeToken(bucket, now, perS, burst)) {
      bucket.leftOut += 1
      return
    }
    write(event, bucket.leftOut === 0 ? fields : { ...fields, left_out: bucket.leftOut })
    bucket.leftOut = 0
  }
}
