import { createHmac, generateKeyPairSync } from 'node:crypto'

import { createFakeTime, FAKE_EPOCH } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createAuth } from '../../domain/auth.ts'
import type { AccessClaims, AdminClaims, TempClaims, UserClaims } from '../../domain/tokens.ts'
import { ok } from '../../kernel/result.ts'
import { createJwtTokens } from './jwt-tokens.ts'

const SECRET = 'a secret of at least thirty-two bytes'
const NOW_S = FAKE_EPOCH / 1000

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token with whatever header and payload, rightly signed. Text is taken as it is. */
const forge = (header: unknown, payload: unknown, secret: string = SECRET, hash = 'sha256'): string => {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}

const KINDS = {
  temp: {
    typ: 'arcp-temp+jwt',
    aud: 'arcp:validate',
    sub: 'temp_agent-a',
    role: 'agent',
    agent_id: 'agent-a',
    agent_type: 'testing',
    key_id: 'key',
  },
  access: {
    typ: 'arcp-access+jwt',
    aud: 'arcp:operations',
    sub: 'agent-a',
    role: 'agent',
    agent_id: 'agent-a',
    key_id: 'key',
    inc: 2,
    ep: 'e',
    off: 5,
  },
  admin: { typ: 'arcp-admin+jwt', aud: 'arcp:admin', sub: 'root', role: 'admin', sid: 's' },
  user: { typ: 'arcp-user+jwt', aud: 'arcp:user', sub: 'ann', role: 'user', agent_id: 'agent-a', scopes: [] },
} as const
type Kind = keyof typeof KINDS

const headerOf = (kind: Kind) => ({ alg: 'HS256', typ: KINDS[kind].typ })
const payloadOf = (kind: Kind): Readonly<Record<string, unknown>> => {
  const { typ: _typ, ...claims } = KINDS[kind]
  return { ...claims, iss: 'arcp', jti: 'j', iat: NOW_S, exp: NOW_S + 100 }
}

const without = (value: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))

const setUp = async (cacheSize = 100) => {
  const time = createFakeTime()
  const tokens = await createJwtTokens({ secret: SECRET, issuer: 'arcp', clock: time.clock, cacheSize })
  const verdict = async (token: string): Promise<string> => {
    const result = await tokens.verify(token)
    return result.ok ? result.value.kind : result.error
  }
  return { time, tokens, verdict }
}

const accessClaims: AccessClaims = {
  kind: 'access',
  agentId: 'agent-a',
  keyId: 'key',
  incarnation: 2,
  epoch: 'e',
  offset: 5,
  jti: 'j',
  issuedAt: NOW_S,
  expiresAt: NOW_S + 100,
}
const tempClaims: TempClaims = {
  kind: 'temp',
  agentId: 'agent-a',
  agentType: 'testing',
  keyId: 'key',
  jti: 'j',
  issuedAt: NOW_S,
  expiresAt: NOW_S + 900,
}

const times = { jti: 'j', issuedAt: NOW_S, expiresAt: NOW_S + 100 }
const adminClaims: AdminClaims = { kind: 'admin', user: 'root', sessionId: 's', ...times }
const userClaims: UserClaims = { kind: 'user', user: 'ann', agentId: 'agent-a', scopes: ['read'], ...times }

