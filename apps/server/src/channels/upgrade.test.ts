import { describe, expect, it } from 'vitest'

import { checkHandshake, checkOrigin, isLocalhost } from './upgrade.ts'

const GOOD = {
  host: ['hub.example'],
  upgrade: ['websocket'],
  connection: ['Upgrade'],
  'sec-websocket-key': ['dGhlIHNhbXBsZSBub25jZQ=='],
  'sec-websocket-version': ['13'],
} as const

type Over = Readonly<Record<string, readonly string[] | undefined>>

const check = (over: Over = {}, query = '', method = 'GET') => {
  const entries = Object.entries<readonly string[] | undefined>({ ...GOOD, ...over })
  const headers = new Map(entries.flatMap(([name, values]) => (values === undefined ? [] : [[name, values] as const])))
  return checkHandshake({ method, headers, query })?.slug
}

describe('handshake', () => {
  it('[C1] a good one passes, as browsers, proxies and libraries spell it', () => {
    for (const over of [
      {},
      { upgrade: ['WebSocket'] },
      { connection: ['keep-alive, Upgrade'] },
      { connection: ['keep-alive', 'UPGRADE'] },
      { origin: ['https://any.example'] },
      { 'content-length': ['0'] },
      { 'sec-websocket-protocol': ['chat'], 'sec-websocket-extensions': ['permessage-deflate'] },
    ]) {
      expect([over, check(over)]).toEqual([over, undefined])
    }
    expect(check({}, 'page=1&tokens_wanted=2')).toBeUndefined()
  })

  it.each<[string, Over, string]>([
    ['[X6] two Origin headers', { origin: ['https://a.example', 'https://b.example'] }, 'request-error'],
    ['[X7] version 8', { 'sec-websocket-version': ['8'] }, 'upgrade-required'],
    ['[X7] no version', { 'sec-websocket-version': undefined }, 'upgrade-required'],
    ['[X7] two versions', { 'sec-websocket-version': ['13', '13'] }, 'request-error'],
    ['[X7] two versions in one', { 'sec-websocket-version': ['13, 8'] }, 'upgrade-required'],
    ['[X8] no Connection', { connection: undefined }, 'request-error'],
    ['[X8] Connection without Upgrade', { connection: ['keep-alive'] }, 'request-error'],
    ['[X8] Connection that only looks like it', { connection: ['upgrade-insecure'] }, 'request-error'],
    ['[X9] no key', { 'sec-websocket-key': undefined }, 'request-error'],
    ['[X9] an empty key', { 'sec-websocket-key': [''] }, 'request-error'],
    ['[X9] a short key', { 'sec-websocket-key': ['dGhlIHNhbXBsZQ=='] }, 'request-error'],
    ['[X9] a long key', { 'sec-websocket-key': ['dGhlIHNhbXBsZSBub25jZTAw'] }, 'request-error'],
    ['[X9] a key with spare bits', { 'sec-websocket-key': ['dGhlIHNhbXBsZSBub25jZR=='] }, 'request-error'],
    ['[X9] a key of other letters', { 'sec-websocket-key': ['dGhlIHNhbXBsZSBub25j_Q=='] }, 'request-error'],
    ['[X9] two keys', { 'sec-websocket-key': [...GOOD['sec-websocket-key'], 'x'] }, 'request-error'],
    ['[X10] Upgrade: h2c', { upgrade: ['h2c'] }, 'upgrade-required'],
    ['[X10] Upgrade: websocket, h2c', { upgrade: ['websocket, h2c'] }, 'upgrade-required'],
    ['[X10] two Upgrade headers', { upgrade: ['websocket', 'h2c'] }, 'request-error'],
    ['[X10] no Upgrade', { upgrade: undefined }, 'upgrade-required'],
    ['[X14] two lengths', { 'content-length': ['0', '0'] }, 'request-error'],
    ['[X14] a body', { 'content-length': ['5'] }, 'request-error'],
    ['[X15] a chunked body', { 'transfer-encoding': ['chunked'] }, 'request-error'],
    ['[X19] no Host', { host: undefined }, 'request-error'],
    ['[X19] two Host headers', { host: ['a.example', 'b.example'] }, 'request-error'],
  ])('%s is refused', (_name, over, slug) => {
    expect(check(over)).toBe(slug)
  })

  it('[X11] anything but GET is refused', () => {
    for (const method of ['POST', 'get', 'HEAD', 'OPTIONS']) expect(check({}, '', method)).toBe('method-not-allowed')
  })

  it('[X12] a token in the query is refused, and not repeated', () => {
    for (const query of ['token=s3cret', 'a=1&access_token=s3cret', 'TOKEN=s3cret', '%74oken=s3cret', 'jwt=s3cret']) {
      expect([query, check({}, query)]).toEqual([query, 'request-error'])
      const headers = new Map<string, readonly string[]>(Object.entries(GOOD))
      expect(JSON.stringify(checkHandshake({ method: 'GET', headers, query }))).not.toContain('s3cret')
    }
  })
})

describe('origin', () => {
  const OWN = 'https://dash.example'
  const rules = { allowed: new Set(['https://app.example']), trustLocalhost: false }
  const from = (origin: string | undefined, over = rules) =>
    checkOrigin(new Map(origin === undefined ? [] : [['origin', [origin]]]), OWN, over)?.slug

  it("[C9] the hub's own, an allowed one and none pass", () => {
    for (const origin of [OWN, 'https://app.example', undefined])
      expect([origin, from(origin)]).toEqual([origin, undefined])
  })

  it.each([
    ['[X1] evil', 'https://evil.example'],
    ['[X2] null', 'null'],
    ['[X3] a prefix of it', 'https://dash.example.evil'],
    ['[X4] a suffix of it', 'https://evildash.example'],
    ['[X5] another port', 'https://dash.example:8443'],
    ['[X5] its default port', 'https://dash.example:443'],
    ['[X5] other case', 'https://DASH.example'],
    ['[X5] userinfo', 'https://dash.example@evil.example'],
    ['[X5] userinfo the other way', 'https://evil@dash.example'],
    ['[X5] a path', 'https://dash.example/'],
    ['[X5] another scheme', 'http://dash.example'],
    ['[X5] empty', ''],
    ['[X5] localhost', 'http://localhost:3000'],
  ])('%s is refused', (_name, origin) => {
    expect(from(origin)).toBe('forbidden')
  })

  it('[C9] in development every page of this machine passes, and none that only looks like it', () => {
    const development = { ...rules, trustLocalhost: true }
    for (const origin of ['http://localhost', 'http://localhost:5173', 'https://127.0.0.1:8443', 'http://127.0.0.1']) {
      expect([origin, from(origin, development)]).toEqual([origin, undefined])
    }
    for (const origin of [
      'http://localhost.evil.example',
      'http://evil.example:80/localhost',
      'http://127.0.0.1.evil.example',
      'http://localhost:3000@evil.example',
      'http://127x0x0x1',
      'ftp://localhost',
      'http://localhost:',
      'http://localhost:123456',
      'http://localhost\n',
    ]) {
      expect([origin, from(origin, development)]).toEqual([origin, 'forbidden'])
      expect(isLocalhost(origin)).toBe(false)
    }
  })
})
