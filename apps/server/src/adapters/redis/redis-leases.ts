// Leases kept by Redis for all hubs together: any hub's sweep ends what is overdue, in one script that looks again.

import type { Leases } from '../../domain/leases.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ChangeFeed } from './change-feed.ts'
import { SWEEP_SCRIPT } from './lease-scripts.ts'
import { parseSweep } from './parse-reply.ts'
import type { Scripts } from './scripts.ts'

export interface RedisLeaseDeps {
  readonly scripts: Pick<Scripts, 'run'>
  readonly feed: Pick<ChangeFeed, 'add'>
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Pick<Logger, 'warn'>
  readonly timeoutMs: number
  readonly massLossRatio: number
}

/** Renewals arrive once a second: a death is late by this much, and never early. */
const SLACK_MS = 1500
/** Between two sweeps of one hub. */
const PAUSE_MS = 250
/** Ended by one script, so that one sweep never holds Redis. */
const BATCH = 500

export const createRedisLeases = (deps: RedisLeaseDeps): Pick<Leases, 'sweep'> => {
  const { scripts, feed, clock, logger, timeoutMs, massLossRatio } = deps
  const limits = [SLACK_MS, massLossRatio, BATCH].map(String)
  let sweptAt = clock.monotonic()
  let sweeping = false

  const sweepOnce = async (): Promise<void> => {
    for (;;) {
      const ran = await scripts.run(SWEEP_SCRIPT, ...limits)
      if (ran === undefined) return
      const reply = parseSweep(ran.reply)
      feed.add(reply)
      const { spared, agents, more } = reply
      if (spared > 0) logger.warn('mass_loss_brake', { silent: spared, agents, grace_s: timeoutMs / 1000 })
      if (!more) return
    }
  }

  return {
    sweep: async () => {
      if (sweeping || clock.monotonic() - sweptAt < PAUSE_MS) return
      sweeping = true
      try {
        await sweepOnce()
      } finally {
        sweeping = false
        sweptAt = clock.monotonic()
      }
    },
  }
}
