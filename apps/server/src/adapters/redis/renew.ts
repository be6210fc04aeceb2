// What the hub says once a second: who was heard, and what was reported. One script call for all of them.

import type { KeptMetrics } from '../../domain/agent-metrics.ts'
import type { Store, StoreAway } from '../../domain/ports.ts'
import type { Logger } from '../../kernel/logger.ts'
import { err, ok } from '../../kernel/result.ts'
import { RENEW_SCRIPT } from './lease-scripts.ts'
import { parseRenewed } from './parse-reply.ts'
import type { Scripts } from './scripts.ts'

export interface RenewDeps {
  readonly scripts: Pick<Scripts, 'run'>
  readonly logger: Pick<Logger, 'warn'>
  readonly now: () => number
  readonly away: StoreAway
}

export const metricsSkipped = (logger: Pick<Logger, 'warn'>, ids: readonly string[]): void =>
  logger.warn('metrics_skipped', {
    records: ids.length,
    agent_ids: ids.slice(0, 5).join(' '),
    reason: 'what Redis holds of them cannot be read; they begin anew with the next report of these agents',
  })

/** @param whatever is kept */
const rowOf = (kept: KeptMetrics, whatever: boolean): readonly unknown[] => {
  const { record, incarnation, epoch, revision } = kept
  return [record.agentId, incarnation, epoch, revision, JSON.stringify(kept), whatever]
}

export const createRenew = ({ scripts, logger, now, away }: RenewDeps): Store['renew'] => {
  const run = (signs: readonly unknown[], metrics: readonly unknown[]) =>
    scripts.run(RENEW_SCRIPT, JSON.stringify(signs), JSON.stringify(metrics))

  return async (signs, metrics = []) => {
    if (signs.length === 0 && metrics.length === 0) return ok({ dead: [], overtaken: [] })
    // Ages, not moments: what this hub's clock shows is nobody else's business.
    const at = now()
    const aged = signs.map(({ id, incarnation, seenAt }) => [id, incarnation, Math.max(0, at - seenAt)])
    const ran = await run(
      aged,
      metrics.map((kept) => rowOf(kept, false)),
    )
    if (ran === undefined) return err(away)
    const { dead, overtaken, broken } = parseRenewed(ran.reply)
    if (broken.length > 0) {
      // Nothing can be put on top of what nobody can read.
      metricsSkipped(logger, broken)
      const again = metrics.filter(({ record }) => broken.includes(record.agentId))
      const ranAgain = await run(
        [],
        again.map((kept) => rowOf(kept, true)),
      )
      if (ranAgain === undefined) return err(away)
    }
    return ok({ dead, overtaken })
  }
}
