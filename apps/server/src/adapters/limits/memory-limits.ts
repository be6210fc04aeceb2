// The RateLimits port in this process's memory.

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

import type { RateLimits } from '../../domain/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { createPublicReads, type PublicReadSettings } from './public-reads.ts'

export interface LimitSettings extends PublicReadSettings {
  /** Wrong guesses per account and network before a lockout (`LOGIN_MAX_FAILURES`). */
  readonly loginMaxFailures: number
  /** Wrong guesses per network over all accounts (`RATE_LIMIT_BURST`). */
  readonly networkMaxFailures: number
  /** Calls to agents per minute and network (`CONNECT_RATE`), and how many at once (`CONNECT_RATE_BURST`). */
  readonly connectPerMinute: number
  readonly connectBurst: number
}

/** How long wrong guesses count, in seconds. */
const LOGIN_WINDOW_S = 300

export const createMemoryLimits = (settings: LimitSettings, clock: Pick<Clock, 'monotonic'>): RateLimits => {
  const account = new RateLimiterMemory({ points: settings.loginMaxFailures, duration: LOGIN_WINDOW_S })
  const network = new RateLimiterMemory({ points: settings.networkMaxFailures, duration: LOGIN_WINDOW_S })
  const reads = createPublicReads(settings, clock)
  const connects = createPublicReads(
    { publicPerMinute: settings.connectPerMinute, publicBurst: settings.connectBurst },
    clock,
  )

  return {
    reserveLogin: async (name, from) => {
      const key = `${name}\n${from}`
      const byNetwork = await consume(network, from)
      if (!byNetwork.ok) return err({ retryAfterS: seconds(byNetwork.error) })
      const byAccount = await consume(account, key)
      if (!byAccount.ok) {
        await giveBack(network, from)
        return err({ retryAfterS: seconds(byAccount.error) })
      }
      return ok({
        refund: async () => {
          await Promise.all([giveBack(network, from), giveBack(account, key)])
        },
      })
    },
    takePublic: async (from) => reads.take(from),
    takeConnect: async (from) => connects.take(from),
  }
}

const seconds = (res: RateLimiterRes): number => Math.max(1, Math.ceil(res.msBeforeNext / 1000))

// The library rejects with its result when a bucket is empty, and with an Error when it broke. It counts what it
// refuses, too: left so, a crowd of rightful attempts would lock itself out, as refunds never reach the limit again.
const consume = async (limiter: RateLimiterMemory, key: string): Promise<Result<RateLimiterRes, RateLimiterRes>> => {
  try {
    return ok(await limiter.consume(key, 1))
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    await limiter.reward(key, 1)
    return err(refused)
  }
}

// A key without a wrong guess is not kept: there is one for every agent id that ever asked.
const giveBack = async (limiter: RateLimiterMemory, key: string): Promise<void> => {
  const left = await limiter.reward(key, 1)
  if (left.consumedPoints <= 0) await limiter.delete(key)
}
