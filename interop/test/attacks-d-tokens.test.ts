// Tokens that are not what they say (catalogue D, 64 to 94): refused at every door with the exact answer, and without
// any effect on the agent or the session they name.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loginAdmin, tryLogin, type AdminClient } from '../src/admin.ts'
import { startTarget, type Target } from '../src/attack-target.ts'
import { problemIn } from '../src/conforms.ts'
import { openFrames } from '../src/frames.ts'
import { send, type Answer } from '../src/http.ts'
import { startHub, type Hub } from '../src/hub.ts'
import { textAt } from '../src/pick.ts'
import { startRedis } from '../src/redis.ts'
import { registerAgent, request, requestTempToken, sampleCard } from '../src/rest.ts'
import { claimsOf, expired, forged, nowS, resign, signToken } from '../src/tokens.ts'

const SECRET = 'interop-secret-that-signs-tokens-of-tests-only'
const FINGERPRINT = { 'X-Client-Fingerprint': 'client-of-the-attack' }

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(async () => {
  await target.unharmed()
  await target.stop()
})

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

type Claims = Readonly<Record<string, unknown>>

const signedText = (head: string, payload: string, secret = SECRET, hash = 'sha256'): string => {
  const input = `${head}.${payload}`
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}

/** Signed as the hub does it, under any header and any payload. */
const forge = (header: Claims, payload: Claims | string, secret?: string, hash?: string): string =>
  signedText(base64url(header), base64url(payload), secret, hash)

const HEADER = { alg: 'HS256', typ: 'arcp-access+jwt' }

/** Code of the close frame after this token was shown on the agents' endpoint. */
const socketVerdict = async (hub: Hub, token: string): Promise<readonly [code: number, reason: string]> => {
  const socket = await openFrames(`${hub.wsUrl}/agents/ws`)
  await socket.nextOfType('auth_required')
  socket.send({ token })
  const { code, reason } = await socket.closed()
  return [code, reason]
}

const doors = (id: string): readonly (readonly [method: string, path: string, body?: unknown])[] => [
  ['POST', `/agents/${id}/heartbeat`],
  ['GET', '/agents'],
  ['POST', '/agents/register', sampleCard(id)],
  ['DELETE', `/agents/${id}`],
  ['POST', '/tokens/refresh'],
  ['GET', '/auth/session_status'],
  ['POST', '/tokens/mint', { user_id: 'mallory', agent_id: id, role: 'admin' }],
  ['POST', `/agents/${id}/revoke`],
]

/** No REST door and no socket takes it. */
const refusedEverywhere = async (hub: Hub, token: string, slug = 'token-invalid'): Promise<void> => {
  const id = 'witness'
  for (const [method, path, body] of doors(id)) {
    const answer = await request(hub, method, path, { token, headers: FINGERPRINT, body })
    expect([token.slice(0, 200), path, problemIn(answer, path).slug]).toStrictEqual([token.slice(0, 200), path, slug])
  }
  const validated = await request(hub, 'GET', '/tokens/validate', { token })
  expect([validated.status, problemIn(validated, '/tokens/validate')['valid']]).toStrictEqual([401, false])
  expect(await socketVerdict(hub, token)).toStrictEqual([1008, 'Invalid token'])
}

const heartbeat = (hub: Pick<Hub, 'url'>, id: string, token: string): Promise<Answer> =>
  send(hub, 'POST', `/agents/${id}/heartbeat`, { token })

const good = async (): Promise<void> => {
  expect((await heartbeat(target, target.witness, target.token)).status).toBe(200)
}

