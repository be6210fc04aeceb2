import { describe, expect, it } from 'vitest'

import { cookieSecret, dropCookie, isOwnPage, keepCookie } from './refresh-cookie.ts'

const headers = (given: Readonly<Record<string, string | readonly string[]>>): ReadonlyMap<string, readonly string[]> =>
  new Map(Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? [value] : value]))

describe('the cookie', () => {
  it('is for one path, for no script and for no other site', () => {
    expect(keepCookie('id.secret', 1800, { scheme: 'http' })).toEqual([
      'set-cookie',
      'arcp-refresh=id.secret; Path=/tokens/refresh; Max-Age=1800; HttpOnly; SameSite=Strict',
    ])
    expect(keepCookie('id.secret', 1800, { scheme: 'https' })[1]).toMatch(/; Secure$/)
    expect(dropCookie({ scheme: 'https' })[1]).toMatch(/^arcp-refresh=; .*Max-Age=0;.*Secure$/)
  })

  it('is found among others', () => {
    expect(cookieSecret(headers({ cookie: 'a=1; arcp-refresh=id.secret; b=2' }))).toBe('id.secret')
    expect(cookieSecret(headers({ cookie: ['a=1', 'arcp-refresh=id.secret'] }))).toBe('id.secret')
    for (const cookie of ['', 'a=1', 'arcp-refresh=', 'xarcp-refresh=1', 'arcp-refresh']) {
      expect([cookie, cookieSecret(headers({ cookie }))]).toEqual([cookie, undefined])
    }
    expect(cookieSecret(headers({}))).toBeUndefined()
  })

  it("[X144] is read for the hub's own pages only", () => {
    const ask = (origin: string | readonly string[] | undefined, scheme: 'http' | 'https' = 'https') =>
      isOwnPage({ scheme, headers: headers({ host: 'hub.example:8443', ...(origin === undefined ? {} : { origin }) }) })
    expect(ask('https://hub.example:8443')).toBe(true)
    expect(ask('HTTPS://Hub.example:8443')).toBe(true)
    const others = [
      undefined,
      'null',
      '',
      'https://hub.example',
      'http://hub.example:8443',
      'https://hub.example:8443.evil.example',
      'https://evil.example',
      ['https://hub.example:8443', 'https://hub.example:8443'],
    ]
    for (const origin of others) expect([origin, ask(origin)]).toEqual([origin, false])
    expect(isOwnPage({ scheme: 'https', headers: headers({ origin: 'https://' }) })).toBe(false)
  })
})
