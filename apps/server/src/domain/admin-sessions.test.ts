import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createMemorySessions } from '../adapters/memory/memory-sessions.ts'
import type { Limit } from '../kernel/meter.ts'
import { err, ok } from '../kernel/result.ts'
import { createAdminSessions } from './admin-sessions.ts'

const setUp = () => {
  const time = createFakeTime()
  const limits: Limit[] = []
  let made = 0
  let busy = false
  const sessions = createAdminSessions({
    store: createMemorySessions({ timeoutMs: 1000, absoluteMs: 5000, maxPerUser: 2 }, time.clock),
    passwords: {
      hash: async (text) => (busy ? err({ kind: 'busy', retryAfterS: 2 }) : ok(`hash ${text}`)),
      matches: async (text, hash) => (busy ? err({ kind: 'busy', retryAfterS: 2 }) : ok(hash === `hash ${text}`)),
    },
    random: { token: (bytes) => `r${(made += 1)}-${bytes}` },
    meter: { limited: (limit) => limits.push(limit) },
  })
  const keepBusy = (now: boolean): void => {
    busy = now
  }
  return { sessions, time, limits, keepBusy }
}

describe('sessions', () => {
  it('[X107] are their own client’s only', async () => {
    const { sessions } = setUp()
    const { session } = await sessions.open('root', 'page')
    expect(session).toMatchObject({ id: 'r1-16', user: 'root', pinSet: false })
    expect(await sessions.getFor(session.id, 'page')).toEqual(session)
    for (const other of [undefined, '', 'Page', 'page '])
      expect(await sessions.getFor(session.id, other)).toBeUndefined()
    expect(await sessions.get(session.id)).toEqual(session)
  })

  it('are resumed by their secret, by their client', async () => {
    const { sessions } = setUp()
    const { session, resumeSecret } = await sessions.open('root', 'page')
    expect(await sessions.resume(resumeSecret, 'page')).toEqual(session)
    const wrong = [session.id, `${session.id}.`, `${resumeSecret}x`, `.${resumeSecret}`, '', resumeSecret.toUpperCase()]
    for (const secret of wrong) expect([secret, await sessions.resume(secret, 'page')]).toEqual([secret, undefined])
    expect(await sessions.resume(resumeSecret, 'another')).toBeUndefined()
    await sessions.end(session.id)
    expect(await sessions.resume(resumeSecret, 'page')).toBeUndefined()
  })

  it('tell nobody their digests', async () => {
    const { sessions } = setUp()
    const { session } = await sessions.open('root', 'page')
    const names = ['expiresAt', 'id', 'openedAt', 'pinSet', 'pinVerifiedAt', 'user']
    for (const one of [session, await sessions.slide(session.id), ...(await sessions.list())]) {
      expect(Object.keys(one ?? {}).toSorted()).toEqual(names)
    }
  })

  it('a further one ends the oldest, which is counted', async () => {
    const { sessions, limits } = setUp()
    const first = await sessions.open('root', 'a')
    await sessions.open('root', 'b')
    expect(limits).toEqual([])
    await sessions.open('root', 'c')
    expect([limits, await sessions.get(first.session.id)]).toEqual([['sessions'], undefined])
  })
})

describe('a PIN', () => {
  const pinned = async () => {
    const rig = setUp()
    const { session } = await rig.sessions.open('root', 'page')
    expect(await rig.sessions.verifyPin(session.id, '2468')).toEqual({ kind: 'not-set' })
    expect(await rig.sessions.setPin(session.id, '2468')).toEqual(ok('set'))
    return { ...rig, id: session.id }
  }

  it('is set once', async () => {
    const { sessions, id } = await pinned()
    expect(await sessions.setPin(id, '1357')).toEqual(ok('already-set'))
    expect(await sessions.verifyPin(id, '1357')).toEqual({ kind: 'wrong', triesLeft: 4 })
    expect(await sessions.verifyPin(id, '2468')).toEqual({ kind: 'right' })
    expect(await sessions.setPin('none', '1357')).toEqual(ok('session-ended'))
  })

  it('[X105] five wrong ones end the session, whatever was right in between', async () => {
    const { sessions, id, limits } = await pinned()
    for (const triesLeft of [4, 3, 2, 1, 0]) {
      expect(await sessions.verifyPin(id, '2468')).toEqual({ kind: 'right' })
      expect(await sessions.verifyPin(id, 'wrong')).toEqual({ kind: 'wrong', triesLeft })
    }
    expect(await sessions.verifyPin(id, '2468')).toEqual({ kind: 'session-ended' })
    expect(limits).toEqual(['pin'])
  })

  it('[X105] of a hundred guesses at once five are looked at', async () => {
    const { sessions, id } = await pinned()
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => sessions.verifyPin(id, 'wrong')))
    expect(verdicts.filter(({ kind }) => kind === 'wrong')).toHaveLength(5)
    expect(verdicts.filter(({ kind }) => kind === 'busy')).toHaveLength(95)
  })

  it('that could not be looked at does not count', async () => {
    const { sessions, id, keepBusy } = await pinned()
    keepBusy(true)
    for (let turn = 0; turn < 10; turn += 1) {
      expect(await sessions.verifyPin(id, '2468')).toEqual({ kind: 'busy', retryAfterS: 2 })
    }
    keepBusy(false)
    expect(await sessions.verifyPin(id, '2468')).toEqual({ kind: 'right' })
  })
})
