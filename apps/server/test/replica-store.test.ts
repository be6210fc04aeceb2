// Random commands on a store and the copy that follows it.

import { createFakeTime } from '@arcp/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createMemoryStore } from '../src/adapters/memory/memory-store.ts'
import type { Agent } from '../src/domain/agent.ts'
import { createReplica } from '../src/live/replica.ts'
import { RANDOM_EPOCH, randomCommand } from './random-commands.ts'

describe('replica and store', () => {
  it('[S2] whatever is commanded, the copy equals the store, offsets have no hole and incarnations only grow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomCommand, { maxLength: 80, size: 'max' }), async (commands) => {
        const time = createFakeTime()
        const store = createMemoryStore({
          clock: time.clock,
          random: { token: () => RANDOM_EPOCH },
          changeHistory: 1000,
          changeHistoryBytes: 1_000_000,
          tombstonesMax: 1000,
        })
        const replica = createReplica(time.scheduler)
        replica.load(await store.load())
        const highest = new Map<string, number>()
        replica.onApplied(({ committed: { change }, before }) => {
          if (change.op !== 'put') return
          const { id, incarnation: given } = change.agent
          const update = before?.incarnation === given
          if (!update) expect(given).toBeGreaterThan(highest.get(id) ?? 0)
          highest.set(id, given)
        })
        store.follow({ committed: replica.apply })
        for (const one of commands) {
          await store.commit(one)
          time.advance(1)
        }
        const stored = await store.load()
        expect(replica.position()).toEqual(stored.position)
        const byId = (agents: readonly Agent[]) => Object.fromEntries(agents.map((value) => [value.id, value]))
        expect(byId(replica.entries().map((entry) => entry.agent))).toEqual(byId(stored.agents))
        const { total, alive, dead } = replica.counts()
        expect(alive).toBe(stored.agents.filter((value) => value.status === 'alive').length)
        expect(total).toBe(alive + dead)
      }),
      { numRuns: 300 },
    )
  })
})
