import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createDeafProxy } from '../../../test/deaf-proxy.ts'
import { startRedis } from '../../../test/real-redis.ts'
import { createRedisRig, LEASE_MS, testHub, type RedisRig, type RigHub } from '../../../test/redis-rig.ts'
import { accessClaim, buried, metricsOf, register, tempClaim } from '../../../test/store-contract.ts'
import { riskyBecause } from './connection.ts'
import type { KeptMetrics } from '../../domain/agent-metrics.ts'
import type { CommittedChange } from '../../domain/change.ts'
import type { Follower, Store, StoredState } from '../../domain/ports.ts'
import { silentLogger } from '../../kernel/logger.ts'

let rig: RedisRig
let admin: Redis

beforeAll(async () => {
  rig = await createRedisRig()
  admin = new Redis(rig.redis.url, { protocol: 2 })
})

afterAll(async () => {
  admin.disconnect()
  await rig.stop()
})

/** Follows a store and resolves once what was heard fits. */
const listen = (store: Store) => {
  const changes: CommittedChange[] = []
  const seen: [string, number][] = []
  const measured: KeptMetrics[] = []
  const resets: StoredState[] = []
  const waiting = new Set<() => void>()
  const heard = (): void => {
    for (const check of waiting) check()
  }
  const follower: Follower = {
    committed: (change) => {
      changes.push(change)
      heard()
    },
    seen: (id, at) => {
      seen.push([id, at])
      heard()
    },
    measured: (kept) => {
      measured.push(kept)
      heard()
    },
    reset: (state) => {
      resets.push(state)
      heard()
    },
  }
  store.follow(follower)
  return {
    changes,
    seen,
    measured,
    resets,
    offsets: () => changes.map(({ offset }) => offset),
    until: (fits: () => boolean) =>
      new Promise<void>((resolve) => {
        const check = (): void => {
          if (!fits()) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
  }
}

const ids = (state: StoredState): string[] => state.agents.map(({ id, status }) => `${id} ${status}`)

/** Time goes on second by second, with everybody's pulse. */
const pass = async (ms: number, ...hubs: readonly RigHub[]): Promise<void> => {
  for (let left = ms; left > 0; left -= 1000) {
    rig.time.advance(Math.min(1000, left))
    for (const hub of hubs) hub.beat()
    // The pulse goes out first on the same connection.
    await Promise.all(hubs.map(({ store }) => store.load()))
  }
}

/** Heard this moment, if no other is given. */
const sign = (id: string, seenAt = rig.time.clock.wall()) => ({ id, incarnation: 1, seenAt })

const sweep = (...hubs: readonly RigHub[]): Promise<unknown> => Promise.all(hubs.map(({ leases }) => leases.sweep()))

describe('two hubs on one Redis', () => {
  it('[L2] every change of both comes to both, once and in the same order', async () => {
    const prefix = rig.prefix()
    const [one, two] = [await rig.hub(prefix), await rig.hub(prefix)]
    const heard = [listen(one.store), listen(two.store)]
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? one : two).store.commit(register(`agent-${at}`))),
    )
    await Promise.all(heard.map(({ until, offsets }) => until(() => offsets().length >= 50)))
    const expected = Array.from({ length: 50 }, (_, at) => at + 1)
    expect(heard.map(({ offsets }) => offsets())).toEqual([expected, expected])
    expect(heard[0]?.changes).toEqual(heard[1]?.changes)
    expect(await one.store.load()).toEqual(await two.store.load())
  })

  it('what one decided binds the other: takeover, duplicate, single use, removal', async () => {
    const prefix = rig.prefix()
    const [one, two] = [await rig.hub(prefix), await rig.hub(prefix)]
    const claim = tempClaim('key-one')
    await one.store.commit(register('agent-a', claim))
    expect(await two.store.commit(register('agent-a', tempClaim('key-two')))).toMatchObject({
      error: { kind: 'duplicate' },
    })
    expect(await two.store.commit(register('agent-a', claim))).toMatchObject({ value: { answer: { how: 'replayed' } } })
    expect(await two.store.commit(register('agent-a', claim, { bodyDigest: 'other' }))).toMatchObject({
      error: { kind: 'token-used' },
    })
    expect(await two.store.commit(register('agent-a', tempClaim('key-one')))).toMatchObject({
      value: { answer: { how: 'replaced', incarnation: 2 } },
    })
    expect(
      await one.store.commit({ kind: 'unregister', id: 'agent-a', claim: accessClaim(one.store, 1) }),
    ).toMatchObject({ error: { kind: 'gone', reason: 'replaced' } })
    await two.store.commit({ kind: 'unregister', id: 'agent-a', claim: accessClaim(two.store, 2) })
    expect(await buried(one.store, 'agent-a')).toMatchObject({ incarnation: 2, reason: 'unregistered' })
  })

  it('[X80] one temp token registers once, also when both are asked at a time', async () => {
    const prefix = rig.prefix()
    const [one, two] = [await rig.hub(prefix), await rig.hub(prefix)]
    const claim = tempClaim()
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        (at % 2 === 0 ? one : two).store.commit(register('agent-a', claim, { bodyDigest: `body ${at}` })),
      ),
    )
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('[decision 6] metrics kept by one come to the other, and none is put over what it has not seen', async () => {
    const prefix = rig.prefix()
    const [one, two] = [await rig.hub(prefix), await rig.hub(prefix)]
    await one.store.commit(register('agent-a'))
    const heard = listen(two.store)
    const first = metricsOf(one.store, 'agent-a', 1, 10)
    expect(await one.store.renew([], [first])).toMatchObject({ value: { overtaken: [] } })
    await heard.until(() => heard.measured.length >= 1)
    expect(heard.measured).toEqual([first])
    expect(await two.store.renew([], [metricsOf(two.store, 'agent-a', 1, 99)])).toMatchObject({
      value: { overtaken: [first] },
    })
    const second = metricsOf(two.store, 'agent-a', 2, 11)
    expect(await two.store.renew([], [second])).toMatchObject({ value: { overtaken: [] } })
    const three = await rig.hub(prefix)
    expect((await three.store.load()).metrics).toEqual([second])
  })

  it('[X124] metrics that cannot be read are skipped, and the next ones take their place', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix)
    const key = (id: string): string => `{${prefix}}:agent:${id}`
    const ids = ['agent-a', 'agent-b', 'agent-c', 'agent-d']
    for (const id of ids) await one.store.commit(register(id))
    const kept = ids.map((id) => metricsOf(one.store, id, 1))
    await one.store.renew([], kept)
    await admin.hset(key('agent-a'), 'metrics', '{"revision":')
    await admin.hset(key('agent-b'), 'metrics', JSON.stringify({ ...kept[1], revision: 7, record: { successRate: 5 } }))
    await admin.hset(key('agent-c'), 'metrics', JSON.stringify(kept[3]))
    const warned: unknown[] = []
    const logger = { ...silentLogger, warn: (event: string, fields?: object) => warned.push({ event, ...fields }) }
    const two = await rig.hub(prefix, { logger })
    expect(await two.store.load()).toMatchObject({ agents: { length: 4 }, metrics: [kept[3]] })
    const skipped = { event: 'metrics_skipped', records: 3, agent_ids: 'agent-a agent-b agent-c' }
    expect(warned).toContainEqual(expect.objectContaining(skipped))
    expect(await two.store.renew([], kept.slice(0, 3))).toEqual({ ok: true, value: { dead: [], overtaken: [] } })
    expect((await two.store.load()).metrics).toEqual(kept)
  })

  it('[X124] a record that cannot be read is skipped, the others are there', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix)
    await one.store.commit(register('agent-a'))
    await one.store.commit(register('agent-b'))
    await admin.hset(`{${prefix}}:agent:agent-a`, 'card', '{"agent_id":')
    const skipped: unknown[] = []
    const logger = { ...silentLogger, error: (event: string, fields?: object) => skipped.push({ event, ...fields }) }
    const two = await rig.hub(prefix, { logger })
    expect(ids(await two.store.load())).toEqual(['agent-b alive'])
    expect(skipped[0]).toMatchObject({ event: 'records_skipped', records: 1, agent_ids: 'agent-a' })
  })

  it('a hub with another secret may not join those that are there; what should be the same and is not is said', async () => {
    const prefix = rig.prefix()
    const warned: unknown[] = []
    const logger = { ...silentLogger, warn: (event: string, fields?: object) => warned.push({ event, ...fields }) }
    const first = { mustMatch: { JWT_SECRET: 'one' }, mayDiffer: { AGENT_KEYS: 'x', OTHER: 'y' } }
    const one = await rig.hub(prefix, first)
    await expect(rig.hub(prefix, { mustMatch: { JWT_SECRET: 'two' } })).rejects.toThrow(
      `JWT_SECRET differs from that of the hubs that are on ${one.place}: give every hub the same`,
    )
    const two = await rig.hub(prefix, { ...first, mayDiffer: { AGENT_KEYS: 'z', OTHER: 'y' }, logger })
    expect(warned).toEqual([
      { event: 'settings_differ', setting: 'AGENT_KEYS', from: 'the other hubs', store: one.place },
    ])
    // Nobody is there any more: the next hub says what counts.
    await one.store.close()
    await two.store.close()
    const three = await rig.hub(prefix, { mustMatch: { JWT_SECRET: 'two' } })
    expect(three.store.status().available).toBe(true)
    await expect(rig.hub(prefix, first)).rejects.toThrow('JWT_SECRET differs')
  })

  it('refuses the data of another version, and leaves it as it is', async () => {
    const prefix = rig.prefix()
    await rig.hub(prefix)
    await admin.hset(`{${prefix}}:meta`, 'schema', '2')
    const before = await admin.hgetall(`{${prefix}}:meta`)
    await expect(rig.hub(prefix)).rejects.toThrow(
      `Redis holds the data of another version (schema 2) under REDIS_PREFIX ${prefix}`,
    )
    expect(await admin.hgetall(`{${prefix}}:meta`)).toEqual(before)
  })
})

