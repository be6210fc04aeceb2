// Client addresses: their text, the network they belong to, and ranges of them.

import { BlockList, isIP } from 'node:net'

const groups = (text: string): number[] => {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}

/** The eight groups of an IPv6 address in any spelling (RFC 4291, 2.2), without its zone. */
export const eightGroups = (address: string): readonly number[] => {
  const [plain = ''] = address.split('%')
  const [head = '', tail] = plain.split('::')
  const left = groups(head)
  if (tail === undefined) return left
  const right = groups(tail)
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

/**
 * The dotted form of an IPv4 address that came mapped into IPv6 (RFC 4291, 2.5.5.2), in any spelling: a hub that
 * listens on `::` sees `0000:0000:0000:0000:0000:ffff:c000:0207`.
 */
export const plainAddress = (address: string): string => {
  if (isIP(address) !== 6) return address
  const [a, b, c, d, e, mark, high = 0, low = 0] = eightGroups(address)
  if (a !== 0 || b !== 0 || c !== 0 || d !== 0 || e !== 0 || mark !== 0xffff) return address
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** What a limit counts by: an IPv4 address, or the /64 of an IPv6 address, which is what one customer holds. */
export const networkOf = (address: string): string => {
  if (isIP(address) !== 6) return address
  const prefix = eightGroups(address).slice(0, 4)
  return `${prefix.map((group) => group.toString(16)).join(':')}::/64`
}

/** True for an address or a CIDR range of one. */
export const isAddressRange = (text: string): boolean => {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32))
}

/** Whether an address lies in one of the ranges, given as addresses or CIDR. Throws on text that is neither. */
export const createAddressSet = (ranges: readonly string[]): ((address: string) => boolean) => {
  // The usual case, and it is asked for every request.
  if (ranges.length === 0) return () => false
  const set = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) set.addAddress(address, family)
    else set.addSubnet(address, Number(bits), family)
  }
  return (address) => {
    const version = isIP(address)
    return version !== 0 && set.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}

const NAME = /^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/

/** True for a host name, `*.` and one, an address, a CIDR range, or `*`. */
export const isHostPattern = (text: string): boolean => text === '*' || isAddressRange(text) || NAME.test(text)
