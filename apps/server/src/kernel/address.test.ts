import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createAddressSet, isAddressRange, networkOf, plainAddress } from './address.ts'

describe('plainAddress', () => {
  it('leaves addresses alone that are not mapped', () => {
    for (const address of [
      '192.0.2.7',
      '2001:db8::1',
      '::1',
      '::',
      'fe80::1',
      '::192.0.2.7',
      '64:ff9b::192.0.2.7',
      '',
    ]) {
      expect(plainAddress(address)).toBe(address)
    }
  })

  it('shows a mapped IPv4 address in dotted form, however it is spelled', () => {
    const spellings = [
      '::ffff:192.0.2.7',
      '::FFFF:192.0.2.7',
      '::fFfF:192.0.2.7',
      '0:0:0:0:0:ffff:192.0.2.7',
      '0000:0000:0000:0000:0000:ffff:192.0.2.7',
      '::ffff:c000:207',
      '::ffff:c000:0207',
      // As uWebSockets.js writes the peer of a socket that listens on `::`.
      '0000:0000:0000:0000:0000:ffff:c000:0207',
    ]
    for (const address of spellings) expect([address, plainAddress(address)]).toEqual([address, '192.0.2.7'])
  })

  it('takes only the mapped prefix for one', () => {
    for (const address of ['1::ffff:192.0.2.7', '::ffff:0:192.0.2.7', '::1:ffff:c000:207', '::fffe:192.0.2.7']) {
      expect(plainAddress(address)).toBe(address)
    }
  })
})

describe('networkOf', () => {
  it('is the address itself for IPv4, and for what is no address', () => {
    expect(networkOf('192.0.2.7')).toBe('192.0.2.7')
    expect(networkOf('unknown')).toBe('unknown')
    expect(networkOf('')).toBe('')
  })

  it('[X25] is one /64 for every address of an IPv6 network', () => {
    const inside = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
      '2001:0DB8:0001:0002:0:0:0:1',
      '2001:db8:1:2::',
    ]
    expect(new Set(inside.map(networkOf))).toEqual(new Set(['2001:db8:1:2::/64']))
    const outside = ['2001:db8:1:3::1', '2001:db8:1::2:0:0:0', '2001:db8::1:2:0:0:0:1', '::1']
    for (const address of outside) expect(networkOf(address)).not.toBe('2001:db8:1:2::/64')
  })

  it('understands a last part in dotted form', () => {
    expect(networkOf('1:2::3:4:5:192.0.2.7')).toBe('1:2:0:3::/64')
    expect(networkOf('1:2:0:3:4:5:c000:207')).toBe('1:2:0:3::/64')
    expect(networkOf('64:ff9b::192.0.2.7')).toBe('64:ff9b:0:0::/64')
  })

  it('does not depend on the spelling', () => {
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff))
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), fc.nat(7), fc.nat(8), (groups, from, length) => {
        const hex = groups.map((one) => one.toString(16))
        const full = groups.map((one) => one.toString(16).padStart(4, '0').toUpperCase()).join(':')
        const expected = `${hex.slice(0, 4).join(':')}::/64`
        expect(networkOf(full)).toBe(expected)
        const zeros = groups.slice(from, from + length)
        if (zeros.length < 2 || zeros.some((one) => one !== 0)) return
        const short = `${hex.slice(0, from).join(':')}::${hex.slice(from + zeros.length).join(':')}`
        expect(networkOf(short)).toBe(expected)
      }),
    )
  })
})

describe('createAddressSet', () => {
  it('holds single addresses and ranges of both families', () => {
    const has = createAddressSet(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1'])
    for (const address of ['127.0.0.1', '10.255.0.1', '2001:db8:ffff::1', '::1', '0:0:0:0:0:0:0:1']) {
      expect([address, has(address)]).toEqual([address, true])
    }
    for (const address of ['127.0.0.2', '11.0.0.1', '2001:db9::1', '::2', 'localhost', '', '10.0.0.1/8']) {
      expect([address, has(address)]).toEqual([address, false])
    }
  })

  it('is empty without ranges', () => {
    expect(createAddressSet([])('127.0.0.1')).toBe(false)
  })

  it('throws on what is no address and on bits that are too many', () => {
    for (const range of ['999.0.0.1', 'nonsense', '10.0.0.0/33', '2001:db8::/129', '', '10.0.0.0/x']) {
      expect(() => createAddressSet([range]), range).toThrow()
    }
  })
})

describe('isAddressRange', () => {
  it('takes what createAddressSet takes, and refuses what makes it throw', () => {
    const good = ['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '10.0.0.0/32', '::1', '2001:db8::/32', '::/128']
    for (const range of good) {
      expect([range, isAddressRange(range)]).toEqual([range, true])
      expect(() => createAddressSet([range])).not.toThrow()
    }
    for (const range of [
      '',
      '/8',
      '10.0.0.0/',
      '10.0.0.0/33',
      '::1/129',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      'localhost',
      '10.0.0',
    ]) {
      expect([range, isAddressRange(range)]).toEqual([range, false])
    }
  })
})