describe('what is missing', () => {
  it('[L2] a message that was lost is read from the history', async () => {
    const prefix = rig.prefix()
    const [one, two] = [await rig.hub(prefix), await rig.hub(prefix)]
    const heard = listen(two.store)
    await one.store.commit(register('agent-a'))
    await heard.until(() => heard.changes.length === 1)
    // Written as the script writes it, but nobody is told.
    const [entry] = await admin.xrange(`{${prefix}}:history`, '1-0', '1-0')
    const text = entry?.[1][1]?.replaceAll('agent-a', 'agent-x') ?? ''
    await admin.xadd(`{${prefix}}:history`, '2-0', 'c', text)
    await admin.hset(`{${prefix}}:meta`, 'offset', '2')
    await one.store.commit(register('agent-c'))
    await heard.until(() => heard.changes.length === 3)
    expect(heard.offsets()).toEqual([1, 2, 3])
    expect(heard.changes[1]?.change).toMatchObject({ op: 'put', agent: { id: 'agent-x' } })
  })

  it('when the history does not reach back, the whole state comes again', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix, { changeHistory: 10 })
    const two = await rig.hub(prefix, { changeHistory: 10 })
    const heard = listen(two.store)
    await admin.hset(`{${prefix}}:meta`, 'offset', '30', 'first', '31')
    await one.store.commit(register('agent-a'))
    await heard.until(() => heard.resets.length === 1)
    expect([heard.offsets(), heard.resets[0]?.position.offset]).toEqual([[], 31])
    expect(heard.resets.flatMap(ids)).toEqual(['agent-a alive'])
    await one.store.commit(register('agent-b'))
    await heard.until(() => heard.changes.length === 1)
    expect(heard.offsets()).toEqual([32])
  })

  it('[L2] a history that is another one is a new epoch, and its state comes whole', async () => {
    const prefix = rig.prefix()
    const errors: unknown[] = []
    const logger = { ...silentLogger, error: (event: string, fields?: object) => errors.push({ event, ...fields }) }
    const one = await rig.hub(prefix, { logger })
    const heard = listen(one.store)
    await one.store.commit(register('agent-c'))
    await one.store.commit(register('agent-a'))
    const before = one.store.head().epoch
    const lost = { offset_before: 2, offset: 1, agents: 1 }
    const keys = await admin.keys(`{${prefix}}*`)
    await admin.del(...keys)
    await one.store.commit(register('agent-b'))
    await heard.until(() => heard.resets.length > 0)
    expect(errors).toEqual([
      { event: 'store_lost_agents', reason: expect.stringMatching(/^Redis came back empty/), ...lost },
    ])
    expect(one.store.head().epoch).not.toBe(before)
    expect(heard.resets.at(-1)?.position.epoch).toBe(one.store.head().epoch)
    expect(heard.resets.flatMap(ids)).toEqual(['agent-b alive'])
  })

  it('scripts that Redis forgot are sent again', async () => {
    const one = await rig.hub(rig.prefix())
    await admin.script('FLUSH')
    expect(await one.store.commit(register('agent-a'))).toMatchObject({ ok: true })
  })
})

