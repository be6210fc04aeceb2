// What the domain needs from the outside, with the guarantees each adapter must keep. One contract suite runs on
// every adapter of a port.

import type { Result } from '../kernel/result.ts'
import type { KeptMetrics } from './agent-metrics.ts'
import type { Agent, Tombstone } from './agent.ts'
import type { CommittedChange, Position } from './change.ts'
import type { AgentRef, Command, Refusal } from './command.ts'
import type { AccessClaims, AdminClaims, TempClaims, TokenClaims, TokenFault, UserClaims } from './tokens.ts'
import type { Answer } from './transition.ts'

export interface Committed {
  readonly answer: Answer
  /** Position of the last change of this commit, or the head when it changed nothing. */
  readonly position: Position
}

/** The store could not say whether the command was committed, or refused to try. The caller answers 503. */
export interface StoreAway {
  readonly kind: 'store-away'
  readonly retryAfterS: number
}

export interface StoredState {
  readonly position: Position
  readonly agents: readonly Agent[]
  /** Of agents among them that have reported some in this life. */
  readonly metrics?: readonly KeptMetrics[]
}

/** When an agent was last heard. */
export interface SignOfLife extends AgentRef {
  /** Epoch milliseconds UTC. */
  readonly seenAt: number
}

export interface Renewed {
  /** Those among the signs that are dead in this incarnation: heard, but too late for the store. */
  readonly dead: readonly AgentRef[]
  /** What is kept in place of metrics that were not written, as another hub had written since they were read. */
  readonly overtaken: readonly KeptMetrics[]
}

/** Who follows the committed state. Called outside of any commit; must not throw. */
export interface Follower {
  readonly committed: (change: CommittedChange) => void
  /** An agent was heard by another hub. Not a change. */
  readonly seen?: (id: string, at: number) => void
  /** Another hub kept new metrics of an agent. Not a change. */
  readonly measured?: (kept: KeptMetrics) => void
  /** The stream cannot be continued: this is the state now, and `committed` goes on after its position. */
  readonly reset?: (state: StoredState) => void
}

export interface StoreStatus {
  readonly kind: 'memory' | 'sqlite' | 'redis'
  /** False while nothing can be committed. Reads from the hub's copy go on. */
  readonly available: boolean
  /** It works, and may forget what it acknowledged: a setting of the store itself. */
  readonly atRisk?: boolean
}

/**
 * Keeps the agents and the ordered history of their changes.
 *
 * - `commit` is atomic: all changes of a command are written with consecutive offsets and its answer is remembered,
 *   or nothing is. Two commands never interleave. Decisions are those of `transition.decide`. What was answered
 *   survives whatever the adapter promises to survive.
 * - A refusal changes nothing and takes no offset.
 * - Every committed change reaches every follower exactly once, in the order of offsets, without holes, before the
 *   promise of the `commit` that made it resolves on this hub.
 * - Incarnations of an id only grow, also across removal, for 30 days.
 */
export interface Store {
  readonly commit: (command: Command) => Promise<Result<Committed, Refusal | StoreAway>>
  /** State and position, consistent with each other. */
  readonly load: () => Promise<StoredState>
  readonly head: () => Position
  /** Changes after `offset`, oldest first, at most `limit`; undefined when the history does not reach back so far. */
  readonly history: (offset: number, limit: number) => Promise<readonly CommittedChange[] | undefined>
  /** What remains of a removed id; undefined for one that is here, was never here, or is forgotten. */
  readonly tombstone: (id: string) => Promise<Result<Tombstone | undefined, StoreAway>>
  /**
   * Keeps when agents were last heard; a moment before the kept one, or of another incarnation, is passed over.
   * In the same step keeps metrics, each on top of the revision before it; of another life they are passed over, and
   * they end with their own. Neither is a change. Called about once a second with what is new.
   */
  readonly renew: (
    signs: readonly SignOfLife[],
    metrics?: readonly KeptMetrics[],
  ) => Promise<Result<Renewed, StoreAway>>
  /** @returns a function that ends the following */
  readonly follow: (follower: Follower) => () => void
  readonly status: () => StoreStatus
  readonly close: () => Promise<void>
}

/**
 * Signs and verifies tokens. Verification checks signature, algorithm, kind, issuer, audience and times; whether the
 * incarnation still lives is the caller's question. A failed verification has no side effect.
 */
export interface Tokens {
  readonly signTemp: (claims: TempClaims) => Promise<string>
  readonly signAccess: (claims: AccessClaims) => Promise<string>
  readonly signAdmin: (claims: AdminClaims) => Promise<string>
  readonly signUser: (claims: UserClaims) => Promise<string>
  readonly verify: (token: string) => Promise<Result<TokenClaims, TokenFault>>
}

/** Agent keys as configured. Compares whole keys by digest in constant time. */
export interface AgentKeys {
  /** @returns the id under which the key is known, undefined for a key that is not configured */
  readonly identify: (key: string) => string | undefined
  /** Whether the key of this id is configured: a key may be taken away while the hub runs. */
  readonly knows: (keyId: string) => boolean
  /** The id of the key with this SHA-256 in hex; undefined when no configured key has it. */
  readonly ofHash: (hash: string) => string | undefined
}

/** How long to wait, in seconds, when a bucket is empty. */
export interface Exhausted {
  readonly retryAfterS: number
}

/** One attempt, already counted. Give it back when it turned out to be rightful. */
export interface Reservation {
  readonly refund: () => Promise<void>
}

export interface Budget {
  /** The most that pass at once. */
  readonly limit: number
  /** What passes at once now. */
  readonly remaining: number
  /** Seconds until `remaining` is `limit` again, when nothing is asked until then. */
  readonly resetS: number
}

/** Counts before it lets through: concurrent attempts cannot pass together where one was left. */
export interface RateLimits {
  /** A guess at a secret of `account` from `network`. */
  readonly reserveLogin: (account: string, network: string) => Promise<Result<Reservation, Exhausted>>
  /** An anonymous read from `network`. */
  readonly takePublic: (network: string) => Promise<Result<Budget, Exhausted & Budget>>
  /** A call to an agent that somebody from `network` asks for. */
  readonly takeConnect: (network: string) => Promise<Result<Budget, Exhausted & Budget>>
}

/** The hub's own copy of the committed state: what every read is answered from. */
export interface AgentView {
  readonly position: () => Position
  readonly get: (id: string) => Agent | undefined
  /** Epoch milliseconds UTC of the last sign of life, heartbeats included. */
  readonly lastSeen: (id: string) => number | undefined
  /** Moves `lastSeen` forward. Not a change: nothing is committed or announced. */
  readonly touch: (id: string, at: number) => void
  /** True once the copy holds the change at `offset`; false when it does not within `timeoutMs`. */
  readonly reached: (offset: number, timeoutMs: number) => Promise<boolean>
}