describe('signing', () => {
  it('what was signed is read back', async () => {
    const { tokens } = await setUp()
    expect(await tokens.verify(await tokens.signAccess(accessClaims))).toEqual(ok(accessClaims))
    expect(await tokens.verify(await tokens.signTemp(tempClaims))).toEqual(ok(tempClaims))
    expect(await tokens.verify(await tokens.signAdmin(adminClaims))).toEqual(ok(adminClaims))
    expect(await tokens.verify(await tokens.signUser(userClaims))).toEqual(ok(userClaims))
  })

  it('what one hub signed, another verifies: claim by claim, with nothing remembered', async () => {
    const [here, there] = await Promise.all([setUp(), setUp()])
    expect(await there.tokens.verify(await here.tokens.signAccess(accessClaims))).toEqual(ok(accessClaims))
    expect(await there.tokens.verify(await here.tokens.signTemp(tempClaims))).toEqual(ok(tempClaims))
    expect(await there.tokens.verify(await here.tokens.signAdmin(adminClaims))).toEqual(ok(adminClaims))
    expect(await there.tokens.verify(await here.tokens.signUser(userClaims))).toEqual(ok(userClaims))
  })

  it('what was signed is not remembered beyond its end', async () => {
    const { tokens, time, verdict } = await setUp()
    const token = await tokens.signAccess(accessClaims)
    time.advance(104_000)
    expect(await verdict(token)).toBe('access')
    time.advance(1000)
    expect(await verdict(token)).toBe('expired')
    expect(await verdict(token)).toBe('expired')
  })

  it("the tokens of this file are as good as the hub's own", async () => {
    const { verdict } = await setUp()
    for (const kind of ['temp', 'access', 'admin', 'user'] as const) {
      expect(await verdict(forge(headerOf(kind), payloadOf(kind)))).toBe(kind)
    }
  })

  it('the same claims make the same token: a retry gets its first answer again', async () => {
    const { tokens } = await setUp()
    expect(await tokens.signAccess(accessClaims)).toBe(await tokens.signAccess(accessClaims))
  })
})

describe('headers', () => {
  it('[X64] alg none, in any spelling, signed or not', async () => {
    const { verdict } = await setUp()
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, ['HS256']]) {
      const header = { ...headerOf('access'), alg }
      const unsigned = `${encode(header)}.${encode(payloadOf('access'))}.`
      expect(await verdict(unsigned)).toBe('malformed')
      expect(await verdict(`${unsigned}AA`)).toBe('malformed')
      expect(await verdict(forge(header, payloadOf('access')))).toBe('malformed')
    }
  })

  it('[X65] a public key as the secret', async () => {
    const { verdict } = await setUp()
    const { publicKey } = generateKeyPairSync('ed25519')
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    expect(await verdict(forge(headerOf('access'), payloadOf('access'), pem))).toBe('invalid')
  })

  it('[X66] other algorithms, rightly signed', async () => {
    const { verdict } = await setUp()
    const sign = (alg: string, hash: string) => forge({ ...headerOf('access'), alg }, payloadOf('access'), SECRET, hash)
    expect(await verdict(sign('HS512', 'sha512'))).toBe('malformed')
    expect(await verdict(sign('HS384', 'sha384'))).toBe('malformed')
    expect(await verdict(sign('hs256', 'sha256'))).toBe('malformed')
    expect(await verdict(sign('HS256', 'sha512'))).toBe('invalid')
  })

  it.each<[string, unknown]>([
    ['[X67] kid', 'one'],
    ['[X68] kid', "' OR 1=1 --"],
    ['[X68] kid', '../../dev/null'],
    ['[X69] jwk', { kty: 'oct', k: 'AA' }],
    ['[X69] jku', 'https://evil.example/jwks'],
    ['[X69] x5u', 'https://evil.example/cert'],
    ['[X69] x5c', ['AAAA']],
    ['[X69] x5t', 'AAAA'],
    ['[X70] crit', ['exp']],
    ['[X71] b64', false],
    ['[X69] cty', 'JWT'],
  ])('%s in the header is refused, rightly signed or not', async (name, value) => {
    const { verdict } = await setUp()
    const header = { ...headerOf('access'), [name.slice(name.indexOf(' ') + 1)]: value }
    expect(await verdict(forge(header, payloadOf('access')))).toBe('malformed')
    expect(await verdict(forge(header, payloadOf('access'), 'wrong'))).toBe('malformed')
  })

  it('[X60] a header that is no plain object', async () => {
    const { verdict } = await setUp()
    for (const header of ['[]', 'null', '1', '"HS256"', '{', '', '{"alg":"HS256"}', '{"typ":"arcp-access+jwt"}']) {
      expect(await verdict(forge(header, payloadOf('access')))).toBe('malformed')
    }
    const hidden = `{"__proto__":{"alg":"HS256","typ":"arcp-access+jwt"}}`
    expect(await verdict(forge(hidden, payloadOf('access')))).toBe('malformed')
  })
})

