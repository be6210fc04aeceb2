import { ROUTES, type Route, type RouteName } from '@arcp/protocol/rest'
import { describe, expect, it } from 'vitest'

import type { Auth, AuthFault, Principal } from '../domain/auth.ts'
import type { AdminSession } from '../domain/sessions.ts'
import type { TokenClaims } from '../domain/tokens.ts'
import { err, ok } from '../kernel/result.ts'
import { isProblem } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { admits, createGate, type SignedRoute } from './gate.ts'

const times = { jti: 'j', issuedAt: 0, expiresAt: 1000 }
const temp: Principal = { kind: 'temp', agentId: 'agent-a', agentType: 'testing', keyId: 'k', ...times }
const access: Principal = {
  kind: 'access',
  agentId: 'agent-a',
  keyId: 'k',
  incarnation: 1,
  epoch: 'e',
  offset: 1,
  ...times,
}
const admin: Principal = { kind: 'admin', user: 'root', sessionId: 's', ...times }
const user: TokenClaims = { kind: 'user', user: 'ann', agentId: 'agent-a', scopes: [], ...times }
const SESSION: AdminSession = {
  id: 's',
  user: 'root',
  openedAt: 0,
  expiresAt: 1,
  pinSet: false,
  pinVerifiedAt: undefined,
}
const GONE: AuthFault = { kind: 'gone', agentId: 'agent-a', reason: 'replaced' }

const PRINCIPALS: ReadonlyMap<string, TokenClaims> = new Map(
  Object.entries({ temp, access, admin, user, ended: access }),
)

/** `ended` verifies, but its incarnation is over. */
const auth: Auth = {
  verify: async (token) => {
    const principal = PRINCIPALS.get(token ?? '')
    if (principal !== undefined) return ok(principal)
    return err({ kind: token === undefined ? ('missing' as const) : ('invalid' as const) })
  },
  authenticate: async (token) => (token === 'ended' ? err(GONE) : auth.verify(token)),
  sessionOf: async (_claims, client) => (client?.fingerprint === 'mine' ? SESSION : undefined),
  alive: () => true,
}

const exchange = (token: string | undefined, fingerprint = 'mine'): Exchange => ({
  request: {
    method: 'GET',
    path: '/',
    query: '',
    headers: new Map([['x-client-fingerprint', [fingerprint]]]),
    address: '192.0.2.1',
    scheme: 'http',
    body: async () => {
      throw new Error('unread')
    },
  },
  agentId: 'agent-a',
  params: { agent_id: 'agent-a' },
  query: new URLSearchParams(),
  token,
  json: async () => ok({}),
})

const routes = Object.entries<Route>(ROUTES)
const isSigned = (name: string): name is SignedRoute =>
  routes.some(([known, { tier }]) => known === name && tier !== 'public')
const signed = routes.map(([name]) => name).filter(isSigned)
const tierOf = (route: RouteName): Route['tier'] => ROUTES[route].tier
const ofTier = (tier: Route['tier']): readonly RouteName[] => signed.filter((name) => ROUTES[name].tier === tier)

const ask = async (route: SignedRoute, token: string | undefined, fingerprint?: string) => {
  let reached: Principal | undefined
  let session: AdminSession | undefined
  const handler = createGate(auth)(route, (given) => {
    reached = given.principal
    session = given.session
    return { status: 200, headers: [], body: '' }
  })
  const answer = await handler(exchange(token, fingerprint))
  return { reached, session, slug: isProblem(answer) ? answer.slug : 'none' }
}

