import { describe, expect, it } from 'vitest'

import type { AdminSession, PinVerdict } from '../domain/sessions.ts'
import { silentMeter } from '../kernel/meter.ts'
import { isProblem } from './answer.ts'
import type { SignedExchange } from './exchange.ts'
import { createPinCheck } from './pin-check.ts'

const times = { jti: 'j', issuedAt: 0, expiresAt: 1 }

const ask = async (
  session: 'none' | 'open' | 'pinned',
  pin: string | readonly string[] | undefined,
  verdict: PinVerdict,
) => {
  const asked: string[] = []
  const logged: string[] = []
  const attempts: string[] = []
  let reached = false
  const given: AdminSession = {
    id: 's',
    user: 'root',
    openedAt: 0,
    expiresAt: 1,
    pinSet: session === 'pinned',
    pinVerifiedAt: undefined,
  }
  const pinned = createPinCheck({
    sessions: {
      verifyPin: async (id, text) => {
        asked.push(`${id} ${text}`)
        return verdict
      },
    },
    meter: { ...silentMeter, auth: (status, type) => attempts.push(`${type} ${status}`) },
    log: {
      did: () => undefined,
      loginRefused: () => undefined,
      pinRefused: ({ kind }, user, address) => logged.push(`${kind} ${user} ${address}`),
    },
  })
  const exchange: SignedExchange = {
    request: {
      method: 'DELETE',
      path: '/agents/agent-a',
      query: '',
      headers: new Map(pin === undefined ? [] : [['x-session-pin', typeof pin === 'string' ? [pin] : pin]]),
      address: '192.0.2.1',
      scheme: 'http',
      body: async () => {
        throw new Error('unread')
      },
    },
    agentId: 'agent-a',
    params: {},
    query: new URLSearchParams(),
    token: 'x',
    json: async () => {
      throw new Error('unread')
    },
    principal:
      session === 'none'
        ? { kind: 'temp', agentId: 'agent-a', agentType: 'testing', keyId: 'k', ...times }
        : { kind: 'admin', user: 'root', sessionId: 's', ...times },
    session: session === 'none' ? undefined : given,
  }
  const answer = await pinned(() => {
    reached = true
    return { status: 200, headers: [], body: '' }
  })(exchange)
  return { reached, slug: isProblem(answer) ? answer.slug : 'none', asked, logged, attempts }
}

const RIGHT: PinVerdict = { kind: 'right' }

describe('the PIN of a session', () => {
  it('is asked of a session that has one, of nobody else', async () => {
    for (const session of ['none', 'open'] as const) {
      expect(await ask(session, undefined, RIGHT)).toMatchObject({ reached: true, asked: [] })
    }
    expect(await ask('pinned', '2468', RIGHT)).toMatchObject({
      reached: true,
      asked: ['s 2468'],
      attempts: ['pin success'],
      logged: [],
    })
  })

  it('[X107] missing, empty or sent twice is not even looked at', async () => {
    for (const pin of [undefined, '', ['2468', '2468']]) {
      expect(await ask('pinned', pin, RIGHT)).toMatchObject({ reached: false, slug: 'pin-required', asked: [] })
    }
  })

  it.each([
    [{ kind: 'wrong', triesLeft: 2 }, 'pin-incorrect'],
    [{ kind: 'wrong', triesLeft: 0 }, 'pin-incorrect'],
    [{ kind: 'session-ended' }, 'session-invalid'],
    [{ kind: 'busy', retryAfterS: 1 }, 'rate-limit-exceeded'],
  ] as const)('[X107] %j is refused, and told to the log without the PIN', async (verdict, slug) => {
    const done = await ask('pinned', 'guess-of-a-pin', verdict)
    expect(done).toMatchObject({ reached: false, slug, attempts: ['pin failed'] })
    expect(done.logged).toEqual([`${verdict.kind} root 192.0.2.1`])
  })
})
