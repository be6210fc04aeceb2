// Client addresses: their text, the network they belong to, and ranges of them.

import { BlockList, isIP } from 'node:net'

/** The dotted form of an IPv4 address that came mapped into IPv6. */
export const plainAddress = (address: string): string =>
  address.replace(/^(?:0{0,4}:){1,5}(?:ffff|FFFF):(?=\d+\.)/, '').replace(/^::ffff:(?=\d+\.)/i, '')

/** What a limit counts by: an IPv4 address, or the /64 of an IPv6 address, which is what one customer holds. */
export const networkOf = (address: string): string => {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  const groups = [...left, ...middle, ...right].slice(0, 4)
  return `${groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`
}

/** Whether an address lies in one of the ranges, given as addresses or CIDR. Throws on text that is neither. */
export const createAddressSet = (ranges: readonly string[]): ((address: string) => boolean) => {
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
