import { copyFileSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it } from 'vitest'

import { emptyDirectory, sqliteRig, type SqliteRig } from '../../../test/sqlite-rig.ts'
import {
  accessClaim,
  buried,
  describeStoreContract,
  metricsOf,
  register,
  tempClaim,
} from '../../../test/store-contract.ts'
import type { CommittedChange } from '../../domain/change.ts'
import type { Store } from '../../domain/ports.ts'

describeStoreContract({
  name: 'sqlite',
  changeHistory: 10,
  create: async () => {
    const rig = sqliteRig()
    return { store: rig.opened({ changeHistory: 10 }), advance: rig.time.advance }
  },
})

const stateOf = async (store: Store) => ({
  loaded: await store.load(),
  head: store.head(),
  history: await store.history(store.head().offset - 3, 100),
  tombstones: await Promise.all(['agent-a', 'agent-b', 'agent-c', 'agent-d'].map((id) => buried(store, id))),
})

/** A store with something of everything in it; the last temp token can be answered again. */
const lived = async ({ opened, time }: SqliteRig) => {
  const store = opened({ tombstonesMax: 1 })
  for (const id of ['agent-a', 'agent-a', 'agent-b', 'agent-c', 'agent-d']) await store.commit(register(id))
  await store.commit({ kind: 'unregister', id: 'agent-a', claim: accessClaim(store, 2) })
  await store.commit({ kind: 'unregister', id: 'agent-b', claim: accessClaim(store, 1) })
  await store.commit({ kind: 'expire', agents: [{ id: 'agent-c', incarnation: 1, seenAt: 0 }] })
  await store.renew([{ id: 'agent-d', incarnation: 1, seenAt: time.clock.wall() + 500 }], [metricsOf(store, 'agent-d')])
  const last = register('agent-e')
  const answer = await store.commit(last)
  return { store, last, answer }
}

const expectTheSame = async (store: Store, before: Awaited<ReturnType<typeof stateOf>>, { last, answer }: Lived) => {
  expect(await stateOf(store)).toEqual(before)
  expect(answer.ok && (await store.commit(last))).toMatchObject({
    ok: true,
    value: { answer: { ...(answer.ok ? answer.value.answer : {}), how: 'replayed' } },
  })
  // Forgotten, but its numbers are not given again.
  expect(before.tombstones[0]).toBeUndefined()
  expect(await store.commit(register('agent-a'))).toMatchObject({ value: { answer: { incarnation: 3 } } })
}
type Lived = Awaited<ReturnType<typeof lived>>

describe('metrics in the file', () => {
  const edited = async (rig: SqliteRig, store: Store, sql: string): Promise<Store> => {
    await store.close()
    const db = new DatabaseSync(rig.path)
    db.exec(sql)
    db.close()
    return rig.opened()
  }

  it.each(['{"agentId":', '{"agentId":"agent-a","successRate":5}', JSON.stringify({ agentId: 'agent-b' })])(
    '[X124] that cannot be read are skipped with a warning, and begin anew: %s',
    async (text) => {
      const rig = sqliteRig()
      const store = rig.opened()
      for (const id of ['agent-a', 'agent-b']) await store.commit(register(id))
      const kept = ['agent-a', 'agent-b'].map((id) => metricsOf(store, id))
      await store.renew([], kept)
      const again = await edited(rig, store, `UPDATE metrics SET record = '${text}' WHERE id = 'agent-a'`)
      expect(await again.load()).toMatchObject({ agents: { length: 2 }, metrics: [kept[1]] })
      expect(rig.logged).toContain('warn metrics_skipped')
      expect(await again.renew([], kept.slice(0, 1))).toEqual({ ok: true, value: { dead: [], overtaken: [] } })
      expect((await again.load()).metrics).toEqual(kept)
    },
  )

  it('are not of the next life, also when a hub that knows none wrote it', async () => {
    const rig = sqliteRig()
    const store = rig.opened()
    for (const id of ['agent-a', 'agent-b']) await store.commit(register(id))
    await store.renew([], [metricsOf(store, 'agent-a'), metricsOf(store, 'agent-b')])
    const sql = "UPDATE agents SET incarnation = 2 WHERE id = 'agent-a'; DELETE FROM agents WHERE id = 'agent-b'"
    expect((await (await edited(rig, store, sql)).load()).metrics).toEqual([])
  })

  it('are made in a file of a hub that had none', async () => {
    const rig = sqliteRig()
    const store = rig.opened()
    await store.commit(register('agent-a'))
    const again = await edited(rig, store, 'DROP TABLE metrics')
    const kept = metricsOf(again, 'agent-a')
    await again.renew([], [kept])
    expect((await again.load()).metrics).toEqual([kept])
  })
})