describe('times', () => {
  it.each<[string, unknown]>([
    ['a string', `${NOW_S + 100}`],
    ['null', null],
    ['half a second', NOW_S + 0.5],
    ['negative', -1],
  ])('[X72] exp is %s', async (_name, exp) => {
    const { verdict } = await setUp()
    expect(await verdict(forge(headerOf('access'), { ...payloadOf('access'), exp }))).not.toBe('access')
  })

  it('[X72] exp is missing, infinite or beyond whole numbers', async () => {
    const { verdict } = await setUp()
    expect(await verdict(forge(headerOf('access'), without(payloadOf('access'), 'exp')))).toBe('invalid')
    for (const exp of ['1e400', '1e300', '9007199254740993']) {
      const text = JSON.stringify({ ...payloadOf('access'), exp: 0 }).replace('"exp":0', `"exp":${exp}`)
      expect(await verdict(forge(headerOf('access'), text))).toBe('invalid')
    }
  })

  it('[X73] iat or nbf in the future: five seconds are forgiven', async () => {
    const { verdict } = await setUp()
    const at = (over: object) => verdict(forge(headerOf('access'), { ...payloadOf('access'), ...over }))
    expect(await at({ iat: NOW_S + 5 })).toBe('access')
    expect(await at({ iat: NOW_S + 6 })).toBe('invalid')
    expect(await at({ nbf: NOW_S + 5 })).toBe('access')
    expect(await at({ nbf: NOW_S + 6 })).toBe('invalid')
    expect(await at({ nbf: 'soon' })).toBe('invalid')
    expect(await at({ iat: '1' })).toBe('invalid')
  })

  it('[X72] exp: five seconds are forgiven, with the token known or not', async () => {
    const warm = await setUp()
    const token = forge(headerOf('access'), payloadOf('access'))
    expect(await warm.verdict(token)).toBe('access')
    warm.time.advance(104_999)
    expect(await warm.verdict(token)).toBe('access')
    expect(await (await coldAt(104_999))(token)).toBe('access')
    warm.time.advance(1)
    expect(await warm.verdict(token)).toBe('expired')
    expect(await warm.verdict(token)).toBe('expired')
    expect(await (await coldAt(105_000))(token)).toBe('expired')
  })

  const coldAt = async (ms: number) => {
    const { time, verdict } = await setUp()
    time.advance(ms)
    return verdict
  }
})

