// What kind of place an address is. IPv6 forms that carry an IPv4 address are judged by both.

import { isIP } from 'node:net'

import { createAddressSet, eightGroups } from '../../kernel/address.ts'

/**
 * - `never`: link-local, metadata services, multicast, broadcast, "this host", tunnels: nothing of ours lives there.
 * - `private`: loopback, private ranges, carrier-grade NAT, ULA, documentation and benchmark ranges.
 */
export type AddressClass = 'public' | 'private' | 'never'

const isNever = createAddressSet([
  '0.0.0.0/8',
  '169.254.0.0/16',
  // Metadata and host services of clouds that are not link-local: Alibaba, Oracle, Azure, AWS, Google, Scaleway.
  '100.100.100.200',
  '192.0.0.0/24',
  '168.63.129.16',
  'fd00:ec2::/32',
  'fd20:ce::/32',
  'fd00:42::42',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  '100::/64',
  // Teredo, and NAT64 of a local network: where these lead, nobody here can tell.
  '2001::/32',
  '64:ff9b:1::/48',
])

const isPrivate = createAddressSet([
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '::1',
  '2001:db8::/32',
  '3fff::/20',
  'fc00::/7',
])

const dotted = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The IPv4 address inside an IPv6 address: mapped, translated (SIIT), compatible, NAT64 or 6to4. */
const embedded = (address: string): string | undefined => {
  const groups = eightGroups(address)
  const [a = 0, b = 0, c = 0] = groups
  if (a === 0x2002) return dotted(b, c)
  const middle = groups.slice(2, 6).join()
  const isZero = a === 0 && b === 0
  const carries =
    (isZero && ['0,0,0,65535', '0,0,65535,0', '0,0,0,0'].includes(middle)) ||
    (a === 0x64 && b === 0xff9b && middle === '0,0,0,0')
  return carries ? dotted(groups[6], groups[7]) : undefined
}

/** Text that is no address is `never`. */
export const addressClass = (text: string): AddressClass => {
  const [address = ''] = text.split('%')
  const version = isIP(address)
  if (version === 0 || isNever(address)) return 'never'
  if (isPrivate(address)) return 'private'
  const inside = version === 6 ? embedded(address) : undefined
  return inside === undefined ? 'public' : addressClass(inside)
}
