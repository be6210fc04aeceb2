// Routes under /auth and /tokens.

import { parseTempTokenRequest, TPR_DISABLED_DETAIL } from '@arcp/protocol/rest'

import type { Auth } from '../../domain/auth.ts'
import type { AdminLogin, SignedIn } from '../../domain/admin-login.ts'
import type { Registry } from '../../domain/registry.ts'
import type { AdminSessions } from '../../domain/sessions.ts'
import type { TokenClaims } from '../../domain/tokens.ts'
import { networkOf } from '../../kernel/address.ts'
import { fingerprint, type HttpRequest } from '../../kernel/http.ts'
import type { Meter } from '../../kernel/meter.ts'
import { invalid, json, problem } from '../answer.ts'
import type { Answer } from '../exchange.ts'
import { authProblem, sessionInvalid, tempTokenProblem } from '../faults.ts'
import { cookieSecret, isOwnPage, keepCookie } from '../refresh-cookie.ts'
import type { Handlers } from '../router.ts'

export interface AuthHandlerDeps {
  readonly auth: Auth
  readonly registry: Pick<Registry, 'tempToken' | 'refresh'>
  readonly sessions: Pick<AdminSessions, 'slide' | 'resume'>
  readonly login: Pick<AdminLogin, 'sign'>
  readonly meter: Pick<Meter, 'limited' | 'auth'>
}

type AuthHandlers = Pick<
  Handlers,
  'requestTempToken' | 'validateCompliance' | 'validateToken' | 'validatePostedToken' | 'refreshToken'
>

export const authHandlers = ({ auth, registry, sessions, login, meter }: AuthHandlerDeps): AuthHandlers => ({
  requestTempToken: async ({ request, json: readBody }) => {
    const body = await readBody()
    if (!body.ok) return body.error
    const parsed = parseTempTokenRequest(body.value)
    if (!parsed.ok) {
      return parsed.kind === 'shape'
        ? invalid(parsed.issues)
        : problem('invalid-input', parsed.message, { field: parsed.field })
    }
    const { agent_id: agentId, agent_type: agentType, agent_key: agentKey } = parsed.value
    const issued = await registry.tempToken({ agentId, agentType, agentKey }, networkOf(request.address))
    if (!issued.ok) {
      meter.auth(issued.error.kind === 'limited' ? 'limited' : 'failed', 'agent_key')
      if (issued.error.kind === 'limited') meter.limited('login')
      return tempTokenProblem(issued.error)
    }
    meter.auth('success', 'agent_key')
    return json({
      temp_token: issued.value.token,
      token_type: 'bearer',
      expires_in: issued.value.expiresIn,
      message: `Temporary token for ${agentId}: use it to register within ${issued.value.expiresIn} s`,
    })
  },

  // Before any look at the token: a client that re-registers calls this with its access token.
  validateCompliance: () => problem('tpr-disabled', TPR_DISABLED_DETAIL),

  validateToken: async ({ token }) => {
    const verdict = await auth.authenticate(token)
    if (!verdict.ok) {
      const known = authProblem(verdict.error)
      // Not knowing yet is no verdict on the token.
      if (verdict.error.kind === 'behind') return known
      const slug = verdict.error.kind === 'missing' ? 'authentication-failed' : 'token-invalid'
      return problem(slug, known.detail, { valid: false, error: known.detail })
    }
    return json({ valid: true, agent_id: subjectOf(verdict.value), payload: payloadOf(token) })
  },

  validatePostedToken: async ({ query }) => {
    const token = query.get('token')
    if (token === null) return invalid([{ path: '/token', message: 'token is required in the query' }])
    const verdict = await auth.authenticate(token)
    if (verdict.ok) return json({ valid: true, payload: payloadOf(token) })
    const known = authProblem(verdict.error)
    return verdict.error.kind === 'behind' ? known : json({ valid: false, error: known.detail })
  },

  refreshToken: async ({ token, request }) => {
    const secret = cookieSecret(request.headers)
    if (token === undefined && secret !== undefined) return refreshByCookie({ sessions, login, meter }, secret, request)
    const verdict = await auth.authenticate(token, { fingerprint: fingerprint(request.headers) })
    if (!verdict.ok) return authProblem(verdict.error)
    switch (verdict.value.kind) {
      case 'temp':
        return problem('token-invalid', 'A temp token cannot be refreshed; register with it instead')
      case 'user':
        return problem('insufficient-permissions', 'A user token cannot be refreshed; have a new one minted')
      case 'access':
        return json({ access_token: await registry.refresh(verdict.value), token_type: 'bearer' })
      case 'admin': {
        const session = await sessions.slide(verdict.value.sessionId)
        return session === undefined ? sessionInvalid() : refreshed(await login.sign(session))
      }
    }
  },
})

/** For a page that was loaded anew: its token is gone with its memory, the cookie is not. */
const refreshByCookie = async (
  { sessions, login, meter }: Pick<AuthHandlerDeps, 'sessions' | 'login' | 'meter'>,
  secret: string,
  request: HttpRequest,
): Promise<Answer> => {
  if (!isOwnPage(request)) return problem('forbidden', "This cookie is for the hub's own page; send a token instead")
  const found = await sessions.resume(secret, fingerprint(request.headers))
  const session = found === undefined ? undefined : await sessions.slide(found.id)
  meter.auth(session === undefined ? 'failed' : 'success', 'refresh_cookie')
  // The cookie stays: another client's fingerprint must not end what the right one keeps.
  if (session === undefined) return sessionInvalid()
  const signed = await login.sign(session)
  return refreshed(signed, [keepCookie(secret, signed.expiresIn, request)])
}

const refreshed = ({ token, expiresIn }: SignedIn, headers: Parameters<typeof json>[2] = []): Answer =>
  json({ access_token: token, token_type: 'bearer', expires_in: expiresIn }, 200, headers)

const subjectOf = (claims: TokenClaims): string => {
  switch (claims.kind) {
    case 'access':
      return claims.agentId
    case 'temp':
      return `temp_${claims.agentId}`
    case 'admin':
    case 'user':
      return claims.user
  }
}

/** The claims of a token that was verified before, as they stand in it. */
const payloadOf = (token: string | undefined): unknown =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'))
