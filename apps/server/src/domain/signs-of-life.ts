// Signs of life: heartbeats and answers on an agent's own socket. They move the deadline and `last_seen` on this hub
// at once; the store hears of them about once a second, all together, and of new metrics with them.

import type { AgentRef } from './command.ts'
import type { Leases } from './leases.ts'
import type { MetricsBook } from './metrics-book.ts'
import type { AgentView, SignOfLife, Store } from './ports.ts'

export interface SignsOfLife {
  /** @param at epoch milliseconds UTC */
  readonly note: (id: string, at: number) => void
  /**
   * Hands the store what is new; keeps it while the store is away.
   *
   * @returns agents that the store has ended although they had been heard: it did not know yet
   */
  readonly flush: () => Promise<readonly AgentRef[]>
  /** For the end of the hub: `flush` does nothing while another is under way, this waits for it and hands over the rest. */
  readonly finish: () => Promise<readonly AgentRef[]>
}

export interface SignsOfLifeDeps {
  readonly view: Pick<AgentView, 'get' | 'touch'>
  readonly leases: Pick<Leases, 'renew'>
  readonly store: Pick<Store, 'renew'>
  readonly metrics: Pick<MetricsBook, 'pending' | 'take' | 'kept' | 'failed'>
}

/** Metrics another hub has overtaken are handed over again; at the end of the hub so often. */
const LAST_TRIES = 3

export const createSignsOfLife = ({ view, leases, store, metrics }: SignsOfLifeDeps): SignsOfLife => {
  let fresh = new Map<string, number>()
  let underWay: Promise<readonly AgentRef[]> | undefined

  const takeFresh = (): readonly SignOfLife[] => {
    const signs: SignOfLife[] = []
    for (const [id, seenAt] of fresh) {
      const agent = view.get(id)
      if (agent !== undefined) signs.push({ id, incarnation: agent.incarnation, seenAt })
    }
    fresh = new Map()
    return signs
  }

  const keep = (signs: readonly SignOfLife[]): void => {
    for (const { id, seenAt } of signs) if (!fresh.has(id)) fresh.set(id, seenAt)
  }

  // A death that came after the last sign of life stands: that the store hears of the sign later makes it no younger.
  const heardSince = (signs: readonly SignOfLife[], dead: readonly AgentRef[]): readonly AgentRef[] => {
    if (dead.length === 0) return dead
    const heard = new Map(signs.map(({ id, seenAt }) => [id, seenAt]))
    return dead.filter(({ id }) => (heard.get(id) ?? 0) > (view.get(id)?.seenAt ?? 0))
  }

  const hand = async (signs: readonly SignOfLife[]): Promise<readonly AgentRef[]> => {
    const handed = metrics.take()
    const keepAll = (): void => {
      keep(signs)
      metrics.failed()
    }
    try {
      const renewed = await store.renew(signs, handed)
      if (!renewed.ok) {
        keepAll()
        return []
      }
      metrics.kept(handed, renewed.value.overtaken)
      return heardSince(signs, renewed.value.dead)
    } catch (cause) {
      keepAll()
      throw cause
    }
  }

  const flush = async (): Promise<readonly AgentRef[]> => {
    if (underWay !== undefined || (fresh.size === 0 && !metrics.pending())) return []
    try {
      underWay = hand(takeFresh())
      return await underWay
    } finally {
      underWay = undefined
    }
  }

  return {
    note: (id, at) => {
      view.touch(id, at)
      leases.renew(id)
      fresh.set(id, at)
    },
    flush,
    finish: async () => {
      // Whoever began it is told how it went.
      await underWay?.catch(() => undefined)
      const late: AgentRef[] = []
      for (let tries = 0; tries === 0 || (tries < LAST_TRIES && metrics.pending()); tries += 1) {
        late.push(...(await flush()))
      }
      return late
    },
  }
}