describe('what is broken in Redis', () => {
  it('[X124] a record that is not as it was written stops neither deaths nor registrations, and comes back by its key', async () => {
    for (const breakIt of [
      (key: string) => admin.hdel(key, 'key'),
      (key: string) => admin.hdel(key, 'seen'),
      (key: string) => admin.hset(key, 'inc', 'many'),
      async (key: string) => {
        await admin.del(key)
        await admin.set(key, 'text')
      },
    ]) {
      const prefix = rig.prefix()
      const one = await rig.hub(prefix)
      const heard = listen(one.store)
      for (const id of ['agent-a', 'agent-b', 'agent-c']) await one.store.commit(register(id))
      await breakIt(`{${prefix}}:agent:agent-b`)
      await pass(LEASE_MS + 2000, one)
      await sweep(one)
      await heard.until(() => heard.changes.length === 5)
      expect(heard.changes.slice(3).map(({ change }) => change.op)).toEqual(['status', 'status'])
      expect(await one.store.commit(register('agent-b'))).toMatchObject({ ok: true })
      expect(await one.store.commit(register('agent-d'))).toMatchObject({ ok: true })
      const two = await rig.hub(prefix)
      expect(ids(await two.store.load())).toEqual(['agent-a dead', 'agent-c dead', 'agent-b alive', 'agent-d alive'])
    }
  })

  it('a removed id that cannot be read counts as forgotten', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix)
    await one.store.commit(register('agent-a'))
    await one.store.commit({ kind: 'unregister', id: 'agent-a', claim: accessClaim(one.store, 1) })
    await admin.hset(`{${prefix}}:tomb`, 'agent-a', 'no JSON')
    expect(await buried(one.store, 'agent-a')).toBeUndefined()
    expect(await one.store.commit(register('agent-b'))).toMatchObject({ ok: true })
  })

  it('[L2] a number is never given twice, also when a script fails after it was given', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix)
    await one.store.commit(register('agent-a'))
    // What comes after the record and its change cannot be done.
    await admin.acl('SETUSER', 'default', '-publish')
    expect(await one.store.commit(register('agent-b'))).toMatchObject({ ok: false })
    await admin.acl('SETUSER', 'default', '+publish')
    const next = await one.store.commit(register('agent-c'))
    expect(next).toMatchObject({ ok: true, value: { position: { offset: 3 } } })
    expect((await one.store.history(0, 10))?.map(({ offset }) => offset)).toEqual([1, 2, 3])
  })

  it('a change that cannot be read is a hole that the state fills', async () => {
    const prefix = rig.prefix()
    const [one, two] = [await rig.hub(prefix), await rig.hub(prefix)]
    const heard = listen(two.store)
    await one.store.commit(register('agent-a'))
    await heard.until(() => heard.changes.length === 1)
    await admin.xadd(`{${prefix}}:history`, '2-0', 'c', 'no JSON')
    await admin.hset(`{${prefix}}:meta`, 'offset', '2')
    await one.store.commit(register('agent-b'))
    await heard.until(() => heard.resets.length === 1)
    expect(heard.resets.flatMap(ids)).toEqual(['agent-a alive', 'agent-b alive'])
    expect([one.store.status().available, two.store.status().available]).toEqual([true, true])
  })

  it('messages that make no sense are passed over', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix)
    const heard = listen(one.store)
    await one.store.commit(register('agent-a'))
    const { epoch } = one.store.head()
    const put = (heard.changes[0] ?? { change: undefined }).change
    for (const message of [
      'no JSON',
      '{"hub":"x","seen":[["agent-a",1e300]]}',
      '{"hub":"x","seen":[["agent-a",-1]]}',
      JSON.stringify({
        epoch,
        offset: 2,
        from: 2,
        changes: [{ op: 'status', id: 'agent-a', incarnation: 1, status: 'dead' }],
      }),
      JSON.stringify({ epoch, offset: 2, from: 2, changes: [{ ...put, agent: { id: 'agent-a' } }] }),
      JSON.stringify({ epoch, offset: 2, from: -1, changes: [] }),
    ]) {
      await admin.publish(`{${prefix}}:changes`, message)
    }
    await one.store.commit(register('agent-b'))
    expect([heard.offsets(), heard.seen, heard.resets]).toEqual([[1, 2], [], []])
  })
})

