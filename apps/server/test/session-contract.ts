// The contract every adapter of the SessionStore port keeps. Each adapter's test runs this suite.

import { describe, expect, it } from 'vitest'

import { PIN_TRIES, type NewSession, type SessionLimits, type SessionStore } from '../src/domain/session-store.ts'

export interface SessionStoreUnderTest {
  readonly store: SessionStore
  /** Moves the store's clock. */
  readonly advance: (ms: number) => void
}

export const SESSION_LIMITS: SessionLimits = { timeoutMs: 1000, absoluteMs: 2500, maxPerUser: 3 }

const fresh = (id: string, user = 'root'): NewSession => ({ id, user, fingerprint: `f-${id}`, resume: `r-${id}` })

export interface SessionContractOptions {
  readonly name: string
  /** With `SESSION_LIMITS`. */
  readonly create: () => Promise<SessionStoreUnderTest>
}

export const describeSessionContract = ({ name, create }: SessionContractOptions): void => {
  const setUp = async () => {
    const { store, advance } = await create()
    const ended: string[] = []
    store.onEnded((id) => ended.push(id))
    const open = async (id: string, user?: string) => (await store.open(fresh(id, user))).session
    const ids = async () => (await store.list()).map(({ id }) => id)
    return { store, advance, ended, open, ids }
  }

  describe(`sessions in ${name}`, () => {
    it('are found while they live, with what they were opened with', async () => {
      const { store, open, ids } = await setUp()
      const opened = await open('one')
      expect(opened).toEqual({
        ...fresh('one'),
        openedAt: opened.openedAt,
        expiresAt: opened.openedAt + SESSION_LIMITS.timeoutMs,
        pinSet: false,
        pinVerifiedAt: undefined,
      })
      expect(await store.get('one')).toEqual(opened)
      expect(await store.get('two')).toBeUndefined()
      await open('two', 'other')
      expect(await ids()).toEqual(['one', 'two'])
    })

    it('end once, and are told once', async () => {
      const { store, ended, open, ids } = await setUp()
      await open('one')
      await open('two')
      expect(await Promise.all([store.end('one'), store.end('one'), store.end('none')])).toEqual([true, false, false])
      expect([ended, await ids(), await store.get('one')]).toEqual([['one'], ['two'], undefined])
      expect(await store.slide('one')).toBeUndefined()
    })

    it('are over at their time, before anybody swept them; the sweep tells', async () => {
      const { store, advance, ended, open, ids } = await setUp()
      await open('one')
      advance(500)
      await open('two')
      advance(500)
      expect([await store.get('one'), await ids()]).toEqual([undefined, ['two']])
      expect(await store.end('one')).toBe(false)
      expect(ended).toEqual([])
      await store.sweep()
      await store.sweep()
      expect(ended).toEqual(['one'])
    })

    it('[X84] slide, and never past the longest they may last', async () => {
      const { store, advance, open } = await setUp()
      const { openedAt } = await open('one')
      const ends: (number | undefined)[] = []
      for (let turn = 0; turn < 3; turn += 1) {
        advance(900)
        ends.push((await store.slide('one'))?.expiresAt)
      }
      expect(ends).toEqual([openedAt + 1900, openedAt + 2500, undefined])
    })

    it('the oldest of a user end beyond the most there may be; nobody else pays', async () => {
      const { store, ended, open, ids } = await setUp()
      await open('other', 'other')
      for (const id of ['a', 'b', 'c']) await open(id)
      expect((await store.open(fresh('d'))).ended).toBe(1)
      expect((await store.open(fresh('e', 'other'))).ended).toBe(0)
      expect([ended, await ids()]).toEqual([['a'], ['other', 'b', 'c', 'd', 'e']])
    })

    it('[X106] a PIN is set once, by one of two at once, for its session only', async () => {
      const { store, open } = await setUp()
      await open('one')
      await open('two')
      expect(await store.countPin('one')).toEqual({ kind: 'not-set' })
      expect(await Promise.all([store.setPin('one', 'h1'), store.setPin('one', 'h2')])).toEqual(['set', 'already-set'])
      expect(await store.countPin('one')).toEqual({ kind: 'counted', hash: 'h1' })
      expect([(await store.get('one'))?.pinSet, (await store.get('two'))?.pinSet]).toEqual([true, false])
      await store.end('two')
      expect(await store.setPin('two', 'h')).toBe('session-ended')
      expect(await store.countPin('two')).toEqual({ kind: 'session-ended' })
    })

    it('[X105] wrong PINs end the session, and only so many are looked at together', async () => {
      const { store, ended, open } = await setUp()
      await open('one')
      await store.setPin('one', 'h')
      const counted = await Promise.all(Array.from({ length: 50 }, () => store.countPin('one')))
      expect(counted.filter(({ kind }) => kind === 'counted')).toHaveLength(PIN_TRIES)
      expect(counted.filter(({ kind }) => kind === 'all-taken')).toHaveLength(50 - PIN_TRIES)
      const left: number[] = []
      for (let turn = 0; turn < PIN_TRIES; turn += 1) left.push(await store.settlePin('one', 'wrong'))
      expect(left).toEqual([4, 3, 2, 1, 0])
      expect([ended, await store.get('one'), await store.settlePin('one', 'right')]).toEqual([['one'], undefined, 0])
    })

    it('a right PIN gives back its own try and no other, and is noted', async () => {
      const { store, advance, open } = await setUp()
      const { openedAt } = await open('one')
      await store.setPin('one', 'h')
      const tryPin = async (how: 'right' | 'wrong' | 'unused') => {
        await store.countPin('one')
        return store.settlePin('one', how)
      }
      expect([await tryPin('wrong'), await tryPin('unused')]).toEqual([4, 4])
      expect((await store.get('one'))?.pinVerifiedAt).toBeUndefined()
      advance(10)
      for (let turn = 0; turn < 20; turn += 1) expect(await tryPin('right')).toBe(4)
      expect((await store.get('one'))?.pinVerifiedAt).toBe(openedAt + 10)
      for (const left of [3, 2, 1, 0]) expect(await tryPin('wrong')).toBe(left)
    })

    it('a listener that went is not told', async () => {
      const { store, open } = await setUp()
      const told: string[] = []
      store.onEnded((id) => told.push(id))()
      await open('one')
      await store.end('one')
      expect(told).toEqual([])
    })
  })
}
