// Random commands on a store and the copy that follows it.

import { createFakeTime, sampleCard } from '@arcp/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createMemoryStore } from '../src/adapters/memory/memory-store.ts'
import type { Agent } from '../src/domain/agent.ts'
import type { Command } from '../src/domain/command.ts'
import { createReplica } from '../src/live/replica.ts'

describe('replica and store', () => {
  const ids = ['agent-a', 'agent-b', 'agent-c']
  const anId = fc.constantFrom(...ids)
  const aKey = fc.constantFrom('key-one', 'key-two')
  const anEpoch = fc.constantFrom('e', 'e', 'e', 'lost')
  const incarnation = fc.integer({ min: 1, max: 4 })
  const claim = fc.oneof(
    fc.record({
      via: fc.constant('temp' as const),
      jti: fc.constantFrom('j1', 'j2', 'j3', 'j4', 'j5', 'j6'),
      keyId: aKey,
    }),
    fc.record({
      via: fc.constant('access' as const),
      jti: fc.constantFrom('a1', 'a2', 'a3'),
      keyId: aKey,
      incarnation,
      epoch: anEpoch,
    }),
  )
  const ref = fc.record({ id: anId, incarnation, seenAt: fc.constant(0) })
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc
      .tuple(anId, claim, fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 2 }))
      .map(([id, by, bodyDigest, keyMaxAgents]): Command => ({
        kind: 'register',
        card: sampleCard(id),
        claim: by,
        bodyDigest,
        keyMaxAgents,
      })),
    fc.tuple(anId, claim).map(([id, by]): Command => ({ kind: 'unregister', id, claim: by })),
    fc
      .tuple(anId, incarnation, anEpoch)
      .map(([id, at, epoch]): Command => ({ kind: 'revive', id, incarnation: at, epoch, keyMaxAgents: 0 })),
    fc.array(ref, { maxLength: 3 }).map((agents): Command => ({ kind: 'expire', agents })),
    fc.array(ref, { maxLength: 3 }).map((agents): Command => ({ kind: 'remove-dead', agents })),
  )

  it('[S2] whatever is commanded, the copy equals the store, offsets have no hole and incarnations only grow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const time = createFakeTime()
        const store = createMemoryStore({
          clock: time.clock,
          random: { token: () => 'e' },
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