describe('a store that is opened again', () => {
  it('[S1] is the same after it was closed, and leaves one file', async () => {
    const rig = sqliteRig()
    const life = await lived(rig)
    const before = await stateOf(life.store)
    await life.store.close()
    expect(existsSync(`${rig.path}-wal`)).toBe(false)
    expect(statSync(rig.path).mode & 0o777).toBe(0o600)
    await expectTheSame(rig.opened({ tombstonesMax: 1 }), before, life)
  })

  it('[S1] is the same after its process died', async () => {
    const rig = sqliteRig()
    const life = await lived(rig)
    const before = await stateOf(life.store)
    const copy = sqliteRig(join(emptyDirectory(), 'arcp.sqlite'))
    for (const part of ['', '-wal']) copyFileSync(`${rig.path}${part}`, `${copy.path}${part}`)
    await expectTheSame(copy.opened({ tombstonesMax: 1 }), before, life)
  })

  it('[S1] after its process died at any moment has all that was answered, and nothing by half', async () => {
    const rig = sqliteRig()
    const store = rig.opened()
    for (let at = 1; at <= 20; at += 1) {
      await Promise.all([`agent-${at}`, `other-${at}`].map((id) => store.commit(register(id))))
      const copy = sqliteRig(join(emptyDirectory(), 'arcp.sqlite'))
      for (const part of ['', '-wal']) copyFileSync(`${rig.path}${part}`, `${copy.path}${part}`)
      expect(await copy.opened().load()).toEqual(await store.load())
    }
  })

  it('takes smaller limits of the history with the next change', async () => {
    const rig = sqliteRig()
    const store = rig.opened()
    for (let at = 0; at < 50; at += 1) await store.commit(register('agent-a'))
    await store.close()
    const again = rig.opened({ changeHistory: 10 })
    await again.commit(register('agent-a'))
    expect(await again.history(40, 100)).toBeUndefined()
    expect((await again.history(41, 100))?.map(({ offset }) => offset)).toEqual([
      42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
    ])
  })

  it('has an epoch of its own when commits may be lost with the power, and the process was not ended in order', async () => {
    const rig = sqliteRig()
    const store = rig.opened({ synchronous: 'normal' })
    await store.commit(register('agent-a'))
    const copy = sqliteRig(join(emptyDirectory(), 'arcp.sqlite'))
    for (const part of ['', '-wal']) copyFileSync(`${rig.path}${part}`, `${copy.path}${part}`)
    await store.close()
    expect(rig.opened().head()).toEqual(store.head())

    const after = copy.opened({ synchronous: 'full' })
    expect(after.head()).toMatchObject({ offset: 1 })
    expect(after.head().epoch).not.toBe(store.head().epoch)
    expect(await after.history(0, 10)).toBeUndefined()
    expect(await after.history(1, 10)).toEqual([])
    // Its token names the life it began in, which goes on.
    const claim = { ...accessClaim(store, 1), epoch: store.head().epoch }
    expect(await after.commit(register('agent-a', claim))).toMatchObject({ value: { answer: { how: 'updated' } } })
    await after.close()
    expect(copy.opened().head()).toEqual({ ...after.head(), offset: 2 })
  })
})