describe('a Redis that comes back behind what it had acknowledged', () => {
  it('[L2] goes on in another history, so that no number means two things; all hubs follow', async () => {
    const prefix = rig.prefix()
    const [one, two] = [await rig.hub(prefix), await rig.hub(prefix)]
    const heard = [listen(one.store), listen(two.store)]
    for (const id of ['agent-a', 'agent-b', 'agent-c']) await one.store.commit(register(id))
    await Promise.all(heard.map(({ until, changes }) => until(() => changes.length === 3)))
    const before = one.store.head().epoch
    // As a snapshot from after the first registration would have it.
    for (const id of ['agent-b', 'agent-c']) {
      await admin.del(`{${prefix}}:agent:${id}`)
      for (const set of ['ids', 'leases']) await admin.zrem(`{${prefix}}:${set}`, id)
    }
    await admin.xtrim(`{${prefix}}:history`, 'MAXLEN', 1)
    await admin.hset(`{${prefix}}:meta`, 'offset', '1')
    for (const id of ['agent-d', 'agent-e', 'agent-f'])
      expect(await one.store.commit(register(id))).toMatchObject({ ok: true })
    await pass(1000, one, two)
    await Promise.all(heard.map(({ until, resets }) => until(() => resets.length > 0)))
    expect(one.store.head().epoch).not.toBe(before)
    await pass(1000, one, two)
    const expected = ['agent-a alive', 'agent-d alive', 'agent-e alive', 'agent-f alive']
    expect([ids(await one.store.load()), ids(await two.store.load())]).toEqual([expected, expected])
    expect(one.store.head()).toEqual(two.store.head())
  })
})

