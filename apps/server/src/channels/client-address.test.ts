import { describe, expect, it } from 'vitest'

import { createAddressSet } from '../kernel/address.ts'
import { clientAddress, clientScheme } from './client-address.ts'

const isProxy = createAddressSet(['10.0.0.0/8', '127.0.0.1', '2001:db8:ffff::/48'])
const forwarded = (...values: readonly string[]) => new Map([['x-forwarded-for', values]])
const proto = (...values: readonly string[]) => new Map([['x-forwarded-proto', values]])

describe('clientAddress', () => {
  it('[X20] a peer that is no proxy is the client, whatever it says', () => {
    expect(clientAddress('192.0.2.1', forwarded('203.0.113.9'), isProxy)).toBe('192.0.2.1')
    expect(clientAddress('2001:db8::1', forwarded('127.0.0.1'), isProxy)).toBe('2001:db8::1')
    expect(clientAddress('192.0.2.1', forwarded('203.0.113.9'), () => false)).toBe('192.0.2.1')
  })

  it('[X20] behind a proxy it is the last address that is not a proxy: what stands before was said by the client', () => {
    expect(clientAddress('10.0.0.1', forwarded('203.0.113.9'), isProxy)).toBe('203.0.113.9')
    expect(clientAddress('10.0.0.1', forwarded('1.1.1.1, 203.0.113.9'), isProxy)).toBe('203.0.113.9')
    expect(clientAddress('10.0.0.1', forwarded('1.1.1.1', '203.0.113.9,10.0.0.7'), isProxy)).toBe('203.0.113.9')
    expect(clientAddress('10.0.0.1', forwarded(' 2001:db8::5 ,10.0.0.7 '), isProxy)).toBe('2001:db8::5')
  })

  it('knows proxies and clients that come mapped into IPv6', () => {
    expect(clientAddress('0000:0000:0000:0000:0000:ffff:0a00:0001', forwarded('203.0.113.9'), isProxy)).toBe(
      '203.0.113.9',
    )
    expect(clientAddress('::ffff:10.0.0.1', forwarded('::ffff:203.0.113.9'), isProxy)).toBe('203.0.113.9')
    expect(clientAddress('0000:0000:0000:0000:0000:ffff:c000:0201', new Map(), isProxy)).toBe('192.0.2.1')
  })

  it('a proxy that says nothing, or nonsense, stands for itself', () => {
    expect(clientAddress('10.0.0.1', new Map(), isProxy)).toBe('10.0.0.1')
    for (const value of ['', 'unknown', '203.0.113.9:4711', '_hidden', '203.0.113.9, garbage', '999.1.1.1']) {
      expect(clientAddress('10.0.0.1', forwarded(value), isProxy)).toBe('10.0.0.1')
    }
    expect(clientAddress('10.0.0.1', forwarded('203.0.113.9, garbage, 10.0.0.7'), isProxy)).toBe('10.0.0.7')
  })

  it('only proxies: the first of them', () => {
    expect(clientAddress('10.0.0.1', forwarded('10.0.0.3, 10.0.0.2'), isProxy)).toBe('10.0.0.3')
  })

  it('[X21] a chain of 50 is not followed to its end', () => {
    const chain = ['203.0.113.9', ...Array.from({ length: 49 }, (_, n) => `10.0.1.${n}`)]
    expect(clientAddress('10.0.0.1', forwarded(chain.join(',')), isProxy)).toBe('10.0.1.33')
  })
})

describe('clientScheme', () => {
  it('is what the last trusted proxy says, http without one', () => {
    expect(clientScheme('10.0.0.1', proto('https'), isProxy)).toBe('https')
    expect(clientScheme('10.0.0.1', proto('http, HTTPS '), isProxy)).toBe('https')
    expect(clientScheme('10.0.0.1', proto('https', 'http'), isProxy)).toBe('http')
    expect(clientScheme('10.0.0.1', proto('gopher'), isProxy)).toBe('http')
    expect(clientScheme('10.0.0.1', new Map(), isProxy)).toBe('http')
  })

  it('[X20] a stranger cannot make it https', () => {
    expect(clientScheme('192.0.2.1', proto('https'), isProxy)).toBe('http')
  })
})
