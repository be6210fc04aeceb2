// Who is at the other end. Forwarded headers count only when the peer is a configured proxy.

import { isIP } from 'node:net'

import { plainAddress } from '../kernel/address.ts'
import type { HttpRequest } from '../kernel/http.ts'

/** Entries of X-Forwarded-For that are looked at, from the right: a longer chain was made up. */
const MAX_HOPS = 16

/** The first address from the right that is not a proxy of ours. */
export const clientAddress = (
  peer: string,
  headers: HttpRequest['headers'],
  isProxy: (address: string) => boolean,
): string => {
  let address = plainAddress(peer)
  if (!isProxy(address)) return address
  const chain = (headers.get('x-forwarded-for') ?? []).join(',').split(',').slice(-MAX_HOPS)
  for (const hop of chain.toReversed()) {
    const candidate = plainAddress(hop.trim())
    if (isIP(candidate) === 0) return address
    address = candidate
    if (!isProxy(address)) return address
  }
  return address
}

/** @param own what this hub itself speaks */
export const clientScheme = (
  peer: string,
  headers: HttpRequest['headers'],
  isProxy: (address: string) => boolean,
  own: 'http' | 'https' = 'http',
): 'http' | 'https' => {
  if (!isProxy(plainAddress(peer))) return own
  const last = (headers.get('x-forwarded-proto') ?? []).join(',').split(',').at(-1)?.trim().toLowerCase()
  if (last === undefined || last === '') return own
  return last === 'https' ? 'https' : 'http'
}
