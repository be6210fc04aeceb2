/**
 * Owns: the life of a connection as a pure machine: state and event in, state and effects out.
 * Must not know: sockets, timers, clocks; `drive-connection.ts` carries out what is decided here.
 */
import { retryPolicyOf, type RetryPolicy } from '@arcp/protocol'

/** Milliseconds. Retries wait at a random moment from `min` to a ceiling that doubles up to `max`. */
export const BACKOFF = { min: 500, first: 1000, max: 20_000 } as const

/** A connection that held so long starts counting its attempts anew. */
export const STABLE_MS = 10_000

/** Floors of the ceiling where a whole fleet comes back (1012), and of the wait where the hub is full (1013). */
const JITTERED_CEILING = 10_000
const LATER_MIN = 5000

export type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'open'; readonly attempt: number; readonly at: number; readonly spreadMs: number }
  | { readonly kind: 'waiting'; readonly attempt: number }
  | { readonly kind: 'ended' }

export type ConnectionEvent =
  | { readonly type: 'start' }
  | { readonly type: 'opened'; readonly at: number }
  /** The hub said that it will go away, and over how long it spreads that. */
  | { readonly type: 'draining'; readonly spreadMs: number }
  | {
      readonly type: 'closed'
      readonly code: number
      readonly reason: string
      readonly at: number
      readonly random: number
    }
  /** The wait is over. */
  | { readonly type: 'due' }
  | { readonly type: 'stop' }

export type Effect =
  | { readonly type: 'connect' }
  | { readonly type: 'wait'; readonly ms: number }
  /** Drop the socket and every timer. */
  | { readonly type: 'release' }
  | { readonly type: 'report'; readonly status: ConnectionStatus }

/** What a person may be told about the connection. `attempt` counts from 1 and starts anew after a stable time. */
export type ConnectionStatus =
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'open' }
  | {
      readonly state: 'waiting'
      readonly attempt: number
      readonly retryInMs: number
      readonly code: number
      readonly reason: string
    }
  /** For good. `code` is null when it was this side's wish. */
  | { readonly state: 'closed'; readonly code: number | null; readonly reason: string }

export interface Step {
  readonly state: State
  readonly effects: readonly Effect[]
}

export const IDLE: State = { kind: 'idle' }

export function step(state: State, event: ConnectionEvent): Step {
  if (state.kind === 'ended') return { state, effects: [] }
  switch (event.type) {
    case 'start':
      return state.kind === 'idle' ? connect(1) : { state, effects: [] }
    case 'opened': {
      if (state.kind !== 'connecting') return { state, effects: [] }
      const open: State = { kind: 'open', attempt: state.attempt, at: event.at, spreadMs: 0 }
      return { state: open, effects: [report({ state: 'open' })] }
    }
    case 'draining':
      return { state: state.kind === 'open' ? { ...state, spreadMs: event.spreadMs } : state, effects: [] }
    case 'closed':
      return closed(state, event)
    case 'due':
      return state.kind === 'waiting' ? connect(state.attempt) : { state, effects: [] }
    case 'stop': {
      const status: ConnectionStatus = { state: 'closed', code: null, reason: '' }
      return { state: { kind: 'ended' }, effects: [{ type: 'release' }, report(status)] }
    }
  }
}

function connect(attempt: number): Step {
  const effects: Effect[] = [report({ state: 'connecting', attempt }), { type: 'connect' }]
  return { state: { kind: 'connecting', attempt }, effects }
}

function closed(state: State, event: Extract<ConnectionEvent, { type: 'closed' }>): Step {
  if (state.kind !== 'open' && state.kind !== 'connecting') return { state, effects: [] }
  const { code, reason } = event
  const policy = retryPolicyOf(code)
  // There is no token to renew on the public endpoint: asking again would be refused again.
  if (policy === 'no' || policy === 'fresh-token') {
    return { state: { kind: 'ended' }, effects: [{ type: 'release' }, report({ state: 'closed', code, reason })] }
  }
  const stable = state.kind === 'open' && event.at - state.at >= STABLE_MS
  const attempt = stable ? 1 : state.attempt
  const spreadMs = state.kind === 'open' ? state.spreadMs : 0
  const ms = retryDelay({ attempt, policy, spreadMs, random: event.random })
  const status: ConnectionStatus = { state: 'waiting', attempt: attempt + 1, retryInMs: ms, code, reason }
  const effects: Effect[] = [{ type: 'release' }, { type: 'wait', ms }, report(status)]
  return { state: { kind: 'waiting', attempt: attempt + 1 }, effects }
}

function report(status: ConnectionStatus): Effect {
  return { type: 'report', status }
}

export interface RetryFacts {
  /** The attempt that ended, from 1. */
  readonly attempt: number
  readonly policy: RetryPolicy
  /** What a draining hub announced, 0 when it did not. */
  readonly spreadMs: number
  /** 0 to below 1. */
  readonly random: number
}

/** Full jitter under the capped ceiling: the first retry is spread too, and none comes before `BACKOFF.min`. */
export function retryDelay({ attempt, policy, spreadMs, random }: RetryFacts): number {
  const doubled = Math.min(BACKOFF.first * 2 ** Math.min(attempt - 1, 16), BACKOFF.max)
  const fleet = policy === 'jittered' ? Math.max(spreadMs, JITTERED_CEILING) : 0
  const ceiling = Math.min(Math.max(doubled, fleet), BACKOFF.max)
  const floor = policy === 'later' ? LATER_MIN : BACKOFF.min
  return Math.round(floor + random * (Math.max(ceiling, floor * 2) - floor))
}
