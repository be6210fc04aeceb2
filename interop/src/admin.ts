// An administrator as a test needs one: a session by name and password, and requests that show whose it is.
import { ADMIN_PASSWORD, type Hub } from './hub.ts'
import { isObject } from './frames.ts'
import type { Answer } from './http.ts'
import { request } from './rest.ts'

export const ADMIN_NAME = 'admin'

export interface AdminClient {
  readonly token: string
  readonly fingerprint: string
  /** The value of the cookie, and the whole line that set it. */
  readonly cookie: string
  readonly setCookie: string
  /** The session, as it stands in the token. */
  readonly sessionId: string
  /** With the token and the fingerprint; `pin` goes into X-Session-Pin. */
  readonly ask: (
    method: string,
    path: string,
    more?: {
      readonly body?: unknown
      readonly pin?: string
      readonly token?: string
      readonly fingerprint?: string | null
      readonly headers?: Readonly<Record<string, string>>
    },
  ) => Promise<Answer>
}

export interface LoginOptions {
  readonly username?: string
  readonly password?: string
  /** null: the header is missing. */
  readonly fingerprint?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

const headerOf = (fingerprint: string | null): Record<string, string> =>
  fingerprint === null ? {} : { 'X-Client-Fingerprint': fingerprint }

/** POST /auth/login, whatever comes of it. */
export const tryLogin = (
  hub: Pick<Hub, 'url'>,
  { username = ADMIN_NAME, password = ADMIN_PASSWORD, fingerprint = 'a-test', headers = {} }: LoginOptions = {},
): Promise<Answer> =>
  request(hub, 'POST', '/auth/login', {
    body: { username, password },
    headers: { ...headerOf(fingerprint), ...headers },
  })

let clients = 0

/** Logs in; each client is another one. */
export const loginAdmin = async (hub: Pick<Hub, 'url'>, options: LoginOptions = {}): Promise<AdminClient> => {
  clients += 1
  const fingerprint = options.fingerprint ?? `client-${clients}`
  const answer = await tryLogin(hub, { ...options, fingerprint })
  const token = isObject(answer.body) ? answer.body['access_token'] : undefined
  if (answer.status !== 200 || typeof token !== 'string') {
    throw new Error(`log-in: ${answer.status} ${JSON.stringify(answer.body)}`)
  }
  const setCookie = answer.headers.getSetCookie()[0] ?? ''
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
  return {
    token,
    fingerprint,
    setCookie,
    cookie: /^arcp-refresh=([^;]*)/.exec(setCookie)?.[1] ?? '',
    sessionId: isObject(claims) ? String(claims['sid']) : '',
    ask: (method, path, more = {}) =>
      request(hub, method, path, {
        token: more.token ?? token,
        ...(more.body === undefined ? {} : { body: more.body }),
        headers: {
          ...headerOf(more.fingerprint === undefined ? fingerprint : more.fingerprint),
          ...(more.pin === undefined ? {} : { 'X-Session-Pin': more.pin }),
          ...more.headers,
        },
      }),
  }
}
