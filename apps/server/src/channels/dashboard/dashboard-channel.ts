// `/dashboard/ws`: an administrator's token and living session first (D1), then everything there is to see (D2), and
// requests (D8, D9).

import { CLOSE_REASONS } from '@arcp/protocol'
import { decodeDashboardAuth, decodeUp, encodeDown, toIso } from '@arcp/protocol/codec'

import type { Auth } from '../../domain/auth.ts'
import type { AdminClaims } from '../../domain/tokens.ts'
import { answerUndecoded, pong } from '../answers.ts'
import type { Channel } from '../channel.ts'
import { close, join, many, nothing, reply, type Outcome } from '../outcome.ts'
import type { PendingAuth } from '../pending-auth.ts'
import type { Session } from '../session.ts'
import { DASHBOARD_TOPIC } from '../topics.ts'
import { untilExpiry } from '../until-expiry.ts'
import { allFrames, answerRequest, type RequestDeps } from './requests.ts'
import type { Rounds } from './rounds.ts'
import type { Viewers } from './viewers.ts'

export interface DashboardChannelDeps extends RequestDeps {
  readonly auth: Pick<Auth, 'verify' | 'sessionOf'>
  readonly viewers: Viewers
  readonly rounds: Pick<Rounds, 'begin' | 'end'>
  readonly pending: Pick<PendingAuth, 'remove'>
  /** To authenticate, in milliseconds (`DASHBOARD_WS_TIMEOUT`). */
  readonly timeoutMs: number
  /** Authenticated sockets, 0 for no limit. */
  readonly maxConnections: number
}

const refuse = (reason: string): Outcome => close(4001, reason)

const OTHER_FRAME = refuse(CLOSE_REASONS.authFrameRequired)
const NO_TOKEN = refuse(CLOSE_REASONS.authenticationTokenRequired)
const INVALID_TOKEN = refuse(CLOSE_REASONS.invalidToken)
const TOO_EARLY = refuse(CLOSE_REASONS.authenticationRequired)
const NOT_ADMIN = close(4003, CLOSE_REASONS.adminRoleRequired)

export const createDashboardChannel = (deps: DashboardChannelDeps): Channel => {
  const { auth, viewers, rounds, pending, frames, clock, timeoutMs, maxConnections } = deps

  const full = (): boolean => maxConnections > 0 && viewers.count() >= maxConnections

  const admit = (session: Session, claims: AdminClaims, live: boolean): Outcome => {
    session.state = { kind: 'authenticated', claims, live, until: untilExpiry(clock, claims.expiresAt) }
    viewers.admit(session, !live)
    pending.remove(session)
    // Who asked for live frames gets none of the others until it asks for them.
    if (live) return nothing
    rounds.begin()
    return many(...allFrames(frames, DASHBOARD_TOPIC).map(reply), join(DASHBOARD_TOPIC))
  }

  const verify = async (session: Session, token: string, live: boolean): Promise<Outcome> => {
    const verdict = await auth.verify(token)
    if (session.state.kind === 'closed') return nothing
    if (!verdict.ok) return INVALID_TOKEN
    const claims = verdict.value
    if (claims.kind !== 'admin') return NOT_ADMIN
    viewers.expect(session, claims)
    const opened = await auth.sessionOf(claims)
    if (isClosed(session)) return nothing
    if (opened === undefined) return INVALID_TOKEN
    return full() ? close(1013, CLOSE_REASONS.capacity) : admit(session, claims, live)
  }

  const firstFrame = (session: Session, text: string, until: number): Outcome | Promise<Outcome> => {
    const decoded = decodeDashboardAuth(text)
    switch (decoded.kind) {
      case 'ok':
        session.state = { kind: 'verifying', until, held: 0 }
        return verify(session, decoded.token, decoded.live)
      case 'frame':
        return decoded.frame.type === 'ping' ? pong(clock.wall()) : nothing
      case 'other':
        return OTHER_FRAME
      case 'no-token':
        return NO_TOKEN
      case 'bad-token':
        return INVALID_TOKEN
      case 'ping':
      case 'pong':
        return nothing
    }
  }

  // Nothing is acted on, and nothing kept for later: who does not wait is sent away.
  const whileVerifying = (text: string): Outcome => {
    const decoded = decodeDashboardAuth(text)
    if (decoded.kind !== 'frame') return TOO_EARLY
    return decoded.frame.type === 'ping' ? pong(clock.wall()) : nothing
  }

  // A later token of the same session extends the expiry; any other ends the socket.
  const again = async (session: Session, token: string): Promise<Outcome> => {
    const verdict = await auth.verify(token)
    if (!verdict.ok) return INVALID_TOKEN
    const claims = verdict.value
    if (claims.kind !== 'admin') return NOT_ADMIN
    if (claims.sessionId !== viewers.viewer(session)?.sessionId) return INVALID_TOKEN
    const opened = await auth.sessionOf(claims)
    if (session.state.kind !== 'authenticated') return nothing
    if (opened === undefined) return INVALID_TOKEN
    session.state = { ...session.state, until: Math.max(session.state.until, untilExpiry(clock, claims.expiresAt)) }
    return reply(encodeDown({ type: 'auth_ack', timestamp: toIso(clock.wall()), data: { status: 'ok' } }))
  }

  const authenticated = (session: Session, text: string): Outcome | Promise<Outcome> => {
    const decoded = decodeUp('dashboard', text)
    if (decoded.kind !== 'frame') return answerUndecoded(decoded)
    const { frame } = decoded
    if (frame.type === 'auth') return again(session, frame.token)
    const viewer = viewers.viewer(session)
    return viewer === undefined ? nothing : answerRequest(deps, session, viewer, frame)
  }

  return {
    endpoint: 'dashboard',
    initialState: (now) => ({ kind: 'awaiting-auth', until: now + timeoutMs }),
    // Strangers must not lock operators out: the limit counts authenticated sockets, after the token was checked (C8).
    admits: () => true,
    refusal: CLOSE_REASONS.capacity,
    opened: () => nothing,
    heard: () => undefined,
    text: (session, text) => {
      const { state } = session
      switch (state.kind) {
        case 'awaiting-auth':
          return firstFrame(session, text, state.until)
        case 'verifying':
          return whileVerifying(text)
        case 'authenticated':
          return authenticated(session, text)
        case 'open':
        case 'closed':
          return nothing
      }
    },
    gone: (session) => {
      viewers.remove(session)
      pending.remove(session)
      if (viewers.watching() === 0) rounds.end()
    },
  }
}

// It may have been closed while somebody else was asked.
const isClosed = ({ state }: Session): boolean => state.kind === 'closed'