describe('a header that chooses how it is checked', () => {
  const cases: readonly (readonly [name: string, make: (payload: Claims) => string])[] = [
    ['64, alg none', (payload) => `${base64url({ ...HEADER, alg: 'none' })}.${base64url(payload)}.`],
    ['64, alg None', (payload) => forge({ ...HEADER, alg: 'None' }, payload)],
    ['64, alg NONE', (payload) => forge({ ...HEADER, alg: 'NONE' }, payload)],
    ['64, alg nOnE, no signature', (payload) => `${base64url({ ...HEADER, alg: 'nOnE' })}.${base64url(payload)}.`],
    ['65, signed with what is public', (payload) => forge(HEADER, payload, 'interop-public-key-that-is-at-least-32')],
    ['66, HS512', (payload) => forge({ ...HEADER, alg: 'HS512' }, payload, SECRET, 'sha512')],
    ['66, HS384 under the name of HS256', (payload) => forge(HEADER, payload, SECRET, 'sha384')],
    ['67, alg of another key', (payload) => forge({ ...HEADER, alg: 'EdDSA', kid: 'a' }, payload)],
    ['68, a kid that is a path', (payload) => forge({ ...HEADER, kid: '../../dev/null' }, payload)],
    ['68, a kid that is SQL', (payload) => forge({ ...HEADER, kid: "' OR 1=1 --" }, payload)],
    ['69, its own jwk', (payload) => forge({ ...HEADER, jwk: { kty: 'oct', k: base64url('x') } }, payload, 'x')],
    ['69, jku', (payload) => forge({ ...HEADER, jku: 'http://127.0.0.1:1/keys' }, payload)],
    ['69, x5u', (payload) => forge({ ...HEADER, x5u: 'http://127.0.0.1:1/cert' }, payload)],
    ['69, x5c', (payload) => forge({ ...HEADER, x5c: ['MIIB'] }, payload)],
    ['70, crit of something unknown', (payload) => forge({ ...HEADER, crit: ['x'], x: 1 }, payload)],
    ['71, b64 false', (payload) => forge({ ...HEADER, b64: false, crit: ['b64'] }, payload)],
  ]
  it.each(cases)('[X64] [X65] [X66] [X67] [X68] [X69] [X70] [X71] %s', async (_, make) => {
    const payload = claimsOf(target.token)
    await refusedEverywhere(target, make(payload))
    // The same payload under the right header is the agent's own.
    expect((await heartbeat(target, target.witness, forge(HEADER, payload))).status).toBe(200)
  })

  it('[X68] a kid of a megabyte is not even read', async () => {
    const token = forge({ ...HEADER, kid: 'k'.repeat(1024 ** 2) }, claimsOf(target.token))
    const outcome = await heartbeat(target, 'witness', token).then(
      ({ status }) => status,
      () => 'cut',
    )
    // The hub may end the connection before all of it was sent.
    expect([431, 'cut']).toContain(outcome)
    await good()
  })
})

describe('claims that are missing, wrong or of another kind of value', () => {
  const cases: readonly (readonly [name: string, over: Claims | string])[] = [
    ['72, no exp', { exp: undefined }],
    ['72, exp is a text', { exp: String(nowS() + 600) }],
    ['72, exp is 1e400', 'exp:1e400'],
    ['72, exp is a fraction', { exp: nowS() + 600.5 }],
    ['73, nbf in the future', { nbf: nowS() + 600 }],
    ['73, iat in the future', { iat: nowS() + 600 }],
    ['74, another iss', { iss: 'arcp.evil.example' }],
    ['74, no iss', { iss: undefined }],
    ['75, another aud', { aud: 'arcp:admin' }],
    ['75, aud as a list with ours in it', { aud: ['arcp:operations', 'arcp:admin'] }],
    ['77, no role', { role: undefined }],
    ['78, role admin', { role: 'admin' }],
    ['78, role as a list', { role: ['agent', 'admin'] }],
    ['78, role Agent', { role: 'Agent' }],
    ['79, no inc', { inc: undefined }],
    ['79, inc as a text', { inc: '1' }],
    ['79, inc below zero', { inc: -1 }],
    ['no jti', { jti: undefined }],
    ['sub of another', { sub: 'somebody-else' }],
  ]
  it.each(cases)('[X72] [X73] [X74] [X75] [X77] [X78] [X79] %s', async (_, over) => {
    const payload = claimsOf(target.token)
    const token =
      typeof over === 'string'
        ? forge(HEADER, JSON.stringify(payload).replace(/"exp":\d+/, '"exp":1e400'))
        : forge(HEADER, { ...payload, ...over })
    await refusedEverywhere(target, token)
    await good()
  })

  it('[X72] an end far in the future does not outlive the registration', async () => {
    const { agentId, token } = await registerAgent(target, 'd-far')
    const far = await resign('access', token, { exp: nowS() + 10 ** 9 })
    expect((await heartbeat(target, agentId, far)).status).toBe(200)
    await send(target, 'DELETE', `/agents/${agentId}`, { token })
    expect((await heartbeat(target, agentId, far)).status).toBe(410)
  })

  it('[X79] an incarnation that is over or has not begun is told so, and revives nothing', async () => {
    const first = await registerAgent(target, 'd-lives')
    const second = await registerAgent(target, 'd-lives')
    expect(problemIn(await heartbeat(target, 'd-lives', first.token), '/agents/d-lives/heartbeat')).toMatchObject({
      slug: 'agent-gone',
      reason: 'replaced',
    })
    const future = await resign('access', second.token, { inc: 99 })
    expect(problemIn(await heartbeat(target, 'd-lives', future), '/agents/d-lives/heartbeat').slug).toBe('agent-gone')
    expect((await heartbeat(target, 'd-lives', second.token)).status).toBe(200)
    await send(target, 'DELETE', '/agents/d-lives', { token: second.token })
  })
})

