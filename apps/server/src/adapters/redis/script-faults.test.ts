// Scripts that fail half-way, records that are not as they were written, and commands that get no answer.

import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createDeafProxy } from '../../../test/deaf-proxy.ts'
import { createRedisRig, LEASE_MS, type RedisRig, type RigHub } from '../../../test/redis-rig.ts'
import { accessClaim, register, tempClaim } from '../../../test/store-contract.ts'

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

const ids = async ({ store }: RigHub): Promise<string[]> =>
  (await store.load()).agents.map(({ id, status }) => `${id} ${status}`)

describe('a script that fails between two changes', () => {
  it('[L2] has committed the first: its number is not given again, and every hub learns of it', async () => {
    const prefix = rig.prefix()
    const one = await rig.hub(prefix)
    await one.store.commit(register('agent-a', tempClaim('key-one')))
    await one.store.commit(register('agent-b', tempClaim('key-two')))
    // Agents of this key cannot be counted, so the second removal breaks off.
    await admin.hset(`{${prefix}}:keys`, 'key-two', 'many')
    const agents = ['agent-a', 'agent-b'].map((id) => ({ id, incarnation: 1 }))
    expect(await one.store.commit({ kind: 'revoke', agents })).toMatchObject({ ok: false })
    await admin.hset(`{${prefix}}:keys`, 'key-two', '1')
    expect(await one.store.commit(register('agent-c'))).toMatchObject({ ok: true, value: { position: { offset: 4 } } })
    expect((await one.store.history(0, 10))?.map(({ offset, change }) => `${offset} ${change.op}`)).toEqual([
      '1 put',
      '2 put',
      '3 remove',
      '4 put',
    ])
    expect(await ids(await rig.hub(prefix))).toEqual(['agent-b alive', 'agent-c alive'])
  })
})

describe('the end of an id that cannot be read', () => {
  it.each(['{"incarnation":', 'null', '7', '{"incarnation":"x","endedAt":1}'])(
    '%s stops neither its registration nor its removal',
    async (broken) => {
      const prefix = rig.prefix()
      const one = await rig.hub(prefix)
      const leave = (incarnation: number) =>
        one.store.commit({ kind: 'unregister', id: 'agent-a', claim: accessClaim(one.store, incarnation) })
      await one.store.commit(register('agent-a'))
      await leave(1)
      await admin.hset(`{${prefix}}:tomb`, 'agent-a', broken)
      // Not remembered among the oldest: only who asks for this very id meets it.
      await admin.del(`{${prefix}}:tombs`)
      expect(await leave(1)).toEqual({ ok: false, error: { kind: 'not-found', id: 'agent-a' } })
      const registered = await one.store.commit(register('agent-a'))
      expect(registered).toMatchObject({ ok: true, value: { answer: { kind: 'registered', how: 'created' } } })
      expect(await leave(1)).toMatchObject({ ok: true })
      expect(await ids(one)).toEqual([])
    },
  )
})

describe('a hub that was silent for less than counts as gone', () => {
  /** Time goes on second by second, with the pulse of those who beat. */
  const pass = async (seconds: number, ...beating: readonly RigHub[]): Promise<void> => {
    for (let left = seconds; left > 0; left -= 1) {
      rig.time.advance(1000)
      for (const hub of beating) hub.beat()
      await Promise.all(beating.map(({ store }) => store.load()))
    }
  }
  const cluster = async (): Promise<[RigHub, RigHub]> => {
    const prefix = rig.prefix()
    return [await rig.hub(prefix), await rig.hub(prefix)]
  }
  const leaseS = LEASE_MS / 1000

  it('[S4] heard nobody meanwhile: its agents have one timeout from its return', async () => {
    const [one, two] = await cluster()
    await one.store.commit(register('agent-a'))
    await pass(leaseS - 2, one, two)
    // Three seconds between two of its beats; it counts as gone after four.
    await pass(2, two)
    await pass(1, one, two)
    await pass(leaseS - 1, one, two)
    await two.leases.sweep()
    expect(await ids(two)).toEqual(['agent-a alive'])
    await pass(3, one, two)
    await two.leases.sweep()
    expect(await ids(two)).toEqual(['agent-a dead'])
  })

  it('a beat that is only late is no gap', async () => {
    const [one, two] = await cluster()
    await one.store.commit(register('agent-a'))
    await pass(leaseS - 2, one, two)
    await pass(1, two)
    await pass(4, one, two)
    await two.leases.sweep()
    expect(await ids(two)).toEqual(['agent-a dead'])
  })

  it('[S4] does not judge before it has beaten again', async () => {
    const [one, two] = await cluster()
    await two.store.commit(register('agent-a'))
    await pass(leaseS + 3, two)
    await one.leases.sweep()
    expect(await ids(two)).toEqual(['agent-a alive'])
    await two.leases.sweep()
    expect(await ids(two)).toEqual(['agent-a dead'])
  })
})

describe('a command that gets no answer', () => {
  // It waits for the time-out of a real command.
  it(
    '[S12] is never carried out later: its connection is cut, and what waited on it with it',
    { timeout: 15_000 },
    async () => {
      const prefix = rig.prefix()
      const proxy = await createDeafProxy(rig.redis.url)
      const one = await rig.hub(prefix, { url: proxy.url })
      proxy.hold()
      expect(await one.store.commit(register('agent-a'))).toMatchObject({ ok: false, error: { kind: 'store-away' } })
      const again = async (): Promise<unknown> => {
        await new Promise((resolve) => setImmediate(resolve))
        const result = await one.store.commit(register('agent-b'))
        return result.ok ? result.value.position.offset : again()
      }
      expect(await again()).toBe(1)
      proxy.release()
      expect(await one.store.commit(register('agent-c'))).toMatchObject({
        ok: true,
        value: { position: { offset: 2 } },
      })
      expect(await ids(one)).toEqual(['agent-b alive', 'agent-c alive'])
      await one.store.close()
      await proxy.stop()
    },
  )
})
