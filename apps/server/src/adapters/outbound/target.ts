// Which URLs the hub calls at all, before anything is resolved.

import { BAD_PORTS } from './bad-ports.ts'

const OTHER_THAN_URL = /[\\\s?#]/
const AUTHORITY = /^https?:\/\/[^/@]+(?:\/|$)/i

/** The URL of `path` behind an endpoint; undefined for one that is never called. */
export const targetOf = (endpoint: string, path: string): URL | undefined => {
  // Two readers could understand these differently, and a query or fragment would swallow the path.
  if (OTHER_THAN_URL.test(endpoint) || !AUTHORITY.test(endpoint)) return undefined
  const text = `${endpoint.replace(/\/$/, '')}${path}`
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const callable =
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.hostname !== '' &&
    !BAD_PORTS.has(Number(url.port))
  return callable ? url : undefined
}

/** The host as the resolver takes it: an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')
