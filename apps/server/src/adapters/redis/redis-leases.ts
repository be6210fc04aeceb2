// Leases kept by Redis for all hubs together: any hub's sweep ends what is overdue, in one script that looks again.

import type { Leases } from '../../domain/leases.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ChangeFeed } from './change-feed.ts'
import { PRESENT_MS } from './hub-pulse.ts'
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
/** Looked at by one script: however many are overdue, one script holds Redis for some milliseconds only. */
const BATCH = 500

export const createRedisLeases = (deps: RedisLeaseDeps): Pick<Leases, 'sweep'> => {
  const { scripts, feed, clock, logger, timeoutMs, massLossRatio } = deps
  const limits = [SLACK_MS, massLossRatio, PRESENT_MS, BATCH].map(String)
  let sweptAt = clock.monotonic()
  let sweeping = false

  const sweepOnce = async (): Promise<void> => {
    let silent = 0
    let agents = 0
    for (let more = true; more;) {
      const ran = await scripts.run(SWEEP_SCRIPT, ...limits)
      if (ran === undefined) break
      const reply = parseSweep(ran.reply)
      feed.add(reply)
      silent += reply.spared
      agents = reply.agents
      more = reply.more
    }
    if (silent > 0) logger.warn('mass_loss_brake', { silent, agents, grace_s: timeoutMs / 1000 })
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
