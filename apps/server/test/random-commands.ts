// Random commands on a handful of ids, keys, tokens and incarnations: few enough that they meet each other.

import { FAKE_EPOCH, sampleCard } from '@arcp/testkit'
import fc from 'fast-check'

import { firstMetrics, type KeptMetrics } from '../src/domain/agent-metrics.ts'
import type { AgentRef, Command } from '../src/domain/command.ts'

export const RANDOM_IDS = ['agent-a', 'agent-b', 'agent-c'] as const
/** The epoch of the stores under test: hand this in as their randomness. */
export const RANDOM_EPOCH = 'e'

const anId = fc.constantFrom(...RANDOM_IDS)
const aKey = fc.constantFrom('key-one', 'key-two')
const anEpoch = fc.constantFrom(RANDOM_EPOCH, RANDOM_EPOCH, RANDOM_EPOCH, 'lost')
const incarnation = fc.integer({ min: 1, max: 4 })
const keyMaxAgents = fc.integer({ min: 0, max: 2 })

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

const ref = fc.record({ id: anId, incarnation, seenAt: fc.constantFrom(0, FAKE_EPOCH, FAKE_EPOCH + 1_000_000) })
const refs = fc.array(ref, { maxLength: 3 })

export const randomCommand: fc.Arbitrary<Command> = fc.oneof(
  fc
    .tuple(anId, claim, fc.constantFrom('x', 'y'), keyMaxAgents, fc.constantFrom('One name', 'Another name'))
    .map(([id, by, bodyDigest, max, name]): Command => ({
      kind: 'register',
      card: sampleCard(id, { name }),
      claim: by,
      bodyDigest,
      keyMaxAgents: max,
    })),
  fc
    .tuple(anId, incarnation, anEpoch, fc.constantFrom('One name', 'Another name'))
    .map(([id, at, epoch, name]): Command => ({
      kind: 'update',
      id,
      incarnation: at,
      epoch,
      card: sampleCard(id, { name, metadata: { 9: 'nine', é: ['"', '\\u0041', 1e21] } }),
      before: JSON.stringify(sampleCard(id, { name: 'One name' })),
    })),
  fc.tuple(anId, claim).map(([id, by]): Command => ({ kind: 'unregister', id, claim: by })),
  fc
    .tuple(anId, incarnation, anEpoch, keyMaxAgents)
    .map(([id, at, epoch, max]): Command => ({ kind: 'revive', id, incarnation: at, epoch, keyMaxAgents: max })),
  refs.map((agents): Command => ({ kind: 'expire', agents })),
  refs.map((agents): Command => ({ kind: 'remove-dead', agents })),
  refs.map((agents): Command => ({
    kind: 'revoke',
    agents: agents.map(({ id, incarnation }) => ({ id, incarnation })),
  })),
)

/** What may happen to a store. `commit`: asked for at a time, in this order. */
export type RandomStep =
  | { readonly kind: 'commit'; readonly commands: readonly Command[] }
  | {
      readonly kind: 'renew'
      readonly signs: readonly (AgentRef & { readonly ageMs: number })[]
      readonly metrics: readonly KeptMetrics[]
    }
  | { readonly kind: 'wait'; readonly ms: number }
  /** The process ends and another one starts, where the store survives that. */
  | { readonly kind: 'reopen' }

const sign = fc.record({
  id: anId,
  incarnation,
  ageMs: fc.integer({ min: 0, max: 5000 }),
})
const kept = fc
  .record({ id: anId, incarnation, epoch: anEpoch, revision: fc.integer({ min: 1, max: 4 }), total: fc.nat(9) })
  .map(({ id, total, incarnation: of, epoch, revision }): KeptMetrics => ({
    incarnation: of,
    epoch,
    revision,
    record: { ...firstMetrics({ id, registeredAt: 5 }), totalRequests: total, successRate: 0.1 },
  }))
const renew = fc
  .tuple(fc.array(sign, { maxLength: 3 }), fc.array(kept, { maxLength: 4 }))
  .map(([signs, metrics]): RandomStep => ({ kind: 'renew', signs, metrics }))
const commit = fc
  .array(randomCommand, { minLength: 1, maxLength: 4 })
  .map((commands): RandomStep => ({ kind: 'commit', commands }))

export const randomStep: fc.Arbitrary<RandomStep> = fc.oneof(
  { weight: 12, arbitrary: commit },
  { weight: 2, arbitrary: renew },
  {
    weight: 2,
    // A moment, the life of a remembered answer, the life of a tombstone.
    arbitrary: fc
      .constantFrom(1, 1000, 500_000, 930_000, 86_400_000, 31 * 86_400_000)
      .map((ms): RandomStep => ({ kind: 'wait', ms })),
  },
  { weight: 1, arbitrary: fc.constant<RandomStep>({ kind: 'reopen' }) },
)