describe('leases of a cluster', () => {
  const cluster = async (): Promise<[RigHub, RigHub]> => {
    const prefix = rig.prefix()
    return [await rig.hub(prefix), await rig.hub(prefix)]
  }

  it('[S3] a death and a removal are each committed once, whoever sweeps, and never early', async () => {
    const [one, two] = await cluster()
    const heard = listen(one.store)
    await one.store.commit(register('agent-a'))
    await pass(LEASE_MS + 1499, one, two)
    await sweep(one, two)
    expect(heard.changes).toHaveLength(1)
    await pass(251, one, two)
    await sweep(one, two)
    await heard.until(() => heard.changes.length === 2)
    expect(heard.changes[1]?.change).toMatchObject({ op: 'status', id: 'agent-a', status: 'dead' })
    await pass(2 * LEASE_MS, one, two)
    await sweep(one, two)
    await heard.until(() => heard.changes.length === 3)
    await pass(251, one, two)
    await sweep(one, two)
    expect(heard.changes.map(({ change }) => change.op)).toEqual(['put', 'status', 'remove'])
    expect(heard.changes[2]?.change).toMatchObject({ tombstone: { id: 'agent-a', reason: 'expired' } })
  })

  it('a sign of life on one hub holds on the other, and is shown there', async () => {
    const [one, two] = await cluster()
    const heard = listen(two.store)
    await one.store.commit(register('agent-a'))
    await pass(LEASE_MS - 1000, one, two)
    const seenAt = rig.time.clock.wall() - 200
    expect(await one.store.renew([{ id: 'agent-a', incarnation: 1, seenAt }])).toEqual({
      ok: true,
      value: { dead: [], overtaken: [] },
    })
    await heard.until(() => heard.seen.length === 1)
    expect(heard.seen).toEqual([['agent-a', seenAt]])
    await pass(LEASE_MS, one, two)
    await sweep(two)
    expect(ids(await two.store.load())).toEqual(['agent-a alive'])
  })

  it('[S4] when no hub was there at all, everybody has one timeout from the arrival of the first', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix)
    await one.store.commit(register('agent-a'))
    await one.store.close()
    await pass(5 * LEASE_MS)
    const three = await rig.hub(prefix)
    await pass(LEASE_MS + 1499, three)
    await sweep(three)
    expect(ids(await three.store.load())).toEqual(['agent-a alive'])
    await pass(251, three)
    await sweep(three)
    expect(ids(await three.store.load())).toEqual(['agent-a dead'])
  })

  it('[S4] nobody judges before it has said that it is there: after an outage the sweep may come before the beat', async () => {
    const [one, two] = await cluster()
    await one.store.commit(register('agent-a'))
    await pass(1000, one, two)
    // Redis was away, or both hubs stood still.
    rig.time.advance(3 * LEASE_MS)
    await sweep(one, two)
    expect(ids(await two.store.load())).toEqual(['agent-a alive'])
    await pass(LEASE_MS, one, two)
    await sweep(one, two)
    expect(ids(await two.store.load())).toEqual(['agent-a alive'])
    await pass(3000, one, two)
    await sweep(one, two)
    expect(ids(await two.store.load())).toEqual(['agent-a dead'])
  })

  it('[S3] a sign from before a death that stands brings nobody back', async () => {
    const [one, two] = await cluster()
    await one.store.commit(register('agent-a'))
    const heardThen = rig.time.clock.wall() + 500
    await pass(LEASE_MS + 2000, one, two)
    await sweep(two)
    // The hub that heard it was cut off until now.
    expect(await one.store.renew([sign('agent-a', heardThen)])).toEqual({
      ok: true,
      value: { dead: [], overtaken: [] },
    })
    expect(await one.store.renew([sign('agent-a')])).toEqual({
      ok: true,
      value: { dead: [{ id: 'agent-a', incarnation: 1 }], overtaken: [] },
    })
  })

  it('however many fall silent, all die, and one script looks at 500', async () => {
    const one = await rig.hub(rig.prefix())
    const heard = listen(one.store)
    const names = Array.from({ length: 1200 }, (_, at) => `agent-${at}`)
    await Promise.all(names.map((name) => one.store.commit(register(name))))
    await pass(LEASE_MS + 2000, one)
    await sweep(one)
    expect(heard.changes).toHaveLength(1200)
    await pass(LEASE_MS + 2000, one)
    await sweep(one)
    await heard.until(() => heard.changes.length === 2400)
    expect(new Set(heard.changes.slice(1200).map(({ change }) => change.op))).toEqual(new Set(['status']))
    expect((await one.store.load()).agents).toHaveLength(1200)
  })

  it('[S4] agents of a hub that is lost have one timeout from the moment it was last there', async () => {
    const [one, two] = await cluster()
    await one.store.commit(register('agent-a'))
    await pass(LEASE_MS - 10_000, one, two)
    // Ten seconds before the lease ends its hub leaves: the agent must find another one.
    await one.store.close()
    await pass(LEASE_MS, two)
    await sweep(two)
    expect(ids(await two.store.load())).toEqual(['agent-a alive'])
    await pass(2000, two)
    await sweep(two)
    expect(ids(await two.store.load())).toEqual(['agent-a dead'])
  })

  it('[S4] agents of a hub that was away and came back have one timeout from its return', async () => {
    const [one, two] = await cluster()
    await one.store.commit(register('agent-a'))
    await pass(LEASE_MS - 10_000, one, two)
    await pass(30_000, two)
    await pass(LEASE_MS, one, two)
    await sweep(two)
    expect(ids(await two.store.load())).toEqual(['agent-a alive'])
    await pass(3000, one, two)
    await sweep(two)
    expect(ids(await two.store.load())).toEqual(['agent-a dead'])
  })

  it('[S4] an agent belongs to the hub that heard it last', async () => {
    const prefix = rig.prefix()
    const [one, two, three] = [await rig.hub(prefix), await rig.hub(prefix), await rig.hub(prefix)]
    await one.store.commit(register('agent-a'))
    await pass(1000, one, two, three)
    await two.store.renew([sign('agent-a')])
    await pass(LEASE_MS - 10_000, one, two, three)
    await two.store.close()
    await pass(LEASE_MS, one, three)
    await sweep(three)
    expect(ids(await three.store.load())).toEqual(['agent-a alive'])
    await pass(2000, one, three)
    await sweep(three)
    expect(ids(await three.store.load())).toEqual(['agent-a dead'])
  })

  it('[S13] a hub whose clock was set back lengthens no life', async () => {
    const [one, two] = await cluster()
    await one.store.commit(register('agent-a'))
    await one.store.renew([sign('agent-a', rig.time.clock.wall() + 3_600_000)])
    await pass(LEASE_MS + 1750, one, two)
    await sweep(two)
    expect(ids(await two.store.load())).toEqual(['agent-a dead'])
  })

  describe('who was spared by the brake and heard of since', () => {
    const alive = async ({ store }: RigHub): Promise<number> =>
      (await store.load()).agents.filter(({ status }) => status === 'alive').length

    /** Twenty agents, all spared; then it is heard that the first few had spoken before that. */
    const spared = async (few: number): Promise<RigHub> => {
      const one = await rig.hub(rig.prefix())
      const names = Array.from({ length: 20 }, (_, at) => `agent-${at}`)
      for (const name of names) await one.store.commit(register(name))
      const seenAt = rig.time.clock.wall() + 500
      await pass(LEASE_MS + 2000, one)
      await sweep(one)
      await one.store.renew(names.slice(0, few).map((name) => sign(name, seenAt)))
      await pass(LEASE_MS - 1000, one)
      await sweep(one)
      return one
    }

    it('keeps the longer lease', async () => {
      expect(await alive(await spared(5))).toBe(20)
    })

    it('is spared again', async () => {
      const one = await spared(10)
      await pass(3000, one)
      await sweep(one)
      expect(await alive(one)).toBe(10)
    })
  })

  it('a loss of many at once is braked for one timeout, and told', async () => {
    const warned: unknown[] = []
    const logger = { ...silentLogger, warn: (event: string, fields?: object) => warned.push({ event, ...fields }) }
    const one = await rig.hub(rig.prefix(), { logger })
    const heard = listen(one.store)
    for (let at = 0; at < 20; at += 1) await one.store.commit(register(`agent-${at}`))
    await pass(LEASE_MS + 2000, one)
    await sweep(one)
    expect(heard.changes).toHaveLength(20)
    expect(warned).toEqual([{ event: 'mass_loss_brake', silent: 20, agents: 20, grace_s: 60 }])
    await pass(LEASE_MS + 1600, one)
    await one.store.renew([sign('agent-3')])
    await sweep(one)
    await heard.until(() => heard.changes.length === 39)
    expect(ids(await one.store.load()).filter((each) => each.endsWith('alive'))).toEqual(['agent-3 alive'])
  })
})

