import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { err, ok } from '../kernel/result.ts'
import { createAdminLogin } from './admin-login.ts'
import type { AdminSession } from './sessions.ts'

const ACCOUNT = { username: 'root', password: 'correct horse' }

const setUp = ({ limited = false, busy = false } = {}) => {
  const time = createFakeTime()
  const work: string[] = []
  const accounts: string[] = []
  let refunds = 0
  let isBusy = busy
  const session: AdminSession = {
    id: 'session-1',
    user: 'root',
    openedAt: time.clock.wall(),
    expiresAt: time.clock.wall() + 60_000,
    pinSet: false,
    pinVerifiedAt: undefined,
  }
  const login = createAdminLogin({
    account: ACCOUNT,
    passwords: {
      hash: async (text) => {
        work.push('hash')
        return isBusy ? err({ kind: 'busy', retryAfterS: 2 }) : ok(`hash of ${text}`)
      },
      matches: async (text, hash) => {
        work.push('match')
        return ok(hash === `hash of ${text}`)
      },
    },
    limits: {
      reserveLogin: async (account, network) => {
        accounts.push(`${account} from ${network}`)
        return limited
          ? err({ retryAfterS: 9 })
          : ok({
              refund: async () => {
                refunds += 1
              },
            })
      },
    },
    sessions: { open: async () => ({ session, resumeSecret: 'session-1.secret' }) },
    tokens: { signAdmin: async (claims) => JSON.stringify(claims) },
    clock: time.clock,
    random: { token: () => 'random' },
  })
  const given = (over: Partial<typeof ACCOUNT> = {}) => login.login({ ...ACCOUNT, ...over }, 'page', '192.0.2.0/24')
  return {
    given,
    work,
    accounts,
    refunds: () => refunds,
    calm: () => {
      isBusy = false
    },
  }
}

describe('logging in', () => {
  it('opens a session whose token ends with it, and gives the attempt back', async () => {
    const { given, refunds, accounts } = setUp()
    const entered = await given()
    expect(entered).toMatchObject({
      ok: true,
      value: { user: 'root', expiresIn: 60, resumeSecret: 'session-1.secret' },
    })
    const claims: unknown = entered.ok ? JSON.parse(entered.value.token) : undefined
    expect(claims).toMatchObject({ kind: 'admin', user: 'root', sessionId: 'session-1' })
    expect([refunds(), accounts]).toEqual([1, ['admin root from 192.0.2.0/24']])
  })

  it('[X99] does the same work for a name that is wrong as for a password that is', async () => {
    const wrong = [{ username: 'nobody' }, { password: 'wrong' }, { username: 'nobody', password: 'wrong' }]
    for (const over of [{}, ...wrong]) {
      const { given, work } = setUp()
      await given(over)
      await given(over)
      expect([over, work]).toEqual([over, ['hash', 'match', 'match']])
    }
  })

  it('[X98] a wrong one is not given back, and counts for its name and network', async () => {
    const { given, refunds, accounts } = setUp()
    for (const over of [{ username: 'nobody' }, { username: 'Root' }, { password: 'correct horse ' }]) {
      expect(await given(over)).toEqual(err({ kind: 'wrong' }))
    }
    expect(refunds()).toBe(0)
    expect(accounts.map((text) => text.split(' from')[0])).toEqual(['admin nobody', 'admin Root', 'admin root'])
  })

  it('[X95] beyond the limit nothing is looked at', async () => {
    const { given, work } = setUp({ limited: true })
    expect(await given()).toEqual(err({ kind: 'limited', retryAfterS: 9 }))
    expect(work).toEqual([])
  })

  it('a hub that is busy with passwords counts nothing, and hashes its own later', async () => {
    const { given, refunds, calm } = setUp({ busy: true })
    expect(await given()).toEqual(err({ kind: 'busy', retryAfterS: 2 }))
    expect(refunds()).toBe(1)
    calm()
    expect(await given()).toMatchObject({ ok: true })
  })
})
