// The Tokens port as JSON Web Tokens (RFC 7519), HS256 with one secret. The only importer of jose.
//
// Verifying is jose's work. Signing is one HMAC over text of our own and is done here at once: through WebCrypto's
// thread pool it took 0.3 ms of every registration (docs/decisions/0006-signing-at-once.md).

import { createHmac } from 'node:crypto'

import { errors, jwtVerify, type JWTPayload } from 'jose'
import { LRUCache } from 'lru-cache'

import type { Tokens } from '../../domain/ports.ts'
import {
  TOKEN_TOLERANCE_S,
  type AccessClaims,
  type AdminClaims,
  type TempClaims,
  type TokenClaims,
  type TokenFault,
  type UserClaims,
} from '../../domain/tokens.ts'
import type { Clock } from '../../kernel/clock.ts'
import { err, ok, type Result } from '../../kernel/result.ts'
import { readHeader, type TokenKind } from './jwt-header.ts'

export interface JwtTokensOptions {
  /** At least 32 bytes (`JWT_SECRET`). */
  readonly secret: string
  readonly issuer: string
  readonly clock: Pick<Clock, 'wall'>
  /** Verified tokens remembered, so that a heartbeat never verifies twice. */
  readonly cacheSize?: number
}

const AUDIENCE = { temp: 'arcp:validate', access: 'arcp:operations', admin: 'arcp:admin', user: 'arcp:user' } as const
const TYP = {
  temp: 'arcp-temp+jwt',
  access: 'arcp-access+jwt',
  admin: 'arcp-admin+jwt',
  user: 'arcp-user+jwt',
} as const
/** What the reference writes into an administrator's token. */
const ADMIN_SCOPES = ['admin', 'agent_management']
const DEFAULT_CACHE = 20_000

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const HEADER = {
  temp: base64url({ alg: 'HS256', typ: TYP.temp }),
  access: base64url({ alg: 'HS256', typ: TYP.access }),
  admin: base64url({ alg: 'HS256', typ: TYP.admin }),
  user: base64url({ alg: 'HS256', typ: TYP.user }),
} as const

export const createJwtTokens = async (options: JwtTokensOptions): Promise<Tokens> => {
  const { secret, issuer, clock, cacheSize = DEFAULT_CACHE } = options
  // Imported once: jose otherwise imports the secret for each call.
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  )
  const verified = new LRUCache<string, TokenClaims>({ max: cacheSize })

  const sign = (claims: TokenClaims, payload: JWTPayload): Promise<string> => {
    const { kind } = claims
    const body = base64url({ ...payload, iss: issuer, aud: AUDIENCE[kind] })
    const input = `${HEADER[kind]}.${body}`
    const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    // This hub knows what it signed: the token need not be verified when it comes back.
    verified.set(token, claims)
    return Promise.resolve(token)
  }

  const check = async (token: string): Promise<Result<TokenClaims, TokenFault>> => {
    // Refused before any cryptography: other algorithms, foreign key references, unknown kinds.
    const kind = readHeader(token)
    if (kind === undefined) return err('malformed')
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        typ: TYP[kind],
        issuer,
        audience: AUDIENCE[kind],
        requiredClaims: ['exp', 'iat', 'jti', 'sub', 'role'],
        clockTolerance: TOKEN_TOLERANCE_S,
        currentDate: new Date(clock.wall()),
      })
      const claims = readClaims(kind, payload, Math.floor(clock.wall() / 1000))
      return claims === undefined ? err('invalid') : ok(claims)
    } catch (cause) {
      return err(cause instanceof errors.JWTExpired ? 'expired' : 'invalid')
    }
  }

  return {
    signTemp: (claims) => sign(claims, tempPayload(claims)),
    signAccess: (claims) => sign(claims, accessPayload(claims)),
    signAdmin: (claims) => sign(claims, adminPayload(claims)),
    signUser: (claims) => sign(claims, userPayload(claims)),
    verify: async (token) => {
      const known = verified.get(token)
      if (known !== undefined) {
        if (known.expiresAt + TOKEN_TOLERANCE_S > clock.wall() / 1000) return ok(known)
        verified.delete(token)
        return err('expired')
      }
      const result = await check(token)
      if (result.ok) verified.set(token, result.value)
      return result
    },
  }
}

const tempPayload = (claims: TempClaims): JWTPayload => ({
  sub: `temp_${claims.agentId}`,
  agent_id: claims.agentId,
  role: 'agent',
  scopes: [],
  token_type: 'temp',
  temp_registration: true,
  agent_type: claims.agentType,
  key_id: claims.keyId,
  jti: claims.jti,
  iat: claims.issuedAt,
  exp: claims.expiresAt,
})

const accessPayload = (claims: AccessClaims): JWTPayload => ({
  sub: claims.agentId,
  agent_id: claims.agentId,
  role: 'agent',
  scopes: [],
  token_type: 'access',
  key_id: claims.keyId,
  inc: claims.incarnation,
  ep: claims.epoch,
  off: claims.offset,
  jti: claims.jti,
  iat: claims.issuedAt,
  exp: claims.expiresAt,
})

const adminPayload = (claims: AdminClaims): JWTPayload => ({
  sub: claims.user,
  agent_id: `user_${claims.user}`,
  role: 'admin',
  scopes: ADMIN_SCOPES,
  token_type: 'admin',
  sid: claims.sessionId,
  jti: claims.jti,
  iat: claims.issuedAt,
  exp: claims.expiresAt,
})

const userPayload = (claims: UserClaims): JWTPayload => ({
  sub: claims.user,
  agent_id: claims.agentId,
  role: 'user',
  scopes: claims.scopes,
  token_type: 'user',
  jti: claims.jti,
  iat: claims.issuedAt,
  exp: claims.expiresAt,
})

const readClaims = (kind: TokenKind, payload: JWTPayload, nowS: number): TokenClaims | undefined => {
  const { jti, iat, exp, sub, role, aud } = payload
  // The library takes a list of audiences that has ours among them, and any type of `jti`.
  if (aud !== AUDIENCE[kind] || typeof jti !== 'string' || typeof sub !== 'string') return undefined
  if (iat === undefined || exp === undefined) return undefined
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp) || iat > nowS + TOKEN_TOLERANCE_S) return undefined
  const common = { jti, issuedAt: iat, expiresAt: exp }
  const { sid, agent_id: agentId, key_id: keyId, scopes } = payload
  if (kind === 'admin') {
    return role === 'admin' && typeof sid === 'string' ? { kind, user: sub, sessionId: sid, ...common } : undefined
  }
  if (kind === 'user') {
    if (role !== 'user' || typeof agentId !== 'string' || !isTexts(scopes)) return undefined
    return { kind, user: sub, agentId, scopes, ...common }
  }
  if (role !== 'agent' || typeof agentId !== 'string' || typeof keyId !== 'string') return undefined
  if (kind === 'temp') {
    const { agent_type: agentType } = payload
    if (typeof agentType !== 'string' || sub !== `temp_${agentId}`) return undefined
    return { kind, agentId, agentType, keyId, ...common }
  }
  const { inc: incarnation, ep: epoch, off: offset } = payload
  if (sub !== agentId || !isCount(incarnation) || typeof epoch !== 'string' || !isCount(offset)) return undefined
  return { kind, agentId, keyId, incarnation, epoch, offset, ...common }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
