// Starts what keeps agents alive and ends them in time: the sweep of leases, and the word to the store who was heard.

import type { AgentRef } from './domain/command.ts'
import type { Leases } from './domain/leases.ts'
import type { SignsOfLife } from './domain/signs-of-life.ts'
import type { Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'

export interface LifeDeps {
  readonly leases: Pick<Leases, 'sweep'>
  readonly signs: Pick<SignsOfLife, 'flush' | 'finish'>
  /** Brings back an agent that was heard but ended by the store before it knew. */
  readonly revive: (ref: AgentRef) => Promise<void>
  readonly scheduler: Pick<Scheduler, 'every'>
  readonly logger: Pick<Logger, 'error'>
}

export interface Life {
  readonly stop: () => void
  /** Tells the store of whoever it has not been told of. */
  readonly finish: () => Promise<void>
}

/** How late a death may be for the sweep's sake. */
export const SWEEP_MS = 100
/** How often the store hears who was heard. */
const SIGNS_MS = 1000

export const startLife = ({ leases, signs, revive, scheduler, logger }: LifeDeps): Life => {
  const reviveAll = async (heard: readonly AgentRef[]): Promise<void> => {
    for (const ref of heard) await revive(ref)
  }
  const stops = [
    scheduler.every(SWEEP_MS, () => {
      leases.sweep().catch((cause: unknown) => logger.error('sweep_failed', {}, cause))
    }),
    scheduler.every(SIGNS_MS, () => {
      const kept = signs.flush().then(reviveAll)
      kept.catch((cause: unknown) => logger.error('signs_of_life_not_kept', {}, cause))
    }),
  ]
  return {
    stop: () => {
      for (const stop of stops) stop()
    },
    finish: () => signs.finish().then(reviveAll),
  }
}
