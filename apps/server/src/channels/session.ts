// One open socket as the hub knows it: flat fields, no timers, no closures. States are a union, so that a field
// exists only in the state that owns it.

import type { AccessClaims, AdminClaims } from '../domain/tokens.ts'
import type { Bucket } from '../kernel/token-bucket.ts'
import type { Socket } from './socket.ts'
import type { Topic } from './topics.ts'

export type Endpoint = 'public' | 'agents' | 'dashboard'

export type SessionState =
  /** Public sockets need no token. */
  | { readonly kind: 'open' }
  | { readonly kind: 'awaiting-auth'; readonly until: number }
  | { readonly kind: 'verifying'; readonly until: number; held: number }
  | {
      readonly kind: 'authenticated'
      readonly claims: AccessClaims | AdminClaims
      /** Asked for live frames, so it knows the codes above 4000. */
      readonly live: boolean
      /** Monotonic milliseconds at which the token ends. */
      readonly until: number
    }
  | { readonly kind: 'closed' }

/** The agent whose own socket this is: an administrator's is nobody's. */
export const ownerOf = ({ state }: Pick<Session, 'state'>): AccessClaims | undefined =>
  state.kind === 'authenticated' && state.claims.kind === 'access' ? state.claims : undefined

export interface Session {
  /** Unique on this hub. */
  readonly id: number
  readonly socket: Socket
  readonly endpoint: Endpoint
  readonly address: string
  /** Monotonic milliseconds, as all times here. */
  readonly openedAt: number
  state: SessionState
  /** The topic the socket follows. A socket that is behind has left it for the time being. */
  topic: Topic | undefined
  /** Any byte, protocol pong included. */
  inboundAt: number
  /** From when the pause before the next ping runs: the last text frame from the client, or the last ping to it. */
  pingFrom: number
  /** When the last protocol ping went out. */
  askedAt: number
  /** A protocol ping is unanswered: one answer is not counted against the socket (`WS_PINGS_PER_S`). */
  asked: boolean
  /** 0 while the socket keeps up. */
  behindSince: number
  /** Text frames either way, and their bytes: what a person looking at a connection wants to know first. */
  framesIn: number
  bytesIn: number
  framesOut: number
  bytesOut: number
  /** Unsent bytes when they were last measured: what this socket adds to the hub's total. */
  buffered: number
  /** Counted among those who have not authenticated in time (`WS_MAX_PENDING_AUTH`). */
  pending: boolean
  badFrames: number
  badSince: number
  readonly frames: Bucket
  readonly pings: Bucket
}

export const createSession = (
  whose: Pick<Session, 'id' | 'endpoint' | 'socket' | 'address'>,
  state: SessionState,
  now: number,
  bursts: { readonly frames: number; readonly pings: number },
): Session => ({
  ...whose,
  openedAt: now,
  state,
  topic: undefined,
  inboundAt: now,
  pingFrom: now,
  askedAt: now,
  asked: false,
  behindSince: 0,
  framesIn: 0,
  bytesIn: 0,
  framesOut: 0,
  bytesOut: 0,
  buffered: 0,
  pending: false,
  badFrames: 0,
  badSince: now,
  frames: { tokens: bursts.frames, filledAt: now },
  pings: { tokens: bursts.pings, filledAt: now },
})
