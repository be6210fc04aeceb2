// This hub's copy of the committed state: every read is answered from it, and only committed changes move it.
// It knows no store, no socket and no command.

import type { AgentMetricsView, KeptMetrics, MetricsRecord } from '../domain/agent-metrics.ts'
import type { Agent } from '../domain/agent.ts'
import { applyChange, changedId, type CommittedChange, type Position } from '../domain/change.ts'
import type { AgentView, StoredState } from '../domain/ports.ts'
import { isLife } from '../domain/transition.ts'
import type { Scheduler } from '../kernel/clock.ts'
import { insertOrdered, removeOrdered } from './ordered.ts'
import { metricsText, recordText, type MetricsText, type RecordText } from './record-text.ts'

export interface Entry {
  agent: Agent
  text: RecordText
  /** Epoch milliseconds UTC. */
  lastSeen: number
  /** As they are kept; undefined for an agent that has reported nothing in this life. */
  measured: KeptMetrics | undefined
  metrics: MetricsText | undefined
}

export interface Counts {
  readonly total: number
  readonly alive: number
  readonly dead: number
  /** Registered agents by type, alive and dead. */
  readonly types: ReadonlyMap<string, number>
}

export const isAlive = (entry: Entry): boolean => entry.agent.status === 'alive'

/** What an applied change did to one agent. */
export interface Applied {
  readonly committed: CommittedChange
  readonly before: Agent | undefined
  readonly after: Agent | undefined
}

export interface Replica extends AgentView {
  /** Metrics end with the life they are of. They are not part of the committed state, nobody is told of them. */
  readonly metrics: AgentMetricsView & {
    readonly kept: (id: string) => KeptMetrics | undefined
    /** Passes over those of an agent that is not here in this life. */
    readonly set: (id: string, kept: KeptMetrics) => void
  }
  /** Fills the copy at the start; nobody is told. */
  readonly load: (state: StoredState) => void
  /**
   * Replaces the copy when the stream cannot be continued. Listeners are told what is different now, as changes that
   * all stand at the new position; how a life ended that is gone is not known then, it counts as expired.
   */
  readonly reset: (state: StoredState) => void
  /** Applies the next change. Throws on a hole in the offsets: a copy with a hole must not be read. */
  readonly apply: (change: CommittedChange) => void
  readonly entry: (id: string) => Entry | undefined
  /** All agents, alive and dead, ordered by (registered_at, agent_id). Not to be kept across a change. */
  readonly entries: () => readonly Entry[]
  /** Alive agents in the same order, of one type when one is given. Not to be kept across a change. */
  readonly alive: (type?: string | null) => readonly Entry[]
  readonly counts: () => Counts
  /** How many of each type are alive. */
  readonly aliveTypes: () => ReadonlyMap<string, number>
  /** Listeners run in the order they were added, after the copy holds the change. */
  readonly onApplied: (listener: (applied: Applied) => void) => void
}

