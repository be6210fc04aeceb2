// The Store port in this process's memory: for tests and throw-away hubs. Everything is gone when the process ends.

import type { KeptMetrics } from '../../domain/agent-metrics.ts'
import { TOMBSTONE_DAYS, type Agent, type Tombstone } from '../../domain/agent.ts'
import { applyChange, changedId, type Change, type CommittedChange, type Position } from '../../domain/change.ts'
import type { Follower, Store } from '../../domain/ports.ts'
import { decide, isLife, REPLAY_SECONDS, type Remembered, type StateView } from '../../domain/transition.ts'
import type { AgentRef } from '../../domain/command.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Random } from '../../kernel/random.ts'
import { err, ok } from '../../kernel/result.ts'
import { createChangeRing } from './change-ring.ts'

export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, 'wall'>
  readonly random: Random
  /** How many changes are kept for those who come back (`CHANGE_HISTORY`). */
  readonly changeHistory: number
  /** And how many bytes of them (`CHANGE_HISTORY_BYTES`). */
  readonly changeHistoryBytes: number
  /** Removed ids that are remembered (`TOMBSTONES_MAX`). */
  readonly tombstonesMax: number
}

export const createMemoryStore = (options: MemoryStoreOptions): Store => {
  const { clock, random } = options
  const epoch = random.token(12)
  const agents = new Map<string, Agent>()
  const metrics = new Map<string, KeptMetrics>()
  const tombstones = createTombstones(options.tombstonesMax)
  const answers = createAnswers()
  const alive = createKeyCount()
  const followers = new Set<Follower>()
  const ring = createChangeRing({ changes: options.changeHistory, bytes: options.changeHistoryBytes })
  let offset = 0

  const write = (change: Change): CommittedChange => {
    offset += 1
    const id = changedId(change)
    const before = agents.get(id)
    const after = applyChange(before, change)
    alive.moved(before, after)
    if (after === undefined) agents.delete(id)
    else agents.set(id, after)
    if (after === undefined || (before !== undefined && !isLife(before, after))) metrics.delete(id)
    if (change.op === 'remove') tombstones.add(change.tombstone)
    ring.add(offset, change)
    return { epoch, offset, change }
  }

  const announce = (changes: readonly CommittedChange[]): void => {
    for (const change of changes) for (const follower of followers) follower.committed(change)
  }

  const position = (): Position => ({ epoch, offset })

  const store: Store = {
    commit: async (command) => {
      const at = clock.wall()
      tombstones.forget(at)
      answers.forget(at)
      const view: StateView = {
        epoch,
        agent: (id) => agents.get(id),
        tombstone: tombstones.get,
        remembered: answers.get,
        aliveWithKey: alive.count,
        forgotten: tombstones.forgotten,
      }
      const verdict = decide(view, command, at)
      if (!verdict.ok) return err(verdict.error)
      const { changes, answer, remember } = verdict.value
      const committed = changes.map(write)
      if (remember !== undefined) answers.add(remember.jti, { ...remember.first, offset }, at)
      announce(committed)
      return ok({ answer, position: position() })
    },
    load: async () => ({ position: position(), agents: [...agents.values()], metrics: [...metrics.values()] }),
    head: position,
    history: async (after, limit) => ring.after(after, limit)?.map(([at, change]) => ({ epoch, offset: at, change })),
    tombstone: async (id) => ok(tombstones.get(id)),
    renew: async (signs, measured = []) => {
      const dead: AgentRef[] = []
      const overtaken: KeptMetrics[] = []
      for (const { id, incarnation, seenAt } of signs) {
        const agent = agents.get(id)
        if (agent?.incarnation !== incarnation) continue
        if (agent.status === 'dead') dead.push({ id, incarnation })
        else if (seenAt > agent.seenAt) agents.set(id, { ...agent, seenAt })
      }
      for (const kept of measured) {
        const agent = agents.get(kept.record.agentId)
        if (agent === undefined || !isLife(agent, kept)) continue
        const stored = metrics.get(agent.id)
        if (stored === undefined || stored.revision === kept.revision - 1) metrics.set(agent.id, kept)
        else overtaken.push(stored)
      }
      return ok({ dead, overtaken })
    },
    follow: (follower) => {
      followers.add(follower)
      return () => followers.delete(follower)
    },
    status: () => ({ kind: 'memory', available: true }),
    close: async () => followers.clear(),
  }
  return store
}

// Both memories below are kept in order of time, so that forgetting reads from the oldest and stops at the first
// one that is still needed.
const createTombstones = (max: number) => {
  const byId = new Map<string, Tombstone>()
  let forgotten = 0
  const drop = (id: string, { incarnation }: Tombstone): void => {
    byId.delete(id)
    forgotten = Math.max(forgotten, incarnation)
  }
  return {
    get: (id: string) => byId.get(id),
    forgotten: () => forgotten,
    add: (tombstone: Tombstone) => {
      byId.delete(tombstone.id)
      byId.set(tombstone.id, tombstone)
    },
    forget: (now: number) => {
      for (const [id, tombstone] of byId) {
        if (byId.size <= max && now - tombstone.endedAt < TOMBSTONE_DAYS * 86_400_000) return
        drop(id, tombstone)
      }
    },
  }
}

const createAnswers = () => {
  const byToken = new Map<string, { readonly first: Remembered; readonly until: number }>()
  return {
    get: (jti: string) => byToken.get(jti)?.first,
    add: (jti: string, first: Remembered, now: number) => {
      byToken.delete(jti)
      byToken.set(jti, { first, until: now + REPLAY_SECONDS * 1000 })
    },
    forget: (now: number) => {
      for (const [jti, { until }] of byToken) {
        if (until > now) return
        byToken.delete(jti)
      }
    },
  }
}

const createKeyCount = () => {
  const counts = new Map<string, number>()
  const add = (agent: Agent | undefined, by: 1 | -1): void => {
    if (agent?.status !== 'alive') return
    const count = (counts.get(agent.keyId) ?? 0) + by
    if (count === 0) counts.delete(agent.keyId)
    else counts.set(agent.keyId, count)
  }
  return {
    count: (keyId: string) => counts.get(keyId) ?? 0,
    moved: (before: Agent | undefined, after: Agent | undefined) => {
      add(before, -1)
      add(after, 1)
    },
  }
}