describe('hubs that come and go', () => {
  it('are told to the others, each once', async () => {
    const prefix = rig.prefix()
    const events: unknown[] = []
    const note = (event: string, fields?: { readonly [name: string]: unknown }): void => {
      if (event.startsWith('hub_')) events.push([event, fields?.['hubs']])
    }
    const logger = { ...silentLogger, info: note, warn: note }
    const one = await rig.hub(prefix, { logger })
    const two = await rig.hub(prefix)
    const three = await rig.hub(prefix)
    await pass(2000, one, two, three)
    await two.store.close()
    await pass(2000, one, three)
    // Silent, as if it had been killed.
    await pass(6000, one)
    expect(events).toEqual([
      ['hub_joined', 3],
      ['hub_joined', 3],
      ['hub_left', 2],
      ['hub_left', 1],
    ])
  })
})

describe('what hubs say of themselves, and ask of each other', () => {
  const close = (socketId: number) => ({ kind: 'close', socketId }) as const

  const beatOf = async (hub: RigHub): Promise<void> => {
    hub.beat()
    // The beat is one script: what is asked after it is answered after it.
    await hub.others.list()
  }

  it('each is listed with what it said at its last beat, until it goes', async () => {
    const prefix = rig.prefix()
    const [one, two] = [
      await rig.hub(prefix, { self: testHub({ id: 'one' }) }),
      await rig.hub(prefix, { self: testHub({ id: 'two' }) }),
    ]
    const listed = await one.others.list()
    expect(listed.ok && listed.value.map(({ id }) => id).toSorted()).toEqual(['one', 'two'])
    expect(listed.ok && listed.value[0]).toMatchObject({
      version: '1.2.3',
      sockets: { public: 1, agents: 2, dashboard: 3 },
      offset: 4,
      memoryBytes: 6,
    })
    await two.store.close()
    const left = await one.others.list()
    expect(left.ok && left.value.map(({ id }) => id)).toEqual(['one'])
    rig.time.advance(5000)
    expect(await one.others.list()).toEqual({ ok: true, value: [] })
  })

  it('one that says it in another way is left out', async () => {
    const prefix = rig.prefix()
    const self = testHub({ id: 'one' })
    const one = await rig.hub(prefix, { self })
    for (const text of ['no JSON', 'null', '{}', JSON.stringify({ ...self.facts(), sockets: { public: 1 } })]) {
      await admin.hset(`{${prefix}}:hubs:about`, 'one', text)
      expect(await one.others.list()).toEqual({ ok: true, value: [] })
    }
    await beatOf(one)
    expect(await one.others.list()).toMatchObject({ value: [{ id: 'one' }] })
  })

  it('a socket of another hub is closed by that hub at its next beat, once', async () => {
    const prefix = rig.prefix()
    const closed: unknown[] = []
    const one = await rig.hub(prefix, { self: testHub({ id: 'one' }) })
    const two = await rig.hub(prefix, { self: testHub({ id: 'two', obey: (order) => void closed.push(order) }) })
    expect(await one.others.passOn('two', close(17))).toEqual({ ok: true, value: true })
    expect(await one.others.passOn('two', close(18))).toEqual({ ok: true, value: true })
    await beatOf(two)
    expect(closed).toEqual([close(17), close(18)])
    await beatOf(two)
    expect(closed).toEqual([close(17), close(18)])
    expect(await one.others.passOn('three', close(17))).toEqual({ ok: true, value: false })
    rig.time.advance(5000)
    expect(await one.others.passOn('two', close(19))).toEqual({ ok: true, value: false })
  })

  it('[D9] what is for all is done by every other hub, at its next beat', async () => {
    const prefix = rig.prefix()
    const done: unknown[] = []
    const open = (id: string) =>
      rig.hub(prefix, { self: testHub({ id, obey: (order) => void done.push([id, order]) }) })
    const hubs = [await open('one'), await open('two'), await open('three')]
    const clear = { kind: 'clear', what: 'logs', user: 'root' } as const
    expect(await hubs[0]?.others.tellAll(clear)).toEqual({ ok: true, value: 2 })
    for (const hub of hubs) await beatOf(hub)
    expect(done).toEqual([
      ['two', clear],
      ['three', clear],
    ])
  })

  it('a hub that does not take them is asked at most a thousand', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix, { self: testHub({ id: 'one' }) })
    await admin.rpush(`{${prefix}}:hubs:asked:one`, ...Array.from({ length: 1000 }, String))
    expect(await one.others.passOn('one', close(1))).toEqual({ ok: true, value: false })
    await beatOf(one)
    expect(await one.others.passOn('one', close(1))).toEqual({ ok: true, value: true })
  })
})

