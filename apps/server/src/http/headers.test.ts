import { describe, expect, it } from 'vitest'

import type { HttpRequest } from '../kernel/http.ts'
import { optionsAnswer, withCommonHeaders } from './headers.ts'

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
const allowed = (origin: string): boolean => origin === 'https://app.example'
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
        ['cache-control', 'no-store'],
        ['x-request-id', 'id-1'],
      ]),
    )
  })

  it('those an answer brings itself win, and none comes twice', () => {
    const headers = headersOf(request('https://app.example'), [['cache-control', 'no-cache']])
    expect(headers.filter(([name]) => name === 'cache-control')).toEqual([['cache-control', 'no-cache']])
    const names = headers.map(([name]) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('CORS', () => {
  it('[X145] an allowed page may read the answer, by its own name and without credentials', () => {
    const headers = new Map(headersOf(request('https://app.example')))
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('vary')).toBe('Origin')
    expect(headers.has('access-control-allow-credentials')).toBe(false)
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

  it('[X145] a preflight is answered for allowed pages alone', () => {
    const preflight = optionsAnswer(request('https://app.example'), ['GET', 'OPTIONS'], allowed)
    expect(preflight.status).toBe(204)
    expect(new Map(preflight.headers).get('allow')).toBe('GET, OPTIONS')
    expect(new Map(preflight.headers).get('access-control-allow-headers')).toContain('Authorization')
    for (const origin of ['https://evil.example', 'null']) {
      expect(optionsAnswer(request(origin), ['GET'], allowed).headers).toEqual([['allow', 'GET']])
    }
    expect(optionsAnswer(request(), ['GET'], allowed).headers).toEqual([['allow', 'GET']])
  })
})
