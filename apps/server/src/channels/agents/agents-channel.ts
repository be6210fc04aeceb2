// `/agents/ws`: a socket shows a token, then gets the list of agents (A1-A4), and lives by it (A5, A6).

import { AUTH_REQUIRED, AUTH_SUCCESS, AUTH_ERRORS, CLOSE_REASONS, ERRORS } from '@arcp/protocol'
import { decodeAgentAuth, decodeUp, encodeDown, type DecodedAgentAuth } from '@arcp/protocol/codec'

import type { Auth } from '../../domain/auth.ts'
import type { Presence } from '../../domain/presence.ts'
import type { AccessClaims, AdminClaims, TokenClaims } from '../../domain/tokens.ts'
import type { Clock } from '../../kernel/clock.ts'
import { answerUndecoded, errorText, pong } from '../answers.ts'
import type { Channel } from '../channel.ts'
import { close, join, many, nothing, reply, type Outcome } from '../outcome.ts'
import type { PendingAuth } from '../pending-auth.ts'
import { ownerOf, type Session } from '../session.ts'
import { AGENTS_TOPIC } from '../topics.ts'
import { untilExpiry } from '../until-expiry.ts'
import type { AgentSockets } from './agent-sockets.ts'
import { answerHeartbeat, type HeartbeatDeps } from './heartbeat.ts'

export interface AgentsChannelDeps extends HeartbeatDeps {
  readonly auth: Pick<Auth, 'authenticate' | 'alive'>
  readonly presence: Presence
  readonly clock: Clock
  readonly sockets: AgentSockets
  readonly pending: Pick<PendingAuth, 'remove'>
  /** The newest list of all agents (A3). */
  readonly list: () => string
  /** To authenticate, in milliseconds (`AGENT_WS_TIMEOUT`). */
  readonly timeoutMs: number
  /** Authenticated sockets, 0 for no limit. */
  readonly maxConnections: number
}

/** Frames that may arrive while a token is being verified (A2). */
const MAX_HELD = 8

const AUTH_REQUIRED_TEXT = encodeDown(AUTH_REQUIRED)
const AUTH_SUCCESS_TEXT = encodeDown(AUTH_SUCCESS)
const NOT_YET = reply(errorText(ERRORS.notAuthenticatedYet))

const refuse = (message: string, reason: string): Outcome =>
  close(1008, reason, encodeDown({ type: 'auth_error', message }))

const INVALID_TOKEN = refuse(AUTH_ERRORS.invalidToken, CLOSE_REASONS.invalidToken)
const INVALID_JSON = refuse(AUTH_ERRORS.invalidJson, CLOSE_REASONS.invalidJson)

