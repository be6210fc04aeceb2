// Demands the PIN of an administrator's session before what cannot be undone. An agent that acts for itself has none.

import type { PinVerdict, Sessions } from '../domain/sessions.ts'
import { single } from '../kernel/http.ts'
import type { Meter } from '../kernel/meter.ts'
import { problem, type Problem } from './answer.ts'
import type { AdminLog } from './admin-log.ts'
import type { SignedHandler } from './exchange.ts'
import { rateLimited, sessionInvalid } from './faults.ts'

/** Reaches the handler only with the PIN in `X-Session-Pin`, where the session has one. */
export type Pinned = (handler: SignedHandler) => SignedHandler

export interface PinCheckDeps {
  readonly sessions: Pick<Sessions, 'verifyPin'>
  readonly meter: Pick<Meter, 'auth'>
  readonly log: AdminLog
}

/** @returns undefined for a PIN that is right, or that need not be */
export const pinProblem = (verdict: PinVerdict): Problem | undefined => {
  switch (verdict.kind) {
    case 'right':
      return undefined
    case 'not-set':
      return problem('pin-not-set', 'This session has no PIN; set one with POST /auth/set_pin')
    case 'wrong':
      return verdict.triesLeft === 0
        ? problem('pin-incorrect', 'The PIN is wrong, and the session has ended; log in again', { tries_left: 0 })
        : problem('pin-incorrect', 'The PIN is wrong', { tries_left: verdict.triesLeft })
    case 'session-ended':
      return sessionInvalid()
    case 'busy':
      return rateLimited('pin', verdict.retryAfterS)
  }
}

export const createPinCheck =
  ({ sessions, meter, log }: PinCheckDeps): Pinned =>
  (handler) =>
  async (exchange) => {
    const { session, request } = exchange
    if (session?.pinSet !== true) return handler(exchange)
    const pin = single(request.headers, 'x-session-pin')
    if (pin === undefined || pin === '') {
      return problem('pin-required', 'This session has a PIN; send it in X-Session-Pin', { header: 'X-Session-Pin' })
    }
    const verdict = await sessions.verifyPin(session.id, pin)
    meter.auth(verdict.kind === 'right' ? 'success' : 'failed', 'pin')
    const refused = pinProblem(verdict)
    if (refused === undefined) return handler(exchange)
    log.pinRefused(verdict, session.user, request.address)
    return refused
  }