export const createReplica = (scheduler: Scheduler): Replica => {
  const byId = new Map<string, Entry>()
  const ordered: Entry[] = []
  // Kept in order, so that a page of them is a slice and their number a length, however many agents there are.
  const alive: Entry[] = []
  const aliveByType = new Map<string, Entry[]>()
  const types = new Map<string, number>()
  const listeners: ((applied: Applied) => void)[] = []
  const waiting = createWaiting(scheduler)
  let position: Position = { epoch: '', offset: 0 }

  const enlist = (entry: Entry): void => {
    if (!isAlive(entry)) return
    insertOrdered(alive, entry)
    const type = entry.agent.card.agent_type
    const ofType = aliveByType.get(type) ?? []
    insertOrdered(ofType, entry)
    aliveByType.set(type, ofType)
  }

  const delist = (entry: Entry): void => {
    if (!isAlive(entry)) return
    removeOrdered(alive, entry.agent)
    const type = entry.agent.card.agent_type
    const ofType = aliveByType.get(type) ?? []
    removeOrdered(ofType, entry.agent)
    if (ofType.length === 0) aliveByType.delete(type)
  }

  const remove = (entry: Entry): void => {
    byId.delete(entry.agent.id)
    removeOrdered(ordered, entry.agent)
    delist(entry)
    count(types, entry.agent.card.agent_type, -1)
  }

  const insert = (agent: Agent, lastSeen: number): void => {
    const entry: Entry = { agent, text: recordText(agent), lastSeen, measured: undefined, metrics: undefined }
    byId.set(agent.id, entry)
    insertOrdered(ordered, entry)
    enlist(entry)
    count(types, agent.card.agent_type, 1)
  }

  // Within one incarnation the place in the order stays; whether it is among the alive ones, and of which type, may not.
  const replace = (entry: Entry, agent: Agent): void => {
    const before = entry.agent
    const listedElsewhere = before.status !== agent.status || before.card.agent_type !== agent.card.agent_type
    if (listedElsewhere) delist(entry)
    count(types, before.card.agent_type, -1)
    count(types, agent.card.agent_type, 1)
    entry.agent = agent
    entry.text = recordText(agent)
    entry.lastSeen = Math.max(entry.lastSeen, agent.seenAt)
    if (listedElsewhere) enlist(entry)
  }

  const measure = (id: string, kept: KeptMetrics): void => {
    const entry = byId.get(id)
    if (entry === undefined || !isLife(entry.agent, kept)) return
    // That they were kept changes nothing of what they say.
    if (entry.measured?.record !== kept.record) entry.metrics = metricsText(kept.record)
    entry.measured = kept
  }

  const load = (state: StoredState): void => {
    byId.clear()
    types.clear()
    ordered.length = 0
    alive.length = 0
    aliveByType.clear()
    for (const agent of state.agents) insert(agent, agent.seenAt)
    for (const kept of state.metrics ?? []) measure(kept.record.agentId, kept)
    position = state.position
    waiting.release(position.offset)
  }

  return {
    load,
    reset: (state) => {
      const before = new Map([...byId].map(([id, { agent, lastSeen }]) => [id, { agent, lastSeen }]))
      load(state)
      for (const [id, { agent, lastSeen }] of before) {
        const entry = byId.get(id)
        if (entry !== undefined && isLife(entry.agent, agent)) {
          entry.lastSeen = Math.max(entry.lastSeen, lastSeen)
        }
      }
      for (const applied of differences(before, byId, position)) for (const listener of listeners) listener(applied)
    },
    apply: (committed) => {
      const { change, epoch, offset } = committed
      if (offset !== position.offset + 1) {
        throw new Error(`change ${offset} cannot follow ${position.offset}: the stream has a hole`)
      }
      const entry = byId.get(changedId(change))
      const before = entry?.agent
      const after = applyChange(before, change)
      if (entry !== undefined && after !== undefined && before?.incarnation === after.incarnation) {
        replace(entry, after)
      } else {
        if (entry !== undefined) remove(entry)
        if (after !== undefined) insert(after, after.seenAt)
      }
      position = { epoch, offset }
      for (const listener of listeners) listener({ committed, before, after })
      waiting.release(offset)
    },
    get: (id) => byId.get(id)?.agent,
    lastSeen: (id) => byId.get(id)?.lastSeen,
    touch: (id, at) => {
      const entry = byId.get(id)
      if (entry !== undefined && at > entry.lastSeen) entry.lastSeen = at
    },
    reached: (offset, timeoutMs) =>
      offset <= position.offset ? Promise.resolve(true) : waiting.wait(offset, timeoutMs),
    entry: (id) => byId.get(id),
    metrics: {
      get: (id) => byId.get(id)?.measured?.record,
      all: () => measuredOf(ordered),
      kept: (id) => byId.get(id)?.measured,
      set: measure,
    },
    entries: () => ordered,
    alive: (type) => (typeof type === 'string' ? (aliveByType.get(type) ?? []) : alive),
    counts: () => ({ total: ordered.length, alive: alive.length, dead: ordered.length - alive.length, types }),
    aliveTypes: () => new Map([...aliveByType].map(([type, entries]) => [type, entries.length])),
    position: () => position,
    onApplied: (listener) => listeners.push(listener),
  }
}

function* measuredOf(entries: readonly Entry[]): Iterable<MetricsRecord> {
  for (const { measured } of entries) if (measured !== undefined) yield measured.record
}

const sameCard = (one: Agent, other: Agent): boolean => JSON.stringify(one.card) === JSON.stringify(other.card)

/** What happened to each agent between two copies, told as changes. */
const differences = (
  before: ReadonlyMap<string, Pick<Entry, 'agent'>>,
  now: ReadonlyMap<string, Pick<Entry, 'agent'>>,
  position: Position,
): Applied[] => {
  const found: Applied[] = []
  for (const [id, { agent }] of before) {
    if (now.has(id)) continue
    const { incarnation, epoch, keyId, seenAt } = agent
    const tombstone = { id, incarnation, epoch, keyId, reason: 'expired', endedAt: seenAt } as const
    found.push({ committed: { ...position, change: { op: 'remove', tombstone } }, before: agent, after: undefined })
  }
  for (const [id, { agent }] of now) {
    const known = before.get(id)?.agent
    if (known !== undefined && isLife(known, agent) && known.status === agent.status && sameCard(known, agent)) {
      continue
    }
    found.push({ committed: { ...position, change: { op: 'put', agent } }, before: known, after: agent })
  }
  return found
}

const count = (counts: Map<string, number>, key: string, by: 1 | -1): void => {
  const next = (counts.get(key) ?? 0) + by
  if (next === 0) counts.delete(key)
  else counts.set(key, next)
}

// Callers that hold a position this copy has not reached yet.
const createWaiting = (scheduler: Scheduler) => {
  const waiters = new Set<{ readonly offset: number; readonly settle: (reached: boolean) => void }>()
  return {
    wait: (offset: number, timeoutMs: number) =>
      new Promise<boolean>((resolve) => {
        const waiter = {
          offset,
          settle: (reached: boolean) => {
            waiters.delete(waiter)
            cancel()
            resolve(reached)
          },
        }
        const cancel = scheduler.after(timeoutMs, () => waiter.settle(false))
        waiters.add(waiter)
      }),
    release: (offset: number) => {
      for (const waiter of waiters) if (waiter.offset <= offset) waiter.settle(true)
    },
  }
}