export const createAgentsChannel = (deps: AgentsChannelDeps): Channel => {
  const { auth, presence, clock, sockets, pending, list, timeoutMs, maxConnections } = deps

  const full = (): boolean => maxConnections > 0 && sockets.count() >= maxConnections

  const verify = async (session: Session, token: string, live: boolean): Promise<Outcome> => {
    const verdict = await auth.authenticate(token)
    if (session.state.kind === 'closed') return nothing
    if (!verdict.ok) {
      return verdict.error.kind === 'behind' ? close(1013, CLOSE_REASONS.behind) : INVALID_TOKEN
    }
    const claims = verdict.value
    if (claims.kind === 'temp' || claims.kind === 'user') {
      return refuse(AUTH_ERRORS.insufficientPermissions, CLOSE_REASONS.insufficientPermissions)
    }
    // It may have ended since it was looked at, and then nothing would end this socket any more.
    if (claims.kind === 'access' && !auth.alive(claims)) return INVALID_TOKEN
    if (full()) return close(1013, CLOSE_REASONS.capacity)
    session.state = { kind: 'authenticated', claims, live, until: untilExpiry(clock, claims.expiresAt) }
    sockets.add(session, claims)
    pending.remove(session)
    if (claims.kind === 'access') presence.seen(claims)
    // The session may have ended before this socket was among those that end with it.
    if (claims.kind === 'admin' && !(await auth.authenticate(token)).ok) return INVALID_TOKEN
    const accepted = reply(AUTH_SUCCESS_TEXT)
    return live ? accepted : many(accepted, reply(list()), join(AGENTS_TOPIC))
  }

  const firstFrame = (session: Session, text: string, until: number): Outcome | Promise<Outcome> => {
    const decoded: DecodedAgentAuth = decodeAgentAuth(text)
    switch (decoded.kind) {
      case 'ok':
        session.state = { kind: 'verifying', until, held: 0 }
        return verify(session, decoded.token, decoded.live)
      case 'frame':
        return decoded.frame.type === 'ping' ? pong(clock.wall()) : nothing
      case 'not-json':
        return INVALID_JSON
      case 'no-token':
        return refuse(AUTH_ERRORS.tokenRequired, CLOSE_REASONS.authenticationRequired)
      case 'invalid':
        return decoded.path === '' ? INVALID_JSON : INVALID_TOKEN
      case 'ping':
      case 'pong':
        return nothing
    }
  }

  // A later auth frame of the same life extends the expiry; any other ends the socket.
  const again = async (session: Session, token: string): Promise<Outcome> => {
    const verdict = await auth.authenticate(token)
    if (session.state.kind !== 'authenticated') return nothing
    if (!verdict.ok && verdict.error.kind === 'behind') return close(1013, CLOSE_REASONS.behind)
    const before = session.state.claims
    if (!verdict.ok || !isSameLife(before, verdict.value)) return INVALID_TOKEN
    const { expiresAt } = verdict.value
    session.state = { ...session.state, until: Math.max(session.state.until, untilExpiry(clock, expiresAt)) }
    return reply(AUTH_SUCCESS_TEXT)
  }

  const authenticated = (session: Session, text: string): Outcome | Promise<Outcome> => {
    const decoded = decodeUp('agents', text)
    if (decoded.kind !== 'frame') return answerUndecoded(decoded)
    const { frame } = decoded
    switch (frame.type) {
      case 'ping':
        return pong(clock.wall())
      case 'pong':
        return nothing
      case 'auth':
        return again(session, frame.token)
      case 'heartbeat':
        return answerHeartbeat(deps, session, frame)
    }
  }

  const whileVerifying = (state: Extract<Session['state'], { kind: 'verifying' }>, text: string): Outcome => {
    const decoded = decodeUp('agents', text)
    if (decoded.kind === 'frame' && decoded.frame.type === 'ping') return pong(clock.wall())
    if (decoded.kind === 'frame' && decoded.frame.type === 'pong') return nothing
    state.held += 1
    return state.held > MAX_HELD ? close(1008, CLOSE_REASONS.authenticationRequired) : NOT_YET
  }

  return {
    endpoint: 'agents',
    initialState: (now) => ({ kind: 'awaiting-auth', until: now + timeoutMs }),
    // Strangers must not lock agents out: the limit counts authenticated sockets, after the token was checked (C8).
    admits: () => true,
    refusal: CLOSE_REASONS.capacity,
    opened: () => reply(AUTH_REQUIRED_TEXT),
    heard: (session) => {
      const owner = ownerOf(session)
      if (owner !== undefined) presence.seen(owner)
    },
    text: (session, text) => {
      const { state } = session
      switch (state.kind) {
        case 'awaiting-auth':
          return firstFrame(session, text, state.until)
        case 'verifying':
          return whileVerifying(state, text)
        case 'authenticated':
          return authenticated(session, text)
        case 'open':
        case 'closed':
          return nothing
      }
    },
    gone: (session) => {
      sockets.remove(session)
      pending.remove(session)
    },
  }
}

/** Whether both tokens stand for one life of an agent, or for one session of an administrator. */
const isSameLife = (before: AccessClaims | AdminClaims, now: TokenClaims): boolean => {
  if (before.kind === 'admin') return now.kind === 'admin' && now.sessionId === before.sessionId
  return (
    now.kind === 'access' &&
    now.agentId === before.agentId &&
    now.incarnation === before.incarnation &&
    now.epoch === before.epoch
  )
}