describe('kinds', () => {
  const PLACES = ['agent', 'register', 'admin', 'refresh', 'socket', 'validate'] as const
  type Place = (typeof PLACES)[number]

  /** What each place says to each kind: the status, or the code of the close frame. */
  const VERDICTS: Readonly<Record<'temp' | 'access' | 'admin' | 'user', Readonly<Record<Place, number>>>> = {
    temp: { agent: 403, register: 200, admin: 403, refresh: 401, socket: 1008, validate: 200 },
    access: { agent: 200, register: 200, admin: 403, refresh: 200, socket: 0, validate: 200 },
    admin: { agent: 200, register: 403, admin: 200, refresh: 200, socket: 0, validate: 200 },
    user: { agent: 403, register: 403, admin: 403, refresh: 403, socket: 1008, validate: 200 },
  }

  const ask = async (place: Place, token: string, id: string, fingerprint: string): Promise<number> => {
    const headers = { 'X-Client-Fingerprint': fingerprint }
    const status = async (method: string, path: string, body?: unknown) =>
      (await request(target, method, path, { token, headers, body })).status
    switch (place) {
      case 'agent':
        return status('POST', `/agents/${id}/heartbeat`)
      case 'register':
        return status('POST', '/agents/register', sampleCard(id))
      case 'admin':
        return status('GET', '/auth/session_status')
      case 'refresh':
        return status('POST', '/tokens/refresh')
      case 'validate':
        return status('GET', '/tokens/validate')
      case 'socket': {
        const socket = await openFrames(`${target.wsUrl}/agents/ws`)
        await socket.nextOfType('auth_required')
        socket.send({ token })
        const answer = await socket.next()
        const accepted = answer.text.includes('"auth_success"')
        socket.close()
        const { code } = await socket.closed()
        return accepted ? 0 : code
      }
    }
  }

  const KINDS = ['temp', 'access', 'admin', 'user'] as const

  it.each(KINDS)('[X76] a token of the kind %s opens its own places and no other', async (kind) => {
    const admin = await loginAdmin(target)
    const id = `d-kind-${kind}`
    const { token: access } = await registerAgent(target, id)
    const minted = await admin.ask('POST', '/tokens/mint', { body: { user_id: 'ann', agent_id: id } })
    const tokens: Record<(typeof KINDS)[number], () => Promise<string>> = {
      temp: () => requestTempToken(target, id),
      access: async () => access,
      admin: async () => admin.token,
      user: async () => textAt(minted.body, 'access_token'),
    }
    for (const place of PLACES) {
      const verdict = await ask(place, await tokens[kind](), id, admin.fingerprint)
      expect([kind, place, verdict]).toStrictEqual([kind, place, VERDICTS[kind][place]])
    }
    await admin.ask('DELETE', `/agents/${id}`)
  })

  it.each(KINDS)('[X76] a payload of the kind %s is good under its own typ only', async (kind) => {
    const typs = ['temp', 'access', 'admin', 'user', 'JWT'].filter((one) => one !== kind)
    const admin = await loginAdmin(target)
    const minted = await admin.ask('POST', '/tokens/mint', { body: { user_id: 'ann', agent_id: 'witness' } })
    const token = {
      temp: await requestTempToken(target, 'witness'),
      access: target.token,
      admin: admin.token,
      user: textAt(minted.body, 'access_token'),
    }[kind]
    for (const typ of typs) {
      const header = { alg: 'HS256', typ: typ === 'JWT' ? typ : `arcp-${typ}+jwt` }
      await refusedEverywhere(target, forge(header, claimsOf(token)))
    }
    expect((await request(target, 'GET', '/tokens/validate', { token })).status).toBe(200)
    await good()
  })
})

