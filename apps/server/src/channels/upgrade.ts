// Whether a WebSocket handshake is one (RFC 6455, 4.2.1) and comes from a page that may connect (C9). The transport's
// library lets more through than the RFC does, so every rule is checked here.

import type { ProblemSlug } from '@arcp/protocol'

import type { HttpRequest } from '../kernel/http.ts'
import { single } from '../kernel/http.ts'

export interface OriginRules {
  readonly allowed: ReadonlySet<string>
  /** In development every localhost page passes. */
  readonly trustLocalhost: boolean
}

export interface UpgradeRefusal {
  readonly slug: ProblemSlug
  readonly detail: string
}

const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/
const ONCE = ['upgrade', 'sec-websocket-key', 'sec-websocket-version', 'origin', 'host', 'content-length'] as const

const TOKEN_NAMES = new Set(['token', 'accesstoken', 'auth', 'authorization', 'bearer', 'jwt'])

const carriesToken = (query: string): boolean =>
  [...new URLSearchParams(query).keys()].some((name) => TOKEN_NAMES.has(name.toLowerCase().replaceAll(/[^a-z]/g, '')))

const refuse = (slug: ProblemSlug, detail: string): UpgradeRefusal => ({ slug, detail })

/** @returns why the handshake is refused, undefined when it is good */
export const checkHandshake = (
  request: Pick<HttpRequest, 'method' | 'headers' | 'query'>,
): UpgradeRefusal | undefined => {
  const { method, headers, query } = request
  // The library takes any spelling of GET.
  if (method !== 'GET') return refuse('method-not-allowed', 'A WebSocket handshake is a GET')
  for (const name of ONCE) {
    if ((headers.get(name)?.length ?? 0) > 1) return refuse('request-error', `${name} must be sent once`)
  }
  // Whoever counts the body would read what follows differently from us.
  if (headers.has('transfer-encoding') || (single(headers, 'content-length') ?? '0') !== '0') {
    return refuse('request-error', 'A handshake has no body')
  }
  if (single(headers, 'host') === undefined) return refuse('request-error', 'Host is required')
  if (single(headers, 'upgrade')?.toLowerCase() !== 'websocket') {
    return refuse('upgrade-required', 'This is a WebSocket endpoint: connect with Upgrade: websocket')
  }
  const connection = (headers.get('connection') ?? []).join(',').toLowerCase().split(',')
  if (!connection.some((word) => word.trim() === 'upgrade')) {
    return refuse('request-error', 'Connection must contain Upgrade')
  }
  if (single(headers, 'sec-websocket-version') !== '13') {
    return refuse('upgrade-required', 'Sec-WebSocket-Version must be 13')
  }
  if (!KEY.test(single(headers, 'sec-websocket-key') ?? '')) {
    return refuse('request-error', 'Sec-WebSocket-Key must be 16 bytes in base64')
  }
  if (carriesToken(query)) {
    return refuse('request-error', 'Tokens do not belong in the URL: send {"token": "..."} as the first frame')
  }
  return undefined
}

/** @param own the hub's own origin as the client sees it, e.g. `https://arcp.example.com` */
export const checkOrigin = (
  headers: HttpRequest['headers'],
  own: string,
  rules: OriginRules,
): UpgradeRefusal | undefined => {
  const origin = single(headers, 'origin')
  if (origin === undefined || origin === own || rules.allowed.has(origin)) return undefined
  if (rules.trustLocalhost && isLocalhost(origin)) return undefined
  return refuse('forbidden', 'Pages of this origin may not connect: add it to ALLOWED_ORIGINS')
}

export const isLocalhost = (origin: string): boolean => /^https?:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?$/.test(origin)
