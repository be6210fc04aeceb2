// Signs of life: heartbeats and answers on an agent's own socket. They move the deadline and `last_seen` on this hub
// at once; the store hears of them about once a second, all together.

import type { AgentRef } from './command.ts'
import type { Leases } from './leases.ts'
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
}

export const createSignsOfLife = ({ view, leases, store }: SignsOfLifeDeps): SignsOfLife => {
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
    try {
      const renewed = await store.renew(signs)
      if (renewed.ok) return heardSince(signs, renewed.value)
      keep(signs)
      return []
    } catch (cause) {
      keep(signs)
      throw cause
    }
  }

  const flush = async (): Promise<readonly AgentRef[]> => {
    if (underWay !== undefined || fresh.size === 0) return []
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
      return flush()
    },
  }
}
