// The RateLimits port in this process's memory.

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

import type { Budget, RateLimits } from '../../domain/ports.ts'
import { err, ok, type Result } from '../../kernel/result.ts'

export interface LimitSettings {
  /** Wrong guesses per account and network before a lockout (`LOGIN_MAX_FAILURES`). */
  readonly loginMaxFailures: number
  /** Wrong guesses per network over all accounts (`RATE_LIMIT_BURST`). */
  readonly networkMaxFailures: number
  /** Anonymous reads per minute and network (`PUBLIC_RATE`), and how many at once (`PUBLIC_RATE_BURST`). */
  readonly publicPerMinute: number
  readonly publicBurst: number
}

/** How long wrong guesses count, in seconds. */
const LOGIN_WINDOW_S = 300

export const createMemoryLimits = (settings: LimitSettings): RateLimits => {
  const account = new RateLimiterMemory({ points: settings.loginMaxFailures, duration: LOGIN_WINDOW_S })
  const network = new RateLimiterMemory({ points: settings.networkMaxFailures, duration: LOGIN_WINDOW_S })
  // The sustained rate over short windows, and the burst on top of it over a minute. A window is as long as its whole
  // number of reads takes: about a second, or longer where less than one a second is allowed.
  const perWindow = Math.ceil(settings.publicPerMinute / 60)
  const steady = new RateLimiterMemory({ points: perWindow, duration: (perWindow * 60) / settings.publicPerMinute })
  const burst = new RateLimiterMemory({ points: settings.publicBurst, duration: 60 })

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
    takePublic: async (from) => {
      const now = await consume(steady, from)
      if (now.ok) return ok(budget(now.value, perWindow))
      const extra = await consume(burst, from)
      if (extra.ok) return ok(budget(extra.value, settings.publicBurst))
      return err({
        retryAfterS: seconds(now.error),
        limit: settings.publicBurst,
        remaining: 0,
        resetS: seconds(extra.error),
      })
    },
  }
}

const seconds = (res: RateLimiterRes): number => Math.max(1, Math.ceil(res.msBeforeNext / 1000))

const budget = (res: RateLimiterRes, limit: number): Budget => ({
  limit,
  remaining: res.remainingPoints,
  resetS: seconds(res),
})

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
