import { describe, expect, it } from 'vitest'

import type { Limit } from '../kernel/meter.ts'
import { createAdmission, type AdmissionRules } from './admission.ts'

const OPEN: AdmissionRules = {
  blocked: [],
  defaultDeny: false,
  allowed: [],
  hosts: [],
  ownHosts: [],
  development: false,
}

const setUp = (rules: Partial<AdmissionRules>) => {
  const hits: Limit[] = []
  const admit = createAdmission({ ...OPEN, ...rules }, { limited: (limit) => void hits.push(limit) })
  const ask = (address: string, host: string | readonly string[] = 'hub.example', path = '/') => {
    const headers = new Map([['host', typeof host === 'string' ? [host] : host]])
    return admit({ address, headers, path })?.slug
  }
  return { ask, hits, byHost: (host: string) => ask('192.0.2.1', host) }
}

describe('clients by address', () => {
  it('a blocked address or range is refused, others are served', () => {
    const { ask, hits } = setUp({ blocked: ['192.0.2.7', '198.51.100.0/24', '2001:db8::/32'] })
    for (const address of ['192.0.2.7', '198.51.100.200', '2001:db8::1']) expect(ask(address)).toBe('forbidden')
    for (const address of ['192.0.2.8', '198.51.101.1', '2001:db9::1']) expect(ask(address)).toBe(undefined)
    expect(hits).toEqual(['ip_filter', 'ip_filter', 'ip_filter'])
  })

  it('with IP_DEFAULT_DENY only the allowed are served, and blocked wins over allowed', () => {
    const { ask } = setUp({ defaultDeny: true, allowed: ['10.0.0.0/8', '::1'], blocked: ['10.6.6.6'] })
    expect([ask('10.1.2.3'), ask('::1')]).toEqual([undefined, undefined])
    expect([ask('10.6.6.6'), ask('192.0.2.1'), ask('')]).toEqual(['forbidden', 'forbidden', 'forbidden'])
    expect(setUp({ allowed: ['10.0.0.0/8'] }).ask('192.0.2.1')).toBe(undefined)
  })
})

describe('the name a hub is called by', () => {
  it.each(['localhost', 'localhost:8001', 'LOCALHOST:1', 'hub.localhost', '127.0.0.1:8001', '[::1]:8001', '192.0.2.1'])(
    '[X19] in development %s is this machine or a plain address',
    (host) => expect(setUp({ development: true }).byHost(host)).toBe(undefined),
  )

  it.each([
    'evil.example',
    'evil.example:8001',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'notlocalhost',
    'localhost:8001:1',
    'localhost/',
    'evil@localhost',
    'localhost ',
    '[::1',
    '',
  ])('[X19] in development a page that calls this machine %j is refused', (host) => {
    expect(setUp({ development: true }).byHost(host)).toBe('request-error')
  })

  it('[X19] a Host that is missing or sent twice is no name', () => {
    const { ask } = setUp({ development: true })
    expect([ask('192.0.2.1', []), ask('192.0.2.1', ['localhost', 'localhost'])]).toEqual([
      'request-error',
      'request-error',
    ])
  })

  it('TRUSTED_HOSTS adds names in development and is all there is elsewhere', () => {
    const hosts = ['arcp.example.com', '*.Hubs.example', '10.0.0.0/8']
    const there = setUp({ hosts })
    for (const host of [
      'ARCP.example.com:443',
      'arcp.example.com.',
      'a.hubs.example',
      'b.a.hubs.example',
      '10.1.1.1',
    ]) {
      expect([host, there.byHost(host)]).toEqual([host, undefined])
    }
    for (const host of ['example.com', 'hubs.example', 'evilhubs.example', '192.0.2.1', 'localhost']) {
      expect([host, there.byHost(host)]).toEqual([host, 'request-error'])
    }
    const here = setUp({ hosts, development: true, ownHosts: ['box.lan'] })
    expect(['arcp.example.com', 'localhost', 'box.lan'].map(here.byHost)).toEqual([undefined, undefined, undefined])
    expect(here.byHost('evil.example')).toBe('request-error')
  })

  it('any name is good where none is set outside of development, or with *', () => {
    expect(setUp({}).byHost('anything.example')).toBe(undefined)
    expect(setUp({ hosts: ['*'], development: true }).byHost('anything.example')).toBe(undefined)
  })

  it('health checks are answered by any name, from addresses that are served', () => {
    const { ask } = setUp({ hosts: ['arcp.example.com'], blocked: ['192.0.2.7'] })
    expect(['/livez', '/readyz'].map((path) => ask('192.0.2.1', '10.0.0.9:8001', path))).toEqual([undefined, undefined])
    expect(ask('192.0.2.1', '10.0.0.9:8001', '/health')).toBe('request-error')
    expect(ask('192.0.2.7', 'arcp.example.com', '/livez')).toBe('forbidden')
  })
})
