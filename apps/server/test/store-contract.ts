// The contract every adapter of the Store port keeps. Each adapter's test runs this suite.

import { sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { firstMetrics, type KeptMetrics } from '../src/domain/agent-metrics.ts'
import type { Agent, Tombstone } from '../src/domain/agent.ts'
import { applyChange, changedId, type CommittedChange } from '../src/domain/change.ts'
import type { Claim, Command, RegisterCommand } from '../src/domain/command.ts'
import type { Committed, Store } from '../src/domain/ports.ts'

export interface StoreUnderTest {
  readonly store: Store
  /** Moves the store's clock. */
  readonly advance: (ms: number) => void
}

export interface ContractOptions {
  readonly name: string
  /** How many changes the store made by `create` keeps. */
  readonly changeHistory: number
  readonly create: () => Promise<StoreUnderTest>
}

let counter = 0

/** Metrics of the first life of an agent in the history of this store. */
export const metricsOf = (store: Store, id: string, revision = 1, totalRequests = revision): KeptMetrics => ({
  incarnation: 1,
  epoch: store.head().epoch,
  revision,
  record: { ...firstMetrics({ id, registeredAt: 1000 }), totalRequests },
})

const totals = async (store: Store): Promise<Record<string, number>> => {
  const { metrics = [] } = await store.load()
  return Object.fromEntries(metrics.map(({ record }) => [record.agentId, record.totalRequests]))
}

export const tempClaim = (keyId = 'key-one'): Claim => {
  counter += 1
  return { via: 'temp', jti: `temp-${counter}`, keyId }
}

export const accessClaim = (store: Store, incarnation: number, keyId = 'key-one'): Claim => {
  counter += 1
  return { via: 'access', jti: `access-${counter}`, keyId, incarnation, epoch: store.head().epoch }
}

export const register = (
  id: string,
  claim: Claim = tempClaim(),
  over: Partial<RegisterCommand> = {},
): RegisterCommand => {
  const card = sampleCard(id)
  return { kind: 'register', card, claim, bodyDigest: `digest of ${id}`, keyMaxAgents: 0, ...over }
}

const committed = async (store: Store, command: Command): Promise<Committed> => {
  const result = await store.commit(command)
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

export const buried = async (store: Store, id: string): Promise<Tombstone | undefined> => {
  const result = await store.tombstone(id)
  if (!result.ok) throw new Error('the store is away')
  return result.value
}

const refused = async (store: Store, command: Command) => {
  const result = await store.commit(command)
  return result.ok ? undefined : result.error
}

const fold = (changes: readonly CommittedChange[]): Map<string, Agent> => {
  const agents = new Map<string, Agent>()
  for (const { change } of changes) {
    const id = changedId(change)
    const after = applyChange(agents.get(id), change)
    if (after === undefined) agents.delete(id)
    else agents.set(id, after)
  }
  return agents
}

export const describeStoreContract = ({ name, changeHistory, create }: ContractOptions): void => {
  describe(`Store contract on ${name}`, () => {
    it('[L2] starts empty, with an epoch, at offset 0', async () => {
      const { store } = await create()
      const { position, agents } = await store.load()
      expect(position.offset).toBe(0)
      expect(position.epoch).not.toBe('')
      expect(agents).toEqual([])
      expect(store.head()).toEqual(position)
    })

    it('[L2] counts every change by one and tells listeners in order before the commit resolves', async () => {
      const { store } = await create()
      const seen: CommittedChange[] = []
      store.follow({ committed: (change) => seen.push(change) })
      const first = await committed(store, register('agent-a'))
      expect(seen.map(({ offset }) => offset)).toEqual([1])
      expect(first.position.offset).toBe(1)
      await Promise.all(['agent-b', 'agent-c', 'agent-d'].map((id) => committed(store, register(id))))
      expect(seen.map(({ offset }) => offset)).toEqual([1, 2, 3, 4])
      expect(new Set(seen.map(({ epoch }) => epoch))).toEqual(new Set([first.position.epoch]))
    })

    it('a refusal changes nothing and takes no offset', async () => {
      const { store } = await create()
      await committed(store, register('agent-a', tempClaim('key-one')))
      const before = await store.load()
      expect(await refused(store, register('agent-a', tempClaim('key-two')))).toEqual({
        kind: 'duplicate',
        id: 'agent-a',
      })
      expect(await refused(store, { kind: 'unregister', id: 'nobody-here', claim: tempClaim() })).toEqual({
        kind: 'not-found',
        id: 'nobody-here',
      })
      expect(await store.load()).toEqual(before)
    })

    it('a command that finds nothing to do is answered with the head', async () => {
      const { store } = await create()
      const { position } = await committed(store, register('agent-a'))
      const nothing = await committed(store, {
        kind: 'expire',
        agents: [{ id: 'nobody-here', incarnation: 1, seenAt: 0 }],
      })
      expect(nothing).toEqual({ answer: { kind: 'done' }, position })
    })

    it('load is the fold of the history', async () => {
      const { store } = await create()
      await committed(store, register('agent-a'))
      await committed(store, register('agent-b'))
      await committed(store, { kind: 'expire', agents: [{ id: 'agent-a', incarnation: 1, seenAt: 0 }] })
      await committed(store, { kind: 'unregister', id: 'agent-b', claim: accessClaim(store, 1) })
      const { agents, position } = await store.load()
      const history = await store.history(0, 100)
      expect(history?.map(({ offset }) => offset)).toEqual([1, 2, 3, 4])
      expect([...fold(history ?? []).values()]).toEqual(agents)
      expect(position.offset).toBe(4)
      expect(agents.map(({ id, status }) => ({ id, status }))).toEqual([{ id: 'agent-a', status: 'dead' }])
    })

    it('one command ends many, each with an offset of its own, without a hole', async () => {
      const { store } = await create()
      const ids = ['agent-a', 'agent-b', 'agent-c']
      for (const id of ids) await committed(store, register(id))
      const agents = ids.map((id) => ({ id, incarnation: 1, seenAt: 0 }))
      const { position } = await committed(store, { kind: 'expire', agents })
      expect(position.offset).toBe(6)
      expect((await store.history(3, 10))?.map(({ change }) => change.op)).toEqual(['status', 'status', 'status'])
    })

    it('history gives at most what is asked for, and says when it does not reach back', async () => {
      const { store } = await create()
      const total = changeHistory + 3
      for (let at = 0; at < total; at += 1) await committed(store, register('agent-a'))
      expect(await store.history(2, 10)).toBeUndefined()
      expect((await store.history(3, 2))?.map(({ offset }) => offset)).toEqual([4, 5])
      expect((await store.history(3, 1_000_000))?.length).toBe(changeHistory)
      expect(await store.history(total, 10)).toEqual([])
      expect(await store.history(total + 1, 10)).toBeUndefined()
    })

    it('incarnations grow across takeover, removal and return', async () => {
      const { store, advance } = await create()
      await committed(store, register('agent-a'))
      await committed(store, register('agent-a'))
      await committed(store, { kind: 'unregister', id: 'agent-a', claim: accessClaim(store, 2) })
      expect(await buried(store, 'agent-a')).toMatchObject({
        incarnation: 2,
        epoch: store.head().epoch,
        reason: 'unregistered',
      })
      advance(29 * 86_400_000)
      const { answer } = await committed(store, register('agent-a'))
      expect(answer).toMatchObject({ incarnation: 3, how: 'created' })
    })

    it('a life of another history is another life: its token ends nothing, and comes back by its key only', async () => {
      const { store } = await create()
      await committed(store, register('agent-a'))
      const foreign = { ...accessClaim(store, 1), epoch: 'another-history' }
      expect(await refused(store, { kind: 'unregister', id: 'agent-a', claim: foreign })).toEqual({
        kind: 'not-found',
        id: 'agent-a',
      })
      const { answer } = await committed(store, register('agent-a', foreign))
      expect(answer).toMatchObject({ incarnation: 2, how: 'replaced' })
    })

    it('remembers a removed id for 30 days', async () => {
      const { store, advance } = await create()
      await committed(store, register('agent-a'))
      await committed(store, { kind: 'unregister', id: 'agent-a', claim: accessClaim(store, 1) })
      advance(30 * 86_400_000 - 1)
      await committed(store, register('agent-b'))
      expect(await buried(store, 'agent-a')).toBeDefined()
      advance(1)
      await committed(store, register('agent-c'))
      expect(await buried(store, 'agent-a')).toBeUndefined()
    })

    it('never gives an incarnation twice, also to an id it has forgotten', async () => {
      const { store, advance } = await create()
      await committed(store, register('agent-a'))
      await committed(store, register('agent-a'))
      await committed(store, { kind: 'unregister', id: 'agent-a', claim: accessClaim(store, 2) })
      advance(31 * 86_400_000)
      await committed(store, register('agent-b'))
      expect(await buried(store, 'agent-a')).toBeUndefined()
      const { answer } = await committed(store, register('agent-a'))
      expect(answer).toMatchObject({ incarnation: 3 })
    })

    it('[decision 5] answers a retry with the first answer, for as long as its token lives', async () => {
      const { store, advance } = await create()
      const command = register('agent-a')
      const first = await committed(store, command)
      await committed(store, register('agent-b'))
      advance(900_000 - 1)
      const again = await committed(store, command)
      expect(again.answer).toEqual({ ...first.answer, how: 'replayed', offset: first.position.offset })
      expect(again.position.offset).toBe(2)
      expect(await refused(store, { ...command, bodyDigest: 'another' })).toEqual({ kind: 'token-used' })
      advance(5000 + 1)
      expect(await refused(store, { ...command, bodyDigest: 'another' })).toEqual({ kind: 'token-used' })
    })

    it('[decision 5] a token that registered again is remembered from then on, and keeps no other one remembered', async () => {
      const { store, advance } = await create()
      const again = accessClaim(store, 1)
      const once = tempClaim()
      await committed(store, register('agent-a', again))
      await committed(store, register('agent-b', once))
      await committed(store, { kind: 'expire', agents: [{ id: 'agent-a', incarnation: 1, seenAt: 0 }] })
      await committed(store, { kind: 'remove-dead', agents: [{ id: 'agent-a', incarnation: 1 }] })
      advance(500_000)
      const { answer } = await committed(store, register('agent-a', again, { bodyDigest: 'another' }))
      expect(answer).toMatchObject({ how: 'created', incarnation: 2 })
      advance(500_000)
      expect((await committed(store, register('agent-b', once))).answer).toMatchObject({ how: 'replaced' })
      const replayed = await committed(store, register('agent-a', again, { bodyDigest: 'another' }))
      expect(replayed.answer).toMatchObject({ how: 'replayed', incarnation: 2 })
    })

    it('[X80] one temp token registers once, however many ask at a time', async () => {
      const { store } = await create()
      const claim = tempClaim()
      const asked = Array.from({ length: 100 }, (_, at) =>
        store.commit(register('agent-a', claim, { bodyDigest: `body ${at}` })),
      )
      const results = await Promise.all(asked)
      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      expect(store.head().offset).toBe(1)
    })

    it('keeps signs of life: no change, never backwards, never for another incarnation, and says who is dead', async () => {
      const { store, advance } = await create()
      for (const id of ['agent-a', 'agent-b', 'agent-c']) await committed(store, register(id))
      advance(10_000)
      await committed(store, { kind: 'expire', agents: [{ id: 'agent-b', incarnation: 1, seenAt: 0 }] })
      const before = await store.load()
      const seenAt = new Map(before.agents.map((agent) => [agent.id, agent.seenAt]))
      const later = (id: string, ms: number): number => (seenAt.get(id) ?? 0) + ms
      const renewed = await store.renew([
        { id: 'agent-a', incarnation: 1, seenAt: later('agent-a', 5000) },
        { id: 'agent-b', incarnation: 1, seenAt: later('agent-b', 5000) },
        { id: 'agent-c', incarnation: 2, seenAt: later('agent-c', 5000) },
        { id: 'nobody-here', incarnation: 1, seenAt: 5000 },
      ])
      expect(renewed).toEqual({ ok: true, value: { dead: [{ id: 'agent-b', incarnation: 1 }], overtaken: [] } })
      await store.renew([{ id: 'agent-a', incarnation: 1, seenAt: later('agent-a', 1000) }])
      const after = await store.load()
      expect(after.position).toEqual(before.position)
      const moved = after.agents.map(({ id, seenAt: at }) => [id, at - (seenAt.get(id) ?? 0)])
      expect(Object.fromEntries(moved)).toEqual({ 'agent-a': 5000, 'agent-b': 0, 'agent-c': 0 })
    })

    it('[decision 6] keeps metrics with the signs of life: no change, of this life only, each on the one before', async () => {
      const { store } = await create()
      for (const id of ['agent-a', 'agent-b']) await committed(store, register(id))
      const before = await store.load()
      expect(before.metrics).toEqual([])
      const [a, b] = [metricsOf(store, 'agent-a'), metricsOf(store, 'agent-b')]
      const foreign = [{ ...b, incarnation: 2 }, { ...b, epoch: 'lost' }, metricsOf(store, 'nobody-here')]
      expect(await store.renew([], [a, ...foreign])).toEqual({ ok: true, value: { dead: [], overtaken: [] } })
      expect(await store.load()).toEqual({ ...before, metrics: [a] })
      // Another writer was faster: it is told what stands there, and nothing is lost of that.
      const late = metricsOf(store, 'agent-a', 1, 99)
      const next = metricsOf(store, 'agent-b', 1, 7)
      expect(await store.renew([], [late, next])).toEqual({ ok: true, value: { dead: [], overtaken: [a] } })
      expect(await totals(store)).toEqual({ 'agent-a': 1, 'agent-b': 7 })
      expect(await store.renew([], [metricsOf(store, 'agent-a', 2)])).toMatchObject({ value: { overtaken: [] } })
      expect(await totals(store)).toEqual({ 'agent-a': 2, 'agent-b': 7 })
    })

    it('[decision 6] metrics go on through updates and deaths, and end with the life of their agent', async () => {
      const { store } = await create()
      for (const id of ['agent-a', 'agent-b', 'agent-c']) await committed(store, register(id))
      await store.renew(
        [],
        ['agent-a', 'agent-b', 'agent-c'].map((id) => metricsOf(store, id)),
      )
      await committed(store, register('agent-a', accessClaim(store, 1)))
      await committed(store, { kind: 'expire', agents: [{ id: 'agent-a', incarnation: 1, seenAt: 0 }] })
      expect(await totals(store)).toEqual({ 'agent-a': 1, 'agent-b': 1, 'agent-c': 1 })
      await committed(store, register('agent-b'))
      await committed(store, { kind: 'unregister', id: 'agent-c', claim: accessClaim(store, 1) })
      expect(await totals(store)).toEqual({ 'agent-a': 1 })
      // What was reported in the life before comes too late.
      await store.renew([], [metricsOf(store, 'agent-b', 2)])
      await committed(store, { kind: 'remove-dead', agents: [{ id: 'agent-a', incarnation: 1 }] })
      expect(await totals(store)).toEqual({})
    })

    it('[decision 14] changes a card in place when it is still the one the change was made from', async () => {
      const { store, advance } = await create()
      await committed(store, register('agent-a'))
      const [before] = (await store.load()).agents
      if (before === undefined) throw new Error('no agent')
      const card = { ...before.card, name: 'Another name' }
      const update = {
        kind: 'update',
        id: 'agent-a',
        incarnation: 1,
        epoch: before.epoch,
        card,
        before: JSON.stringify(before.card),
      } as const
      await committed(store, { kind: 'expire', agents: [{ id: 'agent-a', incarnation: 1, seenAt: 0 }] })
      advance(1000)
      expect((await committed(store, update)).position.offset).toBe(3)
      // Neither a registration nor a sign of life.
      expect((await store.load()).agents).toEqual([{ ...before, card, status: 'dead' }])
      expect(await refused(store, update)).toEqual({ kind: 'changed', id: 'agent-a' })
      const again = { ...update, before: JSON.stringify(card) }
      expect(await refused(store, { ...again, epoch: 'lost' })).toEqual({ kind: 'not-found', id: 'agent-a' })
      await committed(store, register('agent-a'))
      expect(await refused(store, again)).toEqual({ kind: 'gone', id: 'agent-a', reason: 'replaced' })
      expect(await refused(store, { ...again, id: 'nobody-here' })).toEqual({ kind: 'not-found', id: 'nobody-here' })
    })

    it('[decision 5] an agent that was revoked comes back by its key only, never by its token', async () => {
      const { store } = await create()
      await committed(store, register('agent-a'))
      const { position } = await committed(store, {
        kind: 'revoke',
        agents: [
          { id: 'agent-a', incarnation: 1 },
          { id: 'agent-a', incarnation: 1 },
          { id: 'nobody-here', incarnation: 1 },
        ],
      })
      expect(position.offset).toBe(2)
      expect(await buried(store, 'agent-a')).toMatchObject({ incarnation: 1, reason: 'revoked' })
      expect(await refused(store, register('agent-a', accessClaim(store, 1)))).toEqual({
        kind: 'gone',
        id: 'agent-a',
        reason: 'revoked',
      })
      expect((await committed(store, register('agent-a'))).answer).toMatchObject({ incarnation: 2 })
    })

    it('a listener that was removed hears nothing more', async () => {
      const { store } = await create()
      const seen: number[] = []
      const stop = store.follow({ committed: ({ offset }) => seen.push(offset) })
      await committed(store, register('agent-a'))
      stop()
      await committed(store, register('agent-b'))
      expect(seen).toEqual([1])
    })
  })
}