describe('a hub that hears nothing', () => {
  it('notices that it is deaf, listens again, and has missed nothing', async () => {
    const prefix = rig.prefix()
    const proxy = await createDeafProxy(rig.redis.url)
    const warned: string[] = []
    const logger = { ...silentLogger, warn: (event: string) => warned.push(event) }
    const one = await rig.hub(prefix)
    const two = await rig.hub(prefix, { logger, url: proxy.url })
    const heard = listen(two.store)
    proxy.deafen()
    await one.store.commit(register('agent-a'))
    await pass(2000, one, two)
    // What is missing is found by the head, long before the hub knows why.
    await heard.until(() => heard.changes.length === 1)
    expect(warned).toEqual([])
    await pass(3000, one, two)
    expect(warned).toEqual(['store_subscriber_deaf'])
    // Signs of life are in no history: one that is heard came over the new connection.
    while (heard.seen.length === 0) {
      rig.time.advance(1)
      await one.store.renew([sign('agent-a')])
      await new Promise((resolve) => setImmediate(resolve))
    }
    await one.store.commit(register('agent-b'))
    await heard.until(() => heard.changes.length === 2)
    expect(heard.offsets()).toEqual([1, 2])
    await two.store.close()
    await proxy.stop()
  })
})

describe('Redis that cannot be used is refused at the start', () => {
  it.each([
    [
      'nobody listens',
      () => 'redis://127.0.0.1:1',
      /127\.0\.0\.1:1 cannot be used \(ECONNREFUSED\): start it, or correct REDIS_URL/,
    ],
    ['a database that is not there', () => `${rig.redis.url}/99`, /choose a database that exists/],
    ['no address at all', () => 'redis://:6379x', /REDIS_URL is no address: it looks like redis:\/\/user/],
    ['a password that is not encoded', () => 'redis://:pa%ss@127.0.0.1:1', /REDIS_URL is no address/],
    [
      'a wrong password',
      () => rig.redis.url.replace('//', '//arcp:secret-word@'),
      /set user and password in REDIS_URL/,
    ],
  ])('%s', async (_, url, message) => {
    const opening = rig.hub(rig.prefix(), { url: url() })
    await expect(opening).rejects.toThrow(message)
    await expect(opening).rejects.not.toThrow(/secret-word/)
  })

  it('a replica', async () => {
    const replica = await startRedis('--replicaof', '127.0.0.1', new URL(rig.redis.url).port)
    try {
      await expect(rig.hub(rig.prefix(), { url: replica.url })).rejects.toThrow(
        /is a replica, which takes no writes: point REDIS_URL at the primary/,
      )
    } finally {
      await replica.stop()
    }
  })
})