describe('temp tokens', () => {
  it('[X80] [X81] register one agent, their own, once: again and a hundred at once', async () => {
    const token = await requestTempToken(target, 'd-once')
    const register = (changes: Record<string, unknown>) =>
      request(target, 'POST', '/agents/register', { token, body: { ...sampleCard('d-once'), ...changes } })
    expect((await register({ agent_id: 'd-another' })).status).toBe(403)
    const bodies = Array.from({ length: 100 }, (_, index) => ({ name: `Number ${index}` }))
    const statuses = (await Promise.all(bodies.map(register))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401)).toHaveLength(99)
    expect((await register({ name: 'Later' })).status).toBe(401)
    const { token: own } = await registerAgent(target, 'd-once')
    await send(target, 'DELETE', '/agents/d-once', { token: own })
    expect((await send(target, 'GET', '/public/agent/d-another')).status).toBe(404)
  })

  it('[X82] the type in a temp token opens nothing: the record decides, among the types of the hub', async () => {
    const body = { agent_id: 'd-type', agent_type: 'testing', agent_key: target.agentKey }
    const asked = await request(target, 'POST', '/auth/agent/request_temp_token', {
      body: { ...body, agent_type: 'of-my-own' },
    })
    const token = textAt(asked.body, 'temp_token')
    const card = { ...sampleCard('d-type'), agent_type: 'of-my-own' }
    expect((await request(target, 'POST', '/agents/register', { token, body: card })).status).toBe(422)
    expect((await send(target, 'GET', '/public/agent/d-type')).status).toBe(404)
    const { token: own } = await registerAgent(target, 'd-type')
    await send(target, 'DELETE', '/agents/d-type', { token: own })
  })
})

describe('refreshing', () => {
  it('[X83] is for living agents and living sessions: not temp, expired, revoked or logged out', async () => {
    const refresh = (token: string, headers: Record<string, string> = {}) =>
      send(target, 'POST', '/tokens/refresh', { token, headers })
    const slug = async (token: string, headers?: Record<string, string>) =>
      problemIn(await refresh(token, headers), '/tokens/refresh').slug
    const { agentId, token } = await registerAgent(target, 'd-refresh')
    const admin = await loginAdmin(target)
    const shown = { 'X-Client-Fingerprint': admin.fingerprint }
    expect((await refresh(token)).status).toBe(200)
    expect((await refresh(admin.token, shown)).status).toBe(200)
    expect(await slug(await requestTempToken(target, agentId))).toBe('token-invalid')
    expect(await slug(await expired('access', token))).toBe('token-invalid')
    expect(await slug(await expired('admin', admin.token), shown)).toBe('token-invalid')
    expect((await admin.ask('POST', `/agents/${agentId}/revoke`)).status).toBe(200)
    expect(await slug(token)).toBe('agent-gone')
    await admin.ask('POST', '/auth/logout')
    expect(await slug(admin.token, shown)).toBe('session-invalid')
  })

  it('[X85] keeps what the token is bound to: client, session, end', async () => {
    const admin = await loginAdmin(target)
    expect((await admin.ask('POST', '/tokens/refresh', { fingerprint: 'another' })).status).toBe(401)
    expect((await admin.ask('POST', '/tokens/refresh', { fingerprint: null })).status).toBe(401)
    const token = textAt((await admin.ask('POST', '/tokens/refresh')).body, 'access_token')
    const { sid, typ, role, sub } = claimsOf(token)
    expect({ sid, typ, role, sub }).toStrictEqual({ sid: admin.sessionId, typ: undefined, role: 'admin', sub: 'admin' })
    expect((await admin.ask('GET', '/auth/session_status', { token })).status).toBe(200)
    for (const fingerprint of ['another', null]) {
      const answer = await admin.ask('GET', '/auth/session_status', { token, fingerprint })
      expect(problemIn(answer, '/auth/session_status').slug).toBe('session-invalid')
    }
    await admin.ask('POST', '/auth/logout')
    expect((await admin.ask('GET', '/auth/session_status', { token })).status).toBe(401)
  })

  it('[X84] [S7] does not carry a session past its longest, and its sockets end with it', async () => {
    const env = { SESSION_TIMEOUT: '0.025', SESSION_ABSOLUTE_MAX: '0.05', AGENT_WS_INTERVAL: '3600' }
    const hub = await startHub({ env })
    const { token, ask } = await loginAdmin(hub)
    const began = performance.now()
    const socket = await openFrames(`${hub.wsUrl}/agents/ws`)
    socket.send({ token })
    await socket.nextOfType('auth_success')
    let last = token
    let refreshed = 0
    for (;;) {
      const answer = await ask('POST', '/tokens/refresh', { token: last })
      if (answer.status !== 200) break
      last = textAt(answer.body, 'access_token')
      refreshed += 1
    }
    const lasted = performance.now() - began
    // It slid beyond the 1.5 s it had at first, and ended after 3 s.
    expect(refreshed).toBeGreaterThan(1)
    expect(lasted).toBeGreaterThan(1800)
    expect(lasted).toBeLessThan(8000)
    expect(await socket.closed(5000)).toMatchObject({ code: 1008 })
    expect((await loginAdmin(hub)).token).not.toBe(token)
    await hub.stop()
  })
})