describe('claims', () => {
  it('[X74] a wrong or missing issuer', async () => {
    const { verdict } = await setUp()
    for (const iss of ['evil', 'ARCP', '', null, ['arcp'], 'arcp ']) {
      expect(await verdict(forge(headerOf('access'), { ...payloadOf('access'), iss }))).toBe('invalid')
    }
    expect(await verdict(forge(headerOf('access'), without(payloadOf('access'), 'iss')))).toBe('invalid')
  })

  it('[X75] a wrong or missing audience, and a list that has the right one in it', async () => {
    const { verdict } = await setUp()
    const right = 'arcp:operations'
    for (const aud of ['arcp:admin', '', null, [right], [right, 'arcp:admin'], ['arcp:admin', right], {}]) {
      expect([aud, await verdict(forge(headerOf('access'), { ...payloadOf('access'), aud }))]).toEqual([aud, 'invalid'])
    }
    expect(await verdict(forge(headerOf('access'), without(payloadOf('access'), 'aud')))).toBe('invalid')
  })

  it("[X76] each kind's claims under each other kind's typ, and under none", async () => {
    const { verdict } = await setUp()
    const kinds = ['temp', 'access', 'admin', 'user'] as const
    for (const typ of kinds) {
      for (const claims of kinds) {
        const expected = typ === claims ? typ : 'invalid'
        expect([typ, claims, await verdict(forge(headerOf(typ), payloadOf(claims)))]).toEqual([typ, claims, expected])
        // With the audience of the typ it claims to be, its own claims must still tell it apart.
        const dressed = { ...payloadOf(claims), aud: KINDS[typ].aud }
        expect([typ, claims, await verdict(forge(headerOf(typ), dressed))]).toEqual([typ, claims, expected])
      }
    }
    for (const typ of ['JWT', 'at+jwt', 'ARCP-ACCESS+JWT', 'application/arcp-access+jwt', '', null, 7]) {
      expect(await verdict(forge({ alg: 'HS256', typ }, payloadOf('access')))).toBe('malformed')
    }
  })

  it('[X77][X78] a role that is missing, escalated, a list or of other case', async () => {
    const { verdict } = await setUp()
    for (const role of ['admin', 'Agent', 'AGENT', ['agent'], null, 1, '']) {
      expect(await verdict(forge(headerOf('access'), { ...payloadOf('access'), role }))).toBe('invalid')
    }
    for (const role of ['agent', 'Admin', ['admin']]) {
      expect(await verdict(forge(headerOf('admin'), { ...payloadOf('admin'), role }))).toBe('invalid')
    }
    for (const role of ['admin', 'agent', 'User', ['user']]) {
      expect(await verdict(forge(headerOf('user'), { ...payloadOf('user'), role }))).toBe('invalid')
    }
    for (const kind of ['temp', 'access', 'admin', 'user'] as const) {
      expect(await verdict(forge(headerOf(kind), without(payloadOf(kind), 'role')))).toBe('invalid')
    }
  })

  it('[X79] an incarnation or offset that is missing or no count', async () => {
    const { verdict } = await setUp()
    for (const name of ['inc', 'off']) {
      expect(await verdict(forge(headerOf('access'), without(payloadOf('access'), name)))).toBe('invalid')
      for (const value of ['2', -1, 1.5, null, [2]]) {
        expect(await verdict(forge(headerOf('access'), { ...payloadOf('access'), [name]: value }))).toBe('invalid')
      }
    }
  })

  it('[X79] an epoch that is missing or no text', async () => {
    const { verdict } = await setUp()
    expect(await verdict(forge(headerOf('access'), without(payloadOf('access'), 'ep')))).toBe('invalid')
    for (const ep of [2, null, ['e'], { e: 1 }]) {
      expect(await verdict(forge(headerOf('access'), { ...payloadOf('access'), ep }))).toBe('invalid')
    }
  })

  it('a session, an agent or scopes that are missing or of another type', async () => {
    const { verdict } = await setUp()
    const wrong = [
      ['admin', 'sid', [undefined, null, 7, ['s']]],
      ['user', 'agent_id', [undefined, null, 7]],
      ['user', 'scopes', [undefined, null, 'read', [7]]],
    ] as const
    for (const [kind, name, values] of wrong) {
      for (const value of values) {
        const claims = { ...payloadOf(kind), [name]: value }
        expect([name, value, await verdict(forge(headerOf(kind), claims))]).toEqual([name, value, 'invalid'])
      }
    }
  })

  it('[X81] a subject that is not its agent', async () => {
    const { verdict } = await setUp()
    expect(await verdict(forge(headerOf('access'), { ...payloadOf('access'), sub: 'agent-b' }))).toBe('invalid')
    expect(await verdict(forge(headerOf('access'), { ...payloadOf('access'), agent_id: 'agent-b' }))).toBe('invalid')
    expect(await verdict(forge(headerOf('temp'), { ...payloadOf('temp'), sub: 'agent-a' }))).toBe('invalid')
    expect(await verdict(forge(headerOf('temp'), { ...payloadOf('temp'), agent_id: 'agent-b' }))).toBe('invalid')
  })

  it('[X58] claims that are missing or of another type', async () => {
    const { verdict } = await setUp()
    for (const name of ['jti', 'iat', 'sub']) {
      for (const kind of ['temp', 'access', 'admin', 'user'] as const) {
        expect(await verdict(forge(headerOf(kind), without(payloadOf(kind), name)))).toBe('invalid')
        expect(await verdict(forge(headerOf(kind), { ...payloadOf(kind), [name]: { a: 1 } }))).toBe('invalid')
      }
    }
    for (const name of ['agent_id', 'key_id', 'agent_type']) {
      expect(await verdict(forge(headerOf('temp'), { ...payloadOf('temp'), [name]: 7 }))).toBe('invalid')
    }
    for (const payload of ['[]', 'null', '7', 'not json']) {
      expect(await verdict(forge(headerOf('access'), payload))).toBe('invalid')
    }
  })
})

