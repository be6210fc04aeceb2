// Headers every answer carries, and those that let a page of another origin read it (CORS, Fetch standard).

import { single, type HttpAnswer, type HttpRequest } from '../kernel/http.ts'

const SECURITY = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
] as const

const ALLOW_HEADERS = 'Accept, Authorization, Content-Type, X-Client-Fingerprint, X-Request-ID'
const ALLOW_METHODS = 'GET, POST, DELETE, OPTIONS'
const EXPOSE = 'X-Request-ID, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset'

/** RFC 9110, 15.5.2: no 401 without one. RFC 6750, 3: the scheme comes with a parameter. */
const CHALLENGE = ['www-authenticate', 'Bearer realm="ARCP"'] as const

export type OriginCheck = (origin: string) => boolean

type Headers = HttpAnswer['headers']

const corsHeaders = (request: HttpRequest, allowed: OriginCheck): Headers => {
  const origin = single(request.headers, 'origin')
  if (origin === undefined) return []
  if (!allowed(origin)) return [['vary', 'Origin']]
  return [
    ['vary', 'Origin'],
    ['access-control-allow-origin', origin],
    ['access-control-expose-headers', EXPOSE],
  ]
}

/** The answer with the headers every answer carries; those it brings itself win. */
export const withCommonHeaders = (
  answer: HttpAnswer,
  request: HttpRequest,
  requestId: string,
  allowed: OriginCheck,
): HttpAnswer => {
  const own = new Set(answer.headers.map(([name]) => name))
  const common: Headers = [
    ...SECURITY,
    ['cache-control', 'no-store'],
    ['x-request-id', requestId],
    ...(answer.status === 401 ? [CHALLENGE] : []),
    ...corsHeaders(request, allowed),
  ]
  return { ...answer, headers: [...answer.headers, ...common.filter(([name]) => !own.has(name))] }
}

/** The answer to OPTIONS: what the route allows, and to a permitted page that it may ask. */
export const optionsAnswer = (request: HttpRequest, methods: readonly string[], allowed: OriginCheck): HttpAnswer => {
  const origin = single(request.headers, 'origin')
  const preflight: Headers =
    origin !== undefined && allowed(origin)
      ? [
          ['access-control-allow-methods', ALLOW_METHODS],
          ['access-control-allow-headers', ALLOW_HEADERS],
          ['access-control-max-age', '600'],
        ]
      : []
  return { status: 204, headers: [['allow', methods.join(', ')], ...preflight], body: '' }
}
