// Reads without a token: a bucket per network that a burst empties and the rate fills again. Kept in memory, and only
// while a bucket is not full: a full one is like one that was never used.

import type { Budget, Exhausted } from '../../domain/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { takeToken, type Bucket } from '../../kernel/token-bucket.ts'

export interface PublicReadSettings {
  /** Reads per minute and network, over time (`PUBLIC_RATE`), and how many at once (`PUBLIC_RATE_BURST`). */
  readonly publicPerMinute: number
  readonly publicBurst: number
}

export interface PublicReads {
  readonly take: (network: string) => Result<Budget, Exhausted & Budget>
  /** Networks that are remembered. */
  readonly known: () => number
}

export const createPublicReads = (
  { publicPerMinute, publicBurst }: PublicReadSettings,
  clock: Pick<Clock, 'monotonic'>,
): PublicReads => {
  const perSecond = publicPerMinute / 60
  const fillMs = (publicBurst / perSecond) * 1000
  // Two generations instead of a timer for every network: what nobody asked for through a whole one has become full.
  let current = new Map<string, Bucket>()
  let previous = new Map<string, Bucket>()
  let turnedAt = clock.monotonic()

  const turn = (now: number): void => {
    if (now - turnedAt < fillMs) return
    previous = now - turnedAt < 2 * fillMs ? current : new Map()
    current = new Map()
    turnedAt = now
  }

  const bucketOf = (network: string, now: number): Bucket => {
    const known = current.get(network) ?? previous.get(network)
    const bucket = known ?? { tokens: publicBurst, filledAt: now }
    if (known !== undefined) previous.delete(network)
    current.set(network, bucket)
    return bucket
  }

  const seconds = (tokens: number): number => Math.max(1, Math.ceil(tokens / perSecond))

  return {
    take: (network) => {
      const now = clock.monotonic()
      turn(now)
      const bucket = bucketOf(network, now)
      const taken = takeToken(bucket, now, perSecond, publicBurst)
      const { tokens } = bucket
      const budget: Budget = {
        limit: publicBurst,
        remaining: Math.floor(tokens),
        resetS: seconds(publicBurst - tokens),
      }
      return taken ? ok(budget) : err({ ...budget, retryAfterS: seconds(1 - tokens) })
    },
    known: () => current.size + previous.size,
  }
}