describe('spelling', () => {
  it('[X86] the same signature with other spare bits is another token, and refused', async () => {
    const { verdict } = await setUp()
    const token = forge(headerOf('access'), payloadOf('access'))
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(token.at(-1) ?? '')
    expect(last % 4).toBe(0)
    for (const spare of [1, 2, 3]) {
      const variant = `${token.slice(0, -1)}${alphabet[last + spare]}`
      expect(Buffer.from(variant.split('.')[2] ?? '', 'base64url')).toEqual(
        Buffer.from(token.split('.')[2] ?? '', 'base64url'),
      )
      expect(await verdict(variant)).toBe('malformed')
    }
    expect(await verdict(token)).toBe('access')
  })

  it('[X87] padded, with whitespace, with more or fewer dots', async () => {
    const { verdict } = await setUp()
    const token = forge(headerOf('access'), payloadOf('access'))
    const [head = '', body = '', signature = ''] = token.split('.')
    const variants = [
      `${token}=`,
      `${token} `,
      ` ${token}`,
      `${token}\n`,
      `${head}.${body}. ${signature}`,
      `${head}.${body}=.${signature}`,
      `${head}.${body}`,
      `${head}.${body}.`,
      `.${body}.${signature}`,
      `${head}..${signature}`,
      `${token}.`,
      `${token}.${signature}`,
      `${head}.${head}.${body}.${signature}.${signature}`,
      token.replaceAll('-', '+').replaceAll('_', '/').replace('.', '+.'),
      '',
      '.',
      '..',
    ]
    for (const variant of variants) expect([variant, await verdict(variant)]).toEqual([variant, 'malformed'])
  })

  it('[X87] more than 4096 characters are not even looked at', async () => {
    const { tokens } = await setUp()
    const looked: number[] = []
    const auth = createAuth({
      tokens: {
        verify: (token) => {
          looked.push(token.length)
          return tokens.verify(token)
        },
      },
      view: { get: () => undefined, position: () => ({ epoch: 'e', offset: 0 }), reached: async () => true },
      store: { tombstone: async () => ok(undefined) },
      sessions: { get: async () => undefined, getFor: async () => undefined },
    })
    const sized = (size: number): string => {
      const bare = forge(headerOf('temp'), { ...payloadOf('temp'), pad: '' }).length
      let pad = Math.floor(((size - bare) / 4) * 3) - 4
      let token = ''
      while (token.length < size) token = forge(headerOf('temp'), { ...payloadOf('temp'), pad: 'x'.repeat((pad += 1)) })
      return token
    }
    const fits = sized(4090)
    expect(fits.length).toBeLessThanOrEqual(4096)
    expect((await auth.verify(fits)).ok).toBe(true)
    expect(await auth.verify(sized(4097))).toEqual({ ok: false, error: { kind: 'invalid' } })
    expect(looked).toEqual([fits.length])
  })

  it('[X92] one changed bit anywhere is refused', async () => {
    const { verdict } = await setUp()
    const token = forge(headerOf('admin'), payloadOf('admin'))
    for (let at = 0; at < token.length; at += 7) {
      if (token[at] === '.') continue
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
      expect(['malformed', 'invalid']).toContain(await verdict(changed))
    }
    expect(await verdict(forge(headerOf('admin'), payloadOf('admin'), 'another secret of thirty-two bytes'))).toBe(
      'invalid',
    )
  })
})

describe('the cache', () => {
  it('never turns a refusal into more than a refusal, or back', async () => {
    const { verdict } = await setUp(1)
    const good = forge(headerOf('access'), payloadOf('access'))
    const bad = forge(headerOf('access'), payloadOf('access'), 'wrong secret, but long enough for it')
    for (const token of [good, bad, good, bad, good]) {
      expect(await verdict(token)).toBe(token === good ? 'access' : 'invalid')
    }
  })

  it('holds no more than its size', async () => {
    const { verdict, time } = await setUp(2)
    const many = Array.from({ length: 5 }, (_, n) =>
      forge(headerOf('access'), { ...payloadOf('access'), jti: `j${n}` }),
    )
    for (const token of [...many, ...many]) expect(await verdict(token)).toBe('access')
    time.advance(105_000)
    for (const token of many) expect(await verdict(token)).toBe('expired')
  })
})
