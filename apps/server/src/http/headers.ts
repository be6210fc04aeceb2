// Headers every answer carries, and those that let a page of another origin read it (CORS, Fetch standard).

import { single, type HttpAnswer, type HttpRequest } from '../kernel/http.ts'
import { json } from './answer.ts'

const SECURITY = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  // Pages bring their own.
  ['content-security-policy', "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
  ['cross-origin-resource-policy', 'same-origin'],
  [
    'permissions-policy',
    'accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()',
  ],
] as const

/** A year; RFC 6797. Only over TLS: elsewhere browsers do not take it. */
const HSTS = ['strict-transport-security', 'max-age=31536000'] as const

const ALLOW_HEADERS = [
  'Accept',
  'Accept-Language',
  'Authorization',
  'Content-Language',
  'Content-Type',
  'X-Client-Fingerprint',
  'X-Request-ID',
  'X-Requested-With',
  'X-Session-Pin',
].join(', ')
const EXPOSE = 'X-Request-ID, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Allow, Link, Location'

/** RFC 9110, 15.5.2: no 401 without one. RFC 6750, 3: the scheme comes with a parameter. */
const CHALLENGE = ['www-authenticate', 'Bearer realm="ARCP"'] as const

/**
 * Whose pages may read answers: `trusted` pages were configured and may send what the browser keeps for this hub,
 * `local` ones are only of this machine, in development.
 */
export type OriginCheck = (origin: string) => 'trusted' | 'local' | undefined

type Headers = HttpAnswer['headers']

const corsHeaders = (request: HttpRequest, check: OriginCheck): Headers => {
  const origin = single(request.headers, 'origin')
  if (origin === undefined) return []
  const verdict = check(origin)
  if (verdict === undefined) return [['vary', 'Origin']]
  return [
    ['vary', 'Origin'],
    ['access-control-allow-origin', origin],
    ['access-control-expose-headers', EXPOSE],
    ...(verdict === 'trusted' ? [['access-control-allow-credentials', 'true'] as const] : []),
  ]
}

/** The answer with the headers every answer carries; those it brings itself win. */
export const withCommonHeaders = (
  answer: HttpAnswer,
  request: HttpRequest,
  requestId: string,
  check: OriginCheck,
): HttpAnswer => {
  const own = new Set(answer.headers.map(([name]) => name))
  const common: Headers = [
    ...SECURITY,
    ['cache-control', 'no-store'],
    ['x-request-id', requestId],
    ...(request.scheme === 'https' ? [HSTS] : []),
    ...(answer.status === 401 ? [CHALLENGE] : []),
    // What is for every page says so itself, and then never with credentials.
    ...(own.has('access-control-allow-origin') ? [] : corsHeaders(request, check)),
  ]
  return { ...answer, headers: [...answer.headers, ...common.filter(([name]) => !own.has(name))] }
}

/** The answer to OPTIONS: what the route allows, and to a permitted page that it may ask. */
export const optionsAnswer = (request: HttpRequest, methods: readonly string[], check: OriginCheck): HttpAnswer => {
  const origin = single(request.headers, 'origin')
  const allow = methods.join(', ')
  const preflight: Headers =
    origin !== undefined && check(origin) !== undefined
      ? [
          ['access-control-allow-methods', allow],
          ['access-control-allow-headers', ALLOW_HEADERS],
          ['access-control-max-age', '600'],
        ]
      : []
  const headers: Headers = [['allow', allow], ...preflight]
  // What older clients ask to see whether anybody is there.
  if (request.path === '/') return json({ message: 'ARCP hub' }, 200, headers)
  return { status: 204, headers, body: '' }
}
