// Routes of administrators: logging in and out, the PIN of a session, minting tokens.

import { parseLogin, parseNewPin, parsePin, parseTokenMint, type TokenMintRequest } from '@arcp/protocol/rest'

import type { AdminLogin, LoginFault } from '../../domain/admin-login.ts'
import type { Mint, MintFault } from '../../domain/mint.ts'
import type { AdminSessions } from '../../domain/sessions.ts'
import { networkOf } from '../../kernel/address.ts'
import { fingerprint } from '../../kernel/http.ts'
import type { Meter } from '../../kernel/meter.ts'
import type { AdminLog } from '../admin-log.ts'
import { invalid, json, problem, type Problem } from '../answer.ts'
import type { AdminHandler } from '../exchange.ts'
import { agentNotFound, rateLimited, sessionInvalid } from '../faults.ts'
import { asAdmin, type Gate } from '../gate.ts'
import { pinProblem, type Pinned } from '../pin-check.ts'
import { dropCookie, keepCookie } from '../refresh-cookie.ts'
import type { Handlers } from '../router.ts'

export interface AdminHandlerDeps {
  readonly gate: Gate
  readonly pinned: Pinned
  readonly login: AdminLogin
  readonly mint: Mint
  readonly sessions: AdminSessions
  readonly meter: Pick<Meter, 'auth' | 'limited'>
  readonly log: AdminLog
}

type AdminHandlers = Pick<
  Handlers,
  'login' | 'logout' | 'setPin' | 'verifyPin' | 'pinStatus' | 'sessionStatus' | 'mintToken'
>

const done = (message: string) => json({ status: 'success', message })

export const adminHandlers = (deps: AdminHandlerDeps): AdminHandlers => {
  const { gate, pinned, sessions, log } = deps
  return {
    login: loginHandler(deps),
    logout: gate(
      'logout',
      asAdmin(async ({ session, request }) => {
        await sessions.end(session.id)
        log.did('admin_logged_out', session.user, request.address)
        const answer = done('Logged out')
        return { ...answer, headers: [...answer.headers, dropCookie(request)] }
      }),
    ),
    setPin: gate('setPin', asAdmin(setPinHandler(deps))),
    verifyPin: gate('verifyPin', asAdmin(verifyPinHandler(deps))),
    pinStatus: gate(
      'pinStatus',
      asAdmin(({ session }) => json({ pin_set: session.pinSet })),
    ),
    sessionStatus: gate(
      'sessionStatus',
      asAdmin(({ session }) =>
        json({
          valid: true,
          user_id: session.user,
          role: 'admin',
          agent_id: `user_${session.user}`,
          expires: Math.ceil(session.expiresAt / 1000),
          is_admin: true,
          session_exists: true,
          pin_set: session.pinSet,
        }),
      ),
    ),
    mintToken: gate('mintToken', pinned(asAdmin(mintHandler(deps)))),
  }
}

const loginHandler =
  ({ login, meter, log }: AdminHandlerDeps): AdminHandlers['login'] =>
  async ({ request, json: readBody }) => {
    const client = fingerprint(request.headers)
    if (client === undefined) {
      return problem('required-header-missing', 'Send X-Client-Fingerprint: any text this client keeps to', {
        header: 'X-Client-Fingerprint',
      })
    }
    const body = await readBody()
    if (!body.ok) return body.error
    const parsed = parseLogin(body.value)
    if (!parsed.ok) return parsed.kind === 'shape' ? invalid(parsed.issues) : nothingToLogInWith(parsed.kind)
    const entered = await login.login(parsed.value, client, networkOf(request.address))
    if (!entered.ok) {
      const { kind } = entered.error
      meter.auth(kind === 'wrong' ? 'failed' : 'limited', 'admin')
      if (kind === 'limited') meter.limited('login')
      const { username } = parsed.value
      log.loginRefused(kind, login.knows(username) ? username : undefined, request.address)
      return loginProblem(entered.error)
    }
    const { user, token, expiresIn, resumeSecret } = entered.value
    meter.auth('success', 'admin')
    log.did('admin_logged_in', user, request.address)
    const answer = { access_token: token, token_type: 'bearer', expires_in: expiresIn, agent_id: `user_${user}` }
    return json(answer, 200, [keepCookie(resumeSecret, expiresIn, request)])
  }

const nothingToLogInWith = (kind: 'agent' | 'missing'): Problem =>
  kind === 'agent'
    ? problem('authentication-failed', 'Agents do not log in: request a temp token with the agent key')
    : problem('authentication-failed', 'Send username and password')

const loginProblem = (fault: LoginFault): Problem =>
  fault.kind === 'wrong'
    ? problem('authentication-failed', 'username or password is wrong')
    : rateLimited('login', fault.retryAfterS)

const setPinHandler =
  ({ sessions, meter, log }: AdminHandlerDeps): AdminHandler =>
  async ({ session, request, json: readBody }) => {
    const body = await readBody()
    if (!body.ok) return body.error
    const pin = parseNewPin(body.value)
    if (!pin.ok) return invalid(pin.issues)
    const set = await sessions.setPin(session.id, pin.value)
    if (!set.ok) {
      meter.auth('limited', 'pin')
      return rateLimited('pin', set.error.retryAfterS)
    }
    switch (set.value) {
      case 'session-ended':
        return sessionInvalid()
      case 'already-set':
        return problem('pin-already-set', 'This session has a PIN; log in again to set another')
      case 'set':
        log.did('pin_set', session.user, request.address)
        return done('PIN set for this session')
    }
  }

const verifyPinHandler =
  ({ sessions, meter, log }: AdminHandlerDeps): AdminHandler =>
  async ({ session, request, json: readBody }) => {
    const body = await readBody()
    if (!body.ok) return body.error
    const pin = parsePin(body.value)
    if (!pin.ok) return invalid(pin.issues)
    const verdict = await sessions.verifyPin(session.id, pin.value)
    const refused = pinProblem(verdict)
    if (verdict.kind !== 'not-set') meter.auth(refused === undefined ? 'success' : 'failed', 'pin')
    if (refused === undefined) return done('PIN is right')
    if (verdict.kind !== 'not-set') log.pinRefused(verdict, session.user, request.address)
    return refused
  }

const mintHandler =
  ({ mint, log }: AdminHandlerDeps): AdminHandler =>
  async ({ session, request, json: readBody }) => {
    const body = await readBody()
    if (!body.ok) return body.error
    const parsed = parseTokenMint(body.value)
    if (!parsed.ok) return invalid(parsed.issues)
    const { role, agent_id: agentId } = parsed.value
    const minted = await mint(requestOf(parsed.value), session)
    if (!minted.ok) return mintProblem(minted.error)
    log.did('token_minted', session.user, request.address, { role, agent_id: agentId })
    const { token, expiresIn } = minted.value
    return json({ access_token: token, token_type: 'bearer', expires_in: expiresIn })
  }

const requestOf = (given: TokenMintRequest): Parameters<Mint>[0] => ({
  userId: given.user_id,
  agentId: given.agent_id,
  scopes: given.scopes,
  role: given.role,
  temp: given.temp_registration,
  agentType: given.agent_type ?? undefined,
  keyHash: given.agent_key_hash ?? undefined,
})

const mintProblem = (fault: MintFault): Problem => {
  switch (fault.kind) {
    case 'not-found':
      return agentNotFound(fault.id)
    case 'unfit':
      return problem('invalid-input', `${fault.field} must ${fault.must}`, { field: fault.field })
    case 'other-user':
      return problem('insufficient-permissions', 'An admin token is minted for the user of this session only')
  }
}
