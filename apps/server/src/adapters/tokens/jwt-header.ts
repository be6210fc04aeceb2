// Reads the header of a token before any cryptography runs on it.

export type TokenKind = 'temp' | 'access' | 'admin' | 'user'

const KINDS: ReadonlyMap<unknown, TokenKind> = new Map([
  ['arcp-temp+jwt', 'temp'],
  ['arcp-access+jwt', 'access'],
  ['arcp-admin+jwt', 'admin'],
  ['arcp-user+jwt', 'user'],
])

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/
const ALLOWED = new Set(['alg', 'typ'])

/**
 * The kind a token claims to be.
 *
 * @returns undefined unless the text is a compact JWS (RFC 7515) whose last character carries no spare bits and
 *   whose header holds `alg: HS256`, a known `typ`, and nothing else: no `kid`, `jwk`, `jku`, `x5u`, `x5c`, `crit`
 */
export const readHeader = (token: string): TokenKind | undefined => {
  if (!COMPACT.test(token)) return undefined
  const [head = '', , signature = ''] = token.split('.')
  // Two spellings of one signature would be two tokens where one was revoked.
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) return undefined
  try {
    const header: unknown = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'))
    if (typeof header !== 'object' || header === null || !('alg' in header) || !('typ' in header)) return undefined
    if (header.alg !== 'HS256' || Object.keys(header).some((name) => !ALLOWED.has(name))) return undefined
    return KINDS.get(header.typ)
  } catch {
    return undefined
  }
}