describe('many commands at a time', () => {
  it('are one transaction: told in order, then answered in order', async () => {
    // Each transaction asks once when it may begin.
    let turns = 0
    const store = sqliteRig().opened({
      scheduler: {
        soon: (run) => {
          turns += 1
          setImmediate(run)
        },
      },
    })
    const told: string[] = []
    store.follow({ committed: ({ offset }) => told.push(`told ${offset}`) })
    const ids = Array.from({ length: 50 }, (_, at) => `agent-${at}`)
    const asked = ids.map(async (id, at) => {
      const result = await store.commit(register(id))
      told.push(`answered ${at + 1}`)
      expect(result).toMatchObject({ ok: true, value: { position: { offset: at + 1 } } })
    })
    await Promise.all(asked)
    const numbers = ids.map((_, at) => at + 1)
    expect(told).toEqual([...numbers.map((at) => `told ${at}`), ...numbers.map((at) => `answered ${at}`)])
    expect(turns).toBe(1)
  })

  it('see each other: the second of two decides on what the first left', async () => {
    const store = sqliteRig().opened()
    const [first, second, third] = await Promise.all([
      store.commit(register('agent-a', tempClaim('key-one'))),
      store.commit(register('agent-a', tempClaim('key-two'))),
      store.commit(register('agent-a', tempClaim('key-one'))),
    ])
    expect([first, second, third]).toMatchObject([
      { ok: true, value: { answer: { incarnation: 1 }, position: { offset: 1 } } },
      { ok: false, error: { kind: 'duplicate' } },
      { ok: true, value: { answer: { incarnation: 2 }, position: { offset: 2 } } },
    ])
  })

  it("a bug in one is that one's alone", async () => {
    const store = sqliteRig().opened()
    const told: CommittedChange[] = []
    store.follow({ committed: (change) => told.push(change) })
    const noText: string = JSON.parse('{}')
    const settled = await Promise.allSettled([
      store.commit(register('agent-a')),
      // No text where one must be: found when half of it is written.
      store.commit(register('agent-b', tempClaim(), { bodyDigest: noText })),
      store.commit(register('agent-c')),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(told.map(({ offset, change }) => [offset, change.op === 'put' && change.agent.id])).toEqual([
      [1, 'agent-a'],
      [2, 'agent-c'],
    ])
    expect((await store.load()).agents.map(({ id }) => id)).toEqual(['agent-a', 'agent-c'])
    expect(store.status()).toEqual({ kind: 'sqlite', available: true })
  })

  it('a record that cannot be read any more is the trouble of its agent alone', async () => {
    let db: DatabaseSync | undefined
    const store = sqliteRig().opened({ connect: (path) => (db = new DatabaseSync(path)) })
    await store.commit(register('agent-a'))
    db?.exec("UPDATE agents SET card = '{'")
    const settled = await Promise.allSettled(['agent-a', 'agent-b'].map((id) => store.commit(register(id))))
    expect(settled).toMatchObject([
      { status: 'rejected', reason: { message: 'the record of agent "agent-a" cannot be read' } },
      { status: 'fulfilled', value: { ok: true, value: { position: { offset: 2 } } } },
    ])
    expect(store.status().available).toBe(true)
  })

  it('are turned away beyond what one turn can hold', async () => {
    const store = sqliteRig().opened()
    const command = { kind: 'expire', agents: [] } as const
    const results = await Promise.all(Array.from({ length: 10_001 }, () => store.commit(command)))
    expect(results.at(-2)).toMatchObject({ ok: true })
    expect(results.at(-1)).toEqual({ ok: false, error: { kind: 'store-away', retryAfterS: 1 } })
    expect(await store.commit(command)).toMatchObject({ ok: true })
  })
})

describe('agents alive with a key', () => {
  const limited = (id: string, limit: number) => register(id, tempClaim('key-one'), { keyMaxAgents: limit })
  const FULL = { ok: false, error: { kind: 'key-full' } }
  const TAKEN = { ok: true }

  it('are counted as they come, die, come back and go, and by whoever opens the file next', async () => {
    const rig = sqliteRig()
    const store = rig.opened()
    const revive = {
      kind: 'revive',
      id: 'agent-b',
      incarnation: 1,
      epoch: store.head().epoch,
      keyMaxAgents: 2,
    } as const
    expect(await store.commit(limited('agent-a', 2))).toMatchObject(TAKEN)
    expect(await store.commit(limited('agent-b', 2))).toMatchObject(TAKEN)
    expect(await store.commit(limited('agent-c', 2))).toMatchObject(FULL)
    await store.commit({ kind: 'expire', agents: [{ id: 'agent-b', incarnation: 1, seenAt: 0 }] })
    expect(await store.commit(limited('agent-c', 2))).toMatchObject(TAKEN)
    expect(await store.commit(revive)).toMatchObject(FULL)
    await store.commit({ kind: 'unregister', id: 'agent-c', claim: accessClaim(store, 1, 'key-one') })
    expect(await store.commit(revive)).toMatchObject(TAKEN)
    await store.commit({ kind: 'expire', agents: [{ id: 'agent-b', incarnation: 1, seenAt: 0 }] })
    // Of another key now.
    expect(await store.commit(register('agent-b', tempClaim('key-two')))).toMatchObject(TAKEN)
    expect(await store.commit(limited('agent-c', 2))).toMatchObject(TAKEN)
    expect(await store.commit(limited('agent-d', 2))).toMatchObject(FULL)
    await store.close()
    const again = rig.opened()
    expect(await again.commit(limited('agent-d', 2))).toMatchObject(FULL)
    expect(await again.commit(limited('agent-d', 3))).toMatchObject(TAKEN)
  })

  it('are not counted for what was undone, alone or with all', async () => {
    let db: DatabaseSync | undefined
    const store = sqliteRig().opened({ connect: (path) => (db = new DatabaseSync(path)) })
    const noText: string = JSON.parse('{}')
    const settled = await Promise.allSettled([
      store.commit(limited('agent-a', 2)),
      store.commit(register('agent-b', tempClaim('key-one'), { bodyDigest: noText })),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    db?.exec('UPDATE history SET at_offset = 100')
    expect(await store.commit(limited('agent-b', 2))).toMatchObject({ ok: false, error: { kind: 'store-away' } })
    db?.exec('UPDATE history SET at_offset = 1')
    expect(await store.commit(limited('agent-b', 2))).toMatchObject(TAKEN)
    expect(await store.commit(limited('agent-c', 2))).toMatchObject(FULL)
  })

  it('are looked up by what is asked with every registration, not counted', async () => {
    const prepared: string[] = []
    const store = sqliteRig().opened({
      connect: (path) => {
        const db = new DatabaseSync(path)
        const prepare = db.prepare.bind(db)
        db.prepare = (sql) => {
          prepared.push(sql)
          return prepare(sql)
        }
        return db
      },
    })
    expect(await store.commit(limited('agent-a', 1))).toMatchObject(TAKEN)
    expect(await store.commit(limited('agent-b', 1))).toMatchObject(FULL)
    expect(prepared.filter((sql) => /\bcount\(.*\bagents\b/s.test(sql))).toEqual([])
    expect(prepared.filter((sql) => /\bFROM alive\b/.test(sql))).toHaveLength(1)
  })
})

describe('a disk that is full', () => {
  /** Lets the file grow no further. */
  const fill = async (rig: SqliteRig): Promise<Store> => {
    const first = rig.opened()
    await first.commit(register('agent-a'))
    await first.close()
    let db: DatabaseSync | undefined
    const store = rig.opened({ connect: (path) => (db = new DatabaseSync(path)) })
    db?.exec(`PRAGMA max_page_count = ${statSync(rig.path).size / 4096}`)
    return store
  }
  const big = (id: string) => register(id, tempClaim(), { bodyDigest: 'x'.repeat(100_000) })

  it('[S12] answers that the store is away, to everybody who asked, tells nothing, and keeps nothing', async () => {
    const rig = sqliteRig()
    const store = await fill(rig)
    const told: CommittedChange[] = []
    store.follow({ committed: (change) => told.push(change) })
    const before = await store.load()
    const results = await Promise.all([
      store.commit(register('agent-a')),
      store.commit(big('agent-b')),
      store.commit(register('agent-c')),
    ])
    const away = { ok: false, error: { kind: 'store-away', retryAfterS: 1 } }
    expect(results).toEqual([away, away, away])
    expect(told).toEqual([])
    expect(await store.load()).toEqual(before)
    expect(store.head()).toEqual(before.position)
    expect(store.status()).toEqual({ kind: 'sqlite', available: false })
    await store.commit(big('agent-b'))
    expect(rig.logged).toEqual(['error store_away'])
  })

  it('[S12] goes on where it was once there is room', async () => {
    const rig = sqliteRig()
    const store = await fill(rig)
    await store.commit(big('agent-b'))
    // A command that writes nothing proves nothing.
    expect(await store.commit({ kind: 'expire', agents: [] })).toMatchObject({ ok: true })
    expect(store.status().available).toBe(false)
    expect(await store.commit({ kind: 'unregister', id: 'agent-a', claim: accessClaim(store, 1) })).toMatchObject({
      ok: true,
      value: { position: { offset: 2 } },
    })
    expect(store.status().available).toBe(true)
    expect(rig.logged).toEqual(['error store_away', 'info store_back'])
  })
})

describe('a file that cannot be written', () => {
  it('[S12] undoes everything, also when all was decided already', async () => {
    let db: DatabaseSync | undefined
    const store = sqliteRig().opened({ connect: (path) => (db = new DatabaseSync(path)) })
    await store.commit(register('agent-a'))
    const before = await store.load()
    db?.exec('UPDATE history SET at_offset = 100')
    const ids = ['agent-b', 'agent-c']
    const away = { ok: false, error: { kind: 'store-away', retryAfterS: 1 } }
    expect(await Promise.all(ids.map((id) => store.commit(register(id))))).toEqual([away, away])
    expect(await store.load()).toEqual(before)
    db?.exec('UPDATE history SET at_offset = 1')
    expect(await Promise.all(ids.map((id) => store.commit(register(id))))).toMatchObject([
      { ok: true, value: { position: { offset: 2 } } },
      { ok: true, value: { position: { offset: 3 } } },
    ])
  })

  it('[S12] keeps no signs of life and says so; only what was written proves that it can be again', async () => {
    const rig = sqliteRig()
    let db: DatabaseSync | undefined
    const store = rig.opened({ connect: (path) => (db = new DatabaseSync(path)) })
    await store.commit(register('agent-a'))
    const sign = { id: 'agent-a', incarnation: 1, seenAt: rig.time.clock.wall() + 1000 }
    db?.exec('PRAGMA query_only = ON')
    expect(await store.renew([sign])).toEqual({ ok: false, error: { kind: 'store-away', retryAfterS: 1 } })
    expect(store.status().available).toBe(false)
    expect(await store.commit(register('agent-b'))).toMatchObject({ ok: false, error: { kind: 'store-away' } })
    db?.exec('PRAGMA query_only = OFF')
    // Of nobody who is here: nothing is written.
    expect(await store.renew([{ ...sign, incarnation: 2 }])).toEqual({ ok: true, value: { dead: [], overtaken: [] } })
    expect(store.status().available).toBe(false)
    expect(await store.renew([sign])).toEqual({ ok: true, value: { dead: [], overtaken: [] } })
    expect((await store.load()).agents).toMatchObject([{ id: 'agent-a', seenAt: sign.seenAt }])
    expect(store.status().available).toBe(true)
    expect(rig.logged).toEqual(['error store_away', 'info store_back'])
  })

  it('waits for the disk with changes, not with signs of life', async () => {
    let db: DatabaseSync | undefined
    const store = sqliteRig().opened({ connect: (path) => (db = new DatabaseSync(path)) })
    const level = () => db?.prepare('PRAGMA synchronous').get()
    expect(level()).toEqual({ synchronous: 2 })
    await store.renew([])
    expect(level()).toEqual({ synchronous: 2 })
    await store.close()
    const loose = sqliteRig().opened({ synchronous: 'normal', connect: (path) => (db = new DatabaseSync(path)) })
    expect(level()).toEqual({ synchronous: 1 })
    await loose.renew([])
    expect(level()).toEqual({ synchronous: 1 })
  })
})

describe('the end', () => {
  it('writes what waits, and takes nothing more', async () => {
    const rig = sqliteRig()
    const store = rig.opened()
    const waiting = store.commit(register('agent-a'))
    await store.close()
    expect(await waiting).toMatchObject({ ok: true, value: { position: { offset: 1 } } })
    expect(await store.commit(register('agent-b'))).toEqual({
      ok: false,
      error: { kind: 'store-away', retryAfterS: 1 },
    })
    expect(await store.renew([{ id: 'agent-a', incarnation: 1, seenAt: 1 }])).toMatchObject({ ok: false })
    expect(store.status().available).toBe(false)
    await store.close()
    expect(rig.opened().head().offset).toBe(1)
  })

  it('a change that cannot be read any more is as one that is too old', async () => {
    const rig = sqliteRig()
    const store = rig.opened()
    for (const id of ['agent-a', 'agent-b', 'agent-c']) await store.commit(register(id))
    await store.close()
    const db = new DatabaseSync(rig.path)
    db.exec('UPDATE history SET change = \'{"op":\' WHERE at_offset = 2')
    db.close()
    const again = rig.opened()
    expect(await again.history(0, 10)).toBeUndefined()
    expect((await again.history(2, 10))?.length).toBe(1)
  })
})
