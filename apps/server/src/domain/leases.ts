// Leases: who is alive until when, and who is silent too long. Deadlines of agents on one timing wheel; deaths and
// removals are commands like any other. The sweep is driven from outside.

import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { createTimingWheel } from '../kernel/timing-wheel.ts'
import type { Agent } from './agent.ts'
import type { AgentRef, Command } from './command.ts'

export interface LeaseSettings {
  /** An agent is alive until this long after its last sign of life (`AGENT_HEARTBEAT_TIMEOUT`), in milliseconds. */
  readonly timeoutMs: number
  /** How often the sweep is meant to run, in milliseconds. */
  readonly sweepMs: number
  /** Share of at least 20 agents that may die in one sweep before it looks like our own fault; 1 turns it off. */
  readonly massLossRatio: number
}

export interface Leases {
  /** Follows a committed change: an alive agent gets a lease, a dead one a time of removal, a removed one nothing. */
  readonly follow: (after: Agent | undefined, id: string) => void
  /** A sign of life: the deadline moves to now + timeout. */
  readonly renew: (id: string) => void
  /** Ends what is overdue. Never runs twice at a time. */
  readonly sweep: () => Promise<void>
  readonly size: () => number
}

export interface LeaseDeps {
  readonly clock: Clock
  readonly settings: LeaseSettings
  readonly logger: Logger
  readonly get: (id: string) => Agent | undefined
  readonly lastSeen: (id: string) => number | undefined
  /** Lets the event loop turn: called between batches. */
  readonly pause: () => Promise<void>
  /** @returns false when the store is away and nothing was committed */
  readonly commit: (command: Command) => Promise<boolean>
}

/** Fewer agents than this never trip the brake on mass loss. */
export const MASS_LOSS_MINIMUM = 20
/**
 * A sweep that did not run for this many of its intervals was not watching. A pause shorter than two seconds, and than
 * half a timeout, only makes deaths late: a garbage collection must not lengthen every life.
 */
const MISSED_SWEEPS = 3
const AWAY_MS = 2000
/** Agents ended by one command, so that one sweep never holds the event loop. */
const BATCH = 500

/** Dead agents are removed after max(60 s, twice the heartbeat timeout). */
export const removalDelayMs = (timeoutMs: number): number => Math.max(60_000, 2 * timeoutMs)

export const createLeases = (deps: LeaseDeps): Leases => {
  const { clock, settings, logger } = deps
  const { timeoutMs, sweepMs } = settings
  const alive = createTimingWheel<string>(sweepMs, 1024, clock.monotonic())
  const dead = createTimingWheel<string>(sweepMs, 1024, clock.monotonic())
  const wheels = { alive, dead }
  // Agents the brake gave one more timeout: the second time they die.
  const spared = new Set<string>()
  let sweptAt = clock.monotonic()
  let sweeping = false

  const grantAll = (now: number): void => {
    for (const id of alive.keys()) alive.set(id, now + timeoutMs)
    for (const id of dead.keys()) dead.set(id, now + removalDelayMs(timeoutMs))
  }

  const brake = (due: readonly string[], now: number): readonly string[] => {
    const total = due.length + alive.size()
    const fresh = due.filter((id) => !spared.has(id))
    const again = due.filter((id) => spared.has(id))
    if (total < MASS_LOSS_MINIMUM || fresh.length <= settings.massLossRatio * total) return due
    for (const id of fresh) {
      spared.add(id)
      alive.set(id, now + timeoutMs)
    }
    logger.warn('mass_loss_brake', { silent: fresh.length, agents: total, grace_s: timeoutMs / 1000 })
    return again
  }

  const ref = (id: string, status: Agent['status']): (AgentRef & { seenAt: number })[] => {
    const agent = deps.get(id)
    // A deadline of its own again: a sign of life came while earlier batches were being committed.
    if (agent?.status !== status || wheels[status].deadline(id) !== undefined) return []
    return [{ id, incarnation: agent.incarnation, seenAt: deps.lastSeen(id) ?? agent.seenAt }]
  }

  // Whoever was not ended keeps a deadline: a lease that is on no wheel would be one for ever.
  const tryAgain = (ids: readonly string[], status: Agent['status']): void => {
    for (const id of ids)
      if (wheels[status].deadline(id) === undefined) wheels[status].set(id, clock.monotonic() + sweepMs)
  }

  const end = async (ids: readonly string[], status: Agent['status']): Promise<void> => {
    const kind = status === 'alive' ? 'expire' : 'remove-dead'
    for (let from = 0; from < ids.length; from += BATCH) {
      if (from > 0) await deps.pause()
      const agents = ids.slice(from, from + BATCH).flatMap((id) => ref(id, status))
      if (agents.length === 0) continue
      const left = ids.slice(from + BATCH)
      try {
        if (!(await deps.commit({ kind, agents })))
          tryAgain(
            agents.map(({ id }) => id),
            status,
          )
      } catch (cause) {
        tryAgain([...agents.map(({ id }) => id), ...left], status)
        throw cause
      }
    }
  }

  const sweepOnce = async (): Promise<void> => {
    const now = clock.monotonic()
    const away = now - sweptAt
    sweptAt = now
    if (away > Math.max(MISSED_SWEEPS * sweepMs, Math.min(AWAY_MS, timeoutMs / 2))) {
      logger.warn('outage_grace', { away_ms: Math.round(away), leases: alive.size() })
      grantAll(now)
      return
    }
    const silent = brake(alive.advance(now), now)
    for (const id of silent) spared.delete(id)
    await end(silent, 'alive')
    await end(dead.advance(clock.monotonic()), 'dead')
  }

  return {
    follow: (after, id) => {
      const now = clock.monotonic()
      spared.delete(id)
      if (after?.status === 'alive') {
        alive.set(id, now + timeoutMs)
        dead.clear(id)
        return
      }
      alive.clear(id)
      if (after === undefined) dead.clear(id)
      else dead.set(id, now + removalDelayMs(timeoutMs))
    },
    renew: (id) => {
      if (deps.get(id)?.status !== 'alive') return
      spared.delete(id)
      alive.set(id, clock.monotonic() + timeoutMs)
    },
    sweep: async () => {
      if (sweeping) return
      sweeping = true
      try {
        await sweepOnce()
      } finally {
        sweeping = false
      }
    },
    size: alive.size,
  }
}