describe('the gate', () => {
  it('there are routes on both sides of it', () => {
    expect(signed.length).toBeGreaterThanOrEqual(5)
    expect(ofTier('agent').length).toBeGreaterThan(0)
    expect(ofTier('agent-or-temp').length).toBeGreaterThan(0)
    expect(signed.length).toBeLessThan(routes.length)
  })

  it.each(signed)('[X46] %s is not reached without a token or with a bad one', async (route) => {
    for (const [token, slug] of [
      [undefined, 'authentication-failed'],
      ['', 'token-invalid'],
      ['nonsense', 'token-invalid'],
    ] as const) {
      const { reached, slug: given } = await ask(route, token)
      expect([token, given, reached]).toEqual([token, slug, undefined])
    }
  })

  it.each(signed)('%s is reached with an access token where its tier says so, and told whose it is', async (route) => {
    const takesAgents = !['admin', 'temp'].includes(tierOf(route))
    const { reached, slug } = await ask(route, 'access')
    expect([reached, slug]).toEqual(takesAgents ? [access, 'none'] : [undefined, 'insufficient-permissions'])
  })

  it.each(ofTier('temp').filter(isSigned))('%s takes no administrator', async (route) => {
    expect(await ask(route, 'admin')).toEqual({ slug: 'insufficient-permissions' })
  })

  it.each(signed.filter((route) => tierOf(route) !== 'temp'))(
    '[X107] %s takes an administrator with a session of that client only',
    async (route) => {
      expect(await ask(route, 'admin')).toEqual({ reached: admin, session: SESSION, slug: 'none' })
      for (const fingerprint of ['yours', '', ' ']) {
        expect(await ask(route, 'admin', fingerprint)).toEqual({ slug: 'session-invalid' })
      }
    },
  )

  it.each(signed)('[X76] %s takes no user token', async (route) => {
    expect(await ask(route, 'user')).toEqual({ slug: 'insufficient-permissions' })
  })

  it.each(signed)('[X76] %s takes a temp token only where its tier says so', async (route) => {
    const { reached, slug } = await ask(route, 'temp')
    const takesTemp = ['agent-or-temp', 'temp'].includes(tierOf(route))
    expect([reached, slug]).toEqual(takesTemp ? [temp, 'none'] : [undefined, 'insufficient-permissions'])
  })

  it.each(signed)('[X89] %s takes the token of an ended life only where the registry decides on it', async (route) => {
    const { reached, slug } = await ask(route, 'ended')
    if (tierOf(route) === 'agent-or-temp') expect([reached, slug]).toEqual([access, 'none'])
    else expect([reached, slug]).toEqual([undefined, 'agent-gone'])
  })
})

describe('a body that takes its time', () => {
  const route = signed.find((name) => tierOf(name) === 'agent')
  const send = async (token: string, ends: boolean) => {
    let over = false
    const ending: Auth = {
      ...auth,
      authenticate: async (given) => (over ? err(GONE) : auth.authenticate(given)),
      sessionOf: async () => (over ? undefined : SESSION),
      alive: () => !over,
    }
    if (route === undefined) throw new Error('no such route')
    const handler = createGate(ending)(route, async ({ json }) => {
      const body = await json()
      return body.ok ? { status: 200, headers: [], body: '' } : body.error
    })
    const answer = await handler({
      ...exchange(token),
      json: async () => {
        over = ends
        return ok({})
      },
    })
    return isProblem(answer) ? answer.slug : 'done'
  }

  it('[X107] is not acted on when the administrator logged out meanwhile', async () => {
    expect([await send('admin', false), await send('admin', true)]).toEqual(['done', 'session-invalid'])
  })

  it('[X89] is not acted on when the life of the agent ended meanwhile', async () => {
    expect([await send('access', false), await send('access', true)]).toEqual(['done', 'agent-gone'])
  })
})

describe('who a tier is for', () => {
  it.each([
    ['public', ['temp', 'access', 'admin']],
    ['agent-or-temp', ['temp', 'access', 'admin']],
    ['agent', ['access', 'admin']],
    ['temp', ['temp']],
    ['admin', ['admin']],
  ] as const)('%s: %j', (tier, kinds) => {
    expect((['temp', 'access', 'admin'] as const).filter((kind) => admits(tier, kind))).toEqual(kinds)
  })
})