describe('spellings', () => {
  it('[X86] another spelling of the same signature is no token, revoked or not', async () => {
    const { agentId, token } = await registerAgent(target, 'd-spelt')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const at = alphabet.indexOf(token.slice(-1))
    // 32 bytes leave two bits over in the last character: four spellings of one signature.
    const group = at - (at % 4)
    const variants = [0, 1, 2, 3].map((low) => token.slice(0, -1) + alphabet.charAt(group + low))
    expect(variants).toContain(token)
    const others = variants.filter((one) => one !== token)
    for (const other of others) expect((await heartbeat(target, agentId, other)).status).toBe(401)
    expect((await heartbeat(target, agentId, token)).status).toBe(200)
    await send(target, 'DELETE', `/agents/${agentId}`, { token })
    for (const other of others) expect((await heartbeat(target, agentId, other)).status).toBe(401)
    expect((await heartbeat(target, agentId, token)).status).toBe(410)
  })

  it('[X87] padding, blanks, dots too many and 8 KB are no token', async () => {
    const { token } = target
    const variants = [`${token}=`, `${token}==`, `${token}.`, `${token}..`, `.${token}`, token.replace('.', '..'), '..']
    for (const variant of variants)
      expect([variant, (await heartbeat(target, 'witness', variant)).status]).toEqual([variant, 401])
    for (const header of [`Bearer ${token} x`, `Bearer\t${token}`, `Bearer ${token.replace('.', ' .')}`]) {
      const answer = await send(target, 'POST', '/agents/witness/heartbeat', { headers: { authorization: header } })
      expect([header.slice(0, 20), answer.status]).toEqual([header.slice(0, 20), 401])
    }
    expect((await heartbeat(target, 'witness', 'x'.repeat(4097))).status).toBe(401)
    expect([401, 431]).toContain((await heartbeat(target, 'witness', 'x'.repeat(8192))).status)
    await good()
  })

  it('[X93] no other scheme carries a token, and none is mixed in', async () => {
    const { token } = target
    for (const header of [`DPoP ${token}`, `Basic ${token}`, `DPoP Bearer ${token}`, `Bearer DPoP ${token}`, token]) {
      const answer = await send(target, 'POST', '/agents/witness/heartbeat', { headers: { authorization: header } })
      expect([header.slice(0, 12), answer.status]).toEqual([header.slice(0, 12), 401])
    }
    await good()
  })
})

