import { ok, err, type Result } from '../../kernel/result.ts'
import { silentMeter } from '../../kernel/meter.ts'
import type { AuthFault, Principal } from '../../domain/auth.ts'
import { describe, expect, it } from 'vitest'

import { isProblem } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { authHandlers } from './auth.ts'

const never = async (): Promise<never> => {
  throw new Error('not asked in these tests')
}

const ask = async (
  name: 'validateToken' | 'validatePostedToken' | 'refreshToken',
  verdict: Result<Principal, AuthFault>,
) => {
  const handlers = authHandlers({
    auth: { verify: never, authenticate: async () => verdict, sessionOf: never, alive: () => false },
    registry: { tempToken: never, refresh: never },
    sessions: { slide: async () => undefined, resume: never },
    login: { sign: never },
    meter: silentMeter,
  })
  const exchange: Exchange = {
    request: {
      method: 'GET',
      path: '/tokens/validate',
      query: '',
      headers: new Map(),
      address: '192.0.2.1',
      scheme: 'http',
      body: never,
    },
    agentId: '',
    params: {},
    query: new URLSearchParams('token=x'),
    token: 'x',
    json: never,
  }
  const answer = await handlers[name](exchange)
  return isProblem(answer) ? { slug: answer.slug, detail: answer.detail, ...answer.extensions } : answer
}

describe('a verdict on a token', () => {
  it('is not given by a hub that is behind', async () => {
    for (const name of ['validateToken', 'validatePostedToken', 'refreshToken'] as const) {
      const answer = await ask(name, err({ kind: 'behind', retryAfterS: 1 }))
      expect(answer).toMatchObject({ slug: 'service-unavailable', retry_after: 1 })
      expect(answer).not.toHaveProperty('valid')
    }
  })

  it('without a token says that one is missing', async () => {
    const missing = await ask('validateToken', err({ kind: 'missing' }))
    expect(missing).toMatchObject({ slug: 'authentication-failed', valid: false, error: expect.any(String) })
    expect(await ask('validateToken', err({ kind: 'invalid' }))).toMatchObject({ slug: 'token-invalid', valid: false })
  })
})

describe('a refresh', () => {
  it('is refused to an administrator whose session ended meanwhile', async () => {
    const times = { jti: 'j', issuedAt: 0, expiresAt: 0 }
    const answer = await ask('refreshToken', ok({ kind: 'admin', user: 'root', sessionId: 's', ...times }))
    expect(answer).toMatchObject({ slug: 'session-invalid' })
  })
})