describe('Redis that works and still may lose something', () => {
  const warnings = async (url: string): Promise<string[]> => {
    const reasons: string[] = []
    const logger = {
      ...silentLogger,
      warn: (event: string, fields?: object) => reasons.push(JSON.stringify({ event, ...fields })),
    }
    const { store } = await rig.hub(rig.prefix(), { url, logger })
    // Said in the log, it is also what an alert is made of.
    expect(store.status().atRisk ?? false).toBe(reasons.length > 0)
    return reasons
  }

  it('is told at the start: nothing on disk, keys that are dropped', async () => {
    const redis = await startRedis('--maxmemory-policy', 'allkeys-lru')
    const found = await warnings(redis.url)
    expect(found).toEqual([
      expect.stringMatching(/store_at_risk.*appendonly is no.*: set appendonly yes/),
      expect.stringMatching(/store_at_risk.*maxmemory-policy is allkeys-lru.*: set noeviction/),
    ])
    await redis.stop()
  })

  it('is not told of one that writes everything down', async () => {
    const redis = await startRedis('--appendonly', 'yes')
    expect(await warnings(redis.url)).toEqual([])
    await redis.stop()
  })

  it('[X151] a Redis on another machine that asks for no password is one of them', async () => {
    // Whatever answers: only the address is judged.
    const commands = { info: async () => 'aof_enabled:1' }
    const risks = (url: string): Promise<readonly string[]> => riskyBecause({ commands }, url)
    for (const url of ['redis://10.0.0.5:6379', 'redis://cache.internal', 'rediss://user@cache.internal:6380/1']) {
      expect(await risks(url)).toEqual([expect.stringMatching(/asks for no password/)])
    }
    for (const url of [
      'redis://:word@10.0.0.5',
      'redis://localhost:6379',
      'redis://127.0.0.1',
      'redis://[::1]:6379/2',
    ]) {
      expect(await risks(url)).toEqual([])
    }
  })
})

describe('Redis that goes away', () => {
  it('[S12] what must last is refused, never acknowledged; what it answers after its return is true again', async () => {
    const redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
    const events: string[] = []
    const said: unknown[] = []
    const note = (event: string, fields?: object): void => {
      events.push(event)
      said.push({ event, ...fields })
    }
    const logger = { ...silentLogger, info: note, error: note }
    const hub = await rig.hub(rig.prefix(), { url: redis.url, logger })
    await hub.store.commit(register('agent-a'))
    await redis.kill()
    expect(await hub.store.commit(register('agent-b'))).toEqual({
      ok: false,
      error: { kind: 'store-away', retryAfterS: 1 },
    })
    expect(await hub.store.renew([sign('agent-a')])).toMatchObject({
      ok: false,
    })
    expect(await hub.store.tombstone('agent-x')).toEqual({ ok: false, error: { kind: 'store-away', retryAfterS: 1 } })
    expect([hub.store.status(), events]).toEqual([{ kind: 'redis', available: false }, ['store_away']])
    expect(said).toMatchObject([
      { address: redis.url, reason: expect.stringMatching(/^(the connection was lost|ECONNREFUSED)$/), away_s: 0 },
    ])
    await redis.restart()
    const again = async (): Promise<unknown> => {
      await new Promise((resolve) => setImmediate(resolve))
      const result = await hub.store.commit(register('agent-c'))
      return result.ok ? result.value.position.offset : again()
    }
    expect(await again()).toBe(2)
    expect([hub.store.status().available, events]).toEqual([true, ['store_away', 'store_back']])
    expect(ids(await hub.store.load())).toEqual(['agent-a alive', 'agent-c alive'])
    await hub.store.close()
    await redis.stop()
  })
})
