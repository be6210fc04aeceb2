// Tokens as the hub signs them, made by the test itself: with the secret of the harness, and wrong in one point at a time.
import { decodeJwt, SignJWT } from 'jose'

/** The JWT_SECRET every hub of the harness has. */
const SECRET = 'interop-secret-that-signs-tokens-of-tests-only'

export type Kind = 'temp' | 'access' | 'admin'

const AUDIENCE = { temp: 'arcp:validate', access: 'arcp:operations', admin: 'arcp:admin' } as const

export const nowS = (): number => Math.floor(Date.now() / 1000)

/** The claims of a token, not verified. */
export const claimsOf = (token: string): Readonly<Record<string, unknown>> => decodeJwt(token)

export interface Forgery {
  readonly kind: Kind
  /** Claims on top of `iss`, `aud`, `iat`, `exp` and `jti`; undefined leaves one out. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly secret?: string
}

/** Signs a token of a kind. */
export const signToken = ({ kind, claims, secret = SECRET }: Forgery): Promise<string> =>
  new SignJWT({
    iss: 'arcp',
    aud: AUDIENCE[kind],
    iat: nowS(),
    exp: nowS() + 600,
    jti: crypto.randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256', typ: `arcp-${kind}+jwt` })
    .sign(new TextEncoder().encode(secret))

/** A token like `token`, with other claims. */
export const resign = (
  kind: Kind,
  token: string,
  claims: Readonly<Record<string, unknown>>,
  secret = SECRET,
): Promise<string> => signToken({ kind, claims: { ...claimsOf(token), ...claims }, secret })

/** The token as it would be had it ended an hour ago. */
export const expired = (kind: Kind, token: string): Promise<string> =>
  resign(kind, token, { iat: nowS() - 7200, exp: nowS() - 3600 })

/** The token with its last signature byte changed: everything else is right. */
export const forged = (token: string): string => {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  return `${head}.${payload}.${bytes.toString('base64url')}`
}
