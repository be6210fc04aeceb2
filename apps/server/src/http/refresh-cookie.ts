// The cookie a page keeps across reloads: a secret that resumes its session at POST /tokens/refresh, and nowhere else.
// Scripts cannot read it, and other sites cannot have it sent.

import { single, type HttpAnswer, type HttpRequest } from '../kernel/http.ts'

type Header = HttpAnswer['headers'][number]

const NAME = 'arcp-refresh'
/** The only path a browser sends it to. */
const PATH = '/tokens/refresh'

const setCookie = (value: string, maxAgeS: number, scheme: HttpRequest['scheme']): Header => [
  'set-cookie',
  [
    `${NAME}=${value}`,
    `Path=${PATH}`,
    `Max-Age=${maxAgeS}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(scheme === 'https' ? ['Secure'] : []),
  ].join('; '),
]

export const keepCookie = (secret: string, maxAgeS: number, request: Pick<HttpRequest, 'scheme'>): Header =>
  setCookie(secret, maxAgeS, request.scheme)

export const dropCookie = (request: Pick<HttpRequest, 'scheme'>): Header => setCookie('', 0, request.scheme)

/** The secret in the cookie; undefined when there is none. */
export const cookieSecret = (headers: HttpRequest['headers']): string | undefined =>
  (headers.get('cookie') ?? [])
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${NAME}=`) && pair.length > NAME.length + 1)
    ?.slice(NAME.length + 1)

/** Whether a page of this hub itself asks. A request without `Origin` is no page's. */
export const isOwnPage = ({ headers, scheme }: Pick<HttpRequest, 'headers' | 'scheme'>): boolean => {
  const host = single(headers, 'host')
  return host !== undefined && single(headers, 'origin')?.toLowerCase() === `${scheme}://${host}`.toLowerCase()
}