describe('ends that must be felt at once', () => {
  it('[X88] [X89] [S7] a token is over on the other hub within a second of the end here, and of the next life', async () => {
    const redis = await startRedis()
    const env = { REDIS_URL: redis.url, AGENT_HEARTBEAT_TIMEOUT: '3600' }
    const [here, there] = await Promise.all([startHub({ env }), startHub({ env })])
    const ended = async (token: string, reason: string): Promise<void> => {
      const began = performance.now()
      for (;;) {
        const answer = await heartbeat(there, 'd-two', token)
        if (answer.status === 410) {
          expect(problemIn(answer, '/agents/d-two/heartbeat')['reason']).toBe(reason)
          break
        }
        expect(answer.status).toBe(200)
        expect(performance.now() - began).toBeLessThan(1000)
      }
    }
    const first = await registerAgent(here, 'd-two')
    expect((await heartbeat(there, 'd-two', first.token)).status).toBe(200)
    const second = await registerAgent(here, 'd-two')
    await ended(first.token, 'replaced')
    expect((await heartbeat(there, 'd-two', second.token)).status).toBe(200)
    await send(here, 'DELETE', '/agents/d-two', { token: second.token })
    await ended(second.token, 'unregistered')
    const third = await registerAgent(here, 'd-two')
    expect((await heartbeat(there, 'd-two', third.token)).status).toBe(200)
    const admin = await loginAdmin(here)
    expect((await admin.ask('POST', '/agents/d-two/revoke')).status).toBe(200)
    await ended(third.token, 'revoked')
    // Its own token does not bring it back, as it does after it unregistered itself.
    const again = await request(there, 'POST', '/agents/register', { token: third.token, body: sampleCard('d-two') })
    expect(again.status).toBe(410)
    await Promise.all([here.stop(), there.stop()])
    await redis.stop()
  })
})

describe('the administrator', () => {
  const forgeries = async (admin: AdminClient): Promise<readonly (readonly [what: string, token: string])[]> => [
    ['another secret', await resign('admin', admin.token, {}, 'another-secret-that-signs-no-tokens-here')],
    ['a broken signature', forged(admin.token)],
    ['no signature', `${admin.token.split('.').slice(0, 2).join('.')}.`],
    ['expired', await expired('admin', admin.token)],
    ['no session', await signToken({ kind: 'admin', claims: { sub: 'admin', role: 'admin' } })],
  ]

  it('[X92] is not logged out by a forged token with the own name, nor anybody let in by one', async () => {
    const admin = await loginAdmin(target)
    const headers = { 'X-Client-Fingerprint': admin.fingerprint }
    for (const [what, token] of await forgeries(admin)) {
      for (const [method, path] of [
        ['POST', '/auth/logout'],
        ['GET', '/auth/session_status'],
        ['DELETE', '/agents/witness'],
      ] as const) {
        const answer = await request(target, method, path, { token, headers })
        expect([what, path, problemIn(answer, path).slug]).toStrictEqual([what, path, 'token-invalid'])
      }
      expect(await socketVerdict(target, token)).toStrictEqual([1008, 'Invalid token'])
      expect((await admin.ask('GET', '/auth/session_status')).status).toBe(200)
    }
    // Signed by the hub's own secret, for sessions that are not there or are another's.
    for (const claims of [{ sid: 'none' }, { sub: 'mallory' }, { sid: `${admin.sessionId} ` }]) {
      const token = await resign('admin', admin.token, claims)
      const answer = await request(target, 'POST', '/auth/logout', { token, headers })
      expect([claims, problemIn(answer, '/auth/logout').slug]).toStrictEqual([claims, 'session-invalid'])
    }
    expect((await admin.ask('GET', '/auth/session_status')).status).toBe(200)
    expect((await tryLogin(target)).status).toBe(200)
  })

  it('[X94] the published keys have no private part', async () => {
    const answer = await send(target, 'GET', '/.well-known/jwks.json')
    expect(answer.status).toBe(200)
    // Signatures are made with a shared secret: there is nothing to publish.
    expect(answer.body).toStrictEqual({ keys: [] })
    expect(answer.text).not.toContain(SECRET)
  })
})
