import { describe, expect, it } from 'vitest'

import type { HttpRequest } from '../kernel/http.ts'
import { optionsAnswer, withCommonHeaders, type OriginCheck } from './headers.ts'

const request = (...origins: readonly string[]): HttpRequest => ({
  method: 'GET',
  path: '/',
  query: '',
  headers: new Map(origins.length === 0 ? [] : [['origin', origins]]),
  address: '192.0.2.1',
  scheme: 'http',
  body: async () => {
    throw new Error('unread')
  },
})
const elsewhere = (...origins: readonly string[]): HttpRequest => ({ ...request(...origins), path: '/agents' })
const allowed: OriginCheck = (origin) => {
  if (origin === 'https://app.example') return 'trusted'
  return origin === 'http://localhost:3000' ? 'local' : undefined
}
const answer = { status: 200, headers: [['content-type', 'text/plain']], body: '' } as const
const headersOf = (of: HttpRequest, own: readonly (readonly [string, string])[] = answer.headers) =>
  withCommonHeaders({ ...answer, headers: own }, of, 'id-1', allowed).headers

describe('headers of every answer', () => {
  it('[X138] keep browsers from guessing, framing, telling where they were, and storing', () => {
    expect(new Map(headersOf(request()))).toEqual(
      new Map([
        ['content-type', 'text/plain'],
        ['x-content-type-options', 'nosniff'],
        ['x-frame-options', 'DENY'],
        ['referrer-policy', 'no-referrer'],
        ['content-security-policy', "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
        ['cross-origin-resource-policy', 'same-origin'],
        [
          'permissions-policy',
          'accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()',
        ],
        ['cache-control', 'no-store'],
        ['x-request-id', 'id-1'],
      ]),
    )
  })

  it('over TLS, and only there, browsers are told to stay with it', () => {
    const over = (scheme: 'http' | 'https') => new Map(headersOf({ ...request(), scheme }))
    expect(over('https').get('strict-transport-security')).toBe('max-age=31536000')
    expect(over('http').has('strict-transport-security')).toBe(false)
  })

  it('those an answer brings itself win, and none comes twice', () => {
    const headers = headersOf(request('https://app.example'), [['cache-control', 'no-cache']])
    expect(headers.filter(([name]) => name === 'cache-control')).toEqual([['cache-control', 'no-cache']])
    const names = headers.map(([name]) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('CORS', () => {
  it('[X145] an allowed page may read the answer, by its own name, and with credentials only a configured one', () => {
    const headers = new Map(headersOf(request('https://app.example')))
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('vary')).toBe('Origin')
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    const local = new Map(headersOf(request('http://localhost:3000')))
    expect(local.get('access-control-allow-origin')).toBe('http://localhost:3000')
    expect(local.has('access-control-allow-credentials')).toBe(false)
    const forAll = new Map(headersOf(request('https://app.example'), [['access-control-allow-origin', '*']]))
    expect(forAll.get('access-control-allow-origin')).toBe('*')
    expect(forAll.has('access-control-allow-credentials')).toBe(false)
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After')
  })

  it('[X145] nobody else may, and caches are told that it depends', () => {
    for (const origin of ['https://evil.example', 'null', '*', '', 'https://app.example.evil']) {
      const headers = new Map(headersOf(request(origin)))
      expect([origin, headers.has('access-control-allow-origin'), headers.get('vary')]).toEqual([
        origin,
        false,
        'Origin',
      ])
    }
    expect(
      new Map(headersOf(request('https://app.example', 'https://evil.example'))).has('access-control-allow-origin'),
    ).toBe(false)
  })

  it('OPTIONS / says that somebody is there, and opens nothing for strangers', () => {
    const answer = optionsAnswer(request('https://evil.example'), ['GET', 'OPTIONS'], allowed)
    expect([answer.status, answer.body]).toEqual([200, '{"message":"ARCP hub"}'])
    expect(answer.headers).toEqual([
      ['content-type', 'application/json'],
      ['allow', 'GET, OPTIONS'],
    ])
  })

  it('[X145] a preflight is answered for allowed pages alone', () => {
    const preflight = optionsAnswer(elsewhere('https://app.example'), ['GET', 'OPTIONS'], allowed)
    expect(preflight.status).toBe(204)
    expect(new Map(preflight.headers).get('allow')).toBe('GET, OPTIONS')
    expect(new Map(preflight.headers).get('access-control-allow-headers')).toContain('Authorization')
    expect(new Map(preflight.headers).get('access-control-allow-headers')).toContain('X-Session-Pin')
    expect(new Map(preflight.headers).get('access-control-allow-methods')).toBe('GET, OPTIONS')
    for (const origin of ['https://evil.example', 'null']) {
      expect(optionsAnswer(elsewhere(origin), ['GET'], allowed).headers).toEqual([['allow', 'GET']])
    }
    expect(optionsAnswer(elsewhere(), ['GET'], allowed).headers).toEqual([['allow', 'GET']])
  })
})
