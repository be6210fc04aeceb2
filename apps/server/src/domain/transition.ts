// The one place where commands are decided: a pure function of state, command and time. Every store runs it
// (or a script that a contract suite holds equal to it) inside its own atomic step.

import { err, ok, type Result } from '../kernel/result.ts'
import type { Agent, EndReason, Tombstone } from './agent.ts'
import type { Change } from './change.ts'
import type {
  AgentRef,
  Command,
  ExpireCommand,
  Refusal,
  RegisterCommand,
  ReviveCommand,
  UnregisterCommand,
  UpdateCommand,
} from './command.ts'

/** What the first answer to a single-use token was, so that a retry gets it again. */
export interface Remembered {
  readonly bodyDigest: string
  readonly id: string
  readonly incarnation: number
  /** The offset of the registration's commit; 0 until the store has given it one. */
  readonly offset: number
  readonly registeredAt: number
}

/**
 * How long a registration is answered again to a retry, in seconds: the life of a temp token, and 30 s more, so
 * that a token used in its first second is still known as used when the clock tolerance lets it in at its last.
 */
export const REPLAY_SECONDS = 930

/** What a decision may look at. A store hands in its own state, seen inside the atomic step. */
export interface StateView {
  /** Of this history: what is made now belongs to it. */
  readonly epoch: string
  readonly agent: (id: string) => Agent | undefined
  readonly tombstone: (id: string) => Tombstone | undefined
  /** A registration answered to this token id within the last `REPLAY_SECONDS`. */
  readonly remembered: (jti: string) => Remembered | undefined
  readonly aliveWithKey: (keyId: string) => number
  /** The highest incarnation among ids that were forgotten: an unknown id starts above it, so that no number comes twice. */
  readonly forgotten: () => number
}

export interface Decision {
  /** In order; each gets the next offset. Empty when there was nothing to do. */
  readonly changes: readonly Change[]
  readonly answer: Answer
  readonly remember?: { readonly jti: string; readonly first: Remembered }
}

export type Answer =
  | {
      readonly kind: 'registered'
      readonly id: string
      readonly incarnation: number
      readonly epoch: string
      readonly registeredAt: number
      readonly how: 'created' | 'replaced' | 'updated' | 'replayed'
      /** Set when the answer repeats an earlier commit. */
      readonly offset?: number
    }
  | { readonly kind: 'done' }

type Verdict = Result<Decision, Refusal>

/**
 * Decides a command.
 *
 * @param at epoch milliseconds UTC of the commit
 * @returns the changes to commit and the answer to give, or why not; never throws for any input
 */
export const decide = (state: StateView, command: Command, at: number): Verdict => {
  switch (command.kind) {
    case 'register':
      return decideRegister(state, command, at)
    case 'update':
      return decideUpdate(state, command)
    case 'unregister':
      return decideUnregister(state, command, at)
    case 'revive':
      return decideRevive(state, command, at)
    case 'expire':
      return done(each(command.agents, (ref) => expire(state, ref)))
    case 'remove-dead':
      return done(each(command.agents, (ref) => removeDead(state, ref, at)))
    case 'revoke':
      return done(each(command.agents, (ref) => revoke(state, ref, at)))
  }
}

const done = (changes: readonly Change[]): Verdict => ok({ changes, answer: { kind: 'done' } })

/** One change an agent at most: what is named twice has changed by then. */
const each = <R extends AgentRef>(agents: readonly R[], decideOne: (ref: R) => Change | undefined): Change[] => {
  const changed = new Map<string, Change>()
  for (const ref of agents) {
    const change = changed.has(ref.id) ? undefined : decideOne(ref)
    if (change !== undefined) changed.set(ref.id, change)
  }
  return [...changed.values()]
}

// Registering again, case by case (PROTOCOL.md, decision 5).
const decideRegister = (state: StateView, command: RegisterCommand, at: number): Verdict => {
  const { card, claim, bodyDigest } = command
  const current = state.agent(card.agent_id)
  const first = state.remembered(claim.jti)
  if (first !== undefined) {
    const replayed = replay(first, current, command)
    if (replayed !== undefined) return replayed
  }
  if (claim.via === 'access') {
    if (current !== undefined && isLife(current, claim) && current.keyId === claim.keyId) {
      return updateInPlace(state, current, command, at)
    }
    // Its incarnation may have ended by expiry or by its own wish, or in a history this store has lost.
    const reason = endOf(state, { id: card.agent_id, ...claim })
    if (reason === 'replaced' || reason === 'revoked') return err({ kind: 'gone', id: card.agent_id, reason })
  }
  if (current?.status === 'alive' && current.keyId !== claim.keyId) return err({ kind: 'duplicate', id: card.agent_id })
  const full = keyFull(state, current, claim.keyId, command.keyMaxAgents)
  if (full !== undefined) return err({ kind: 'key-full', id: card.agent_id, limit: full })
  const last = current ?? state.tombstone(card.agent_id)
  const incarnation = 1 + (last?.incarnation ?? state.forgotten())
  const agent: Agent = {
    id: card.agent_id,
    incarnation,
    epoch: state.epoch,
    card,
    keyId: claim.keyId,
    status: 'alive',
    registeredAt: at,
    seenAt: at,
  }
  return ok({
    changes: [{ op: 'put', agent }],
    answer: {
      kind: 'registered',
      id: agent.id,
      incarnation,
      epoch: state.epoch,
      registeredAt: at,
      how: current === undefined ? 'created' : 'replaced',
    },
    remember: { jti: claim.jti, first: { bodyDigest, id: agent.id, incarnation, offset: 0, registeredAt: at } },
  })
}

const replay = (first: Remembered, current: Agent | undefined, command: RegisterCommand): Verdict | undefined => {
  const sameRequest = first.bodyDigest === command.bodyDigest && first.id === command.card.agent_id
  if (sameRequest && current?.incarnation === first.incarnation) {
    const { id, incarnation, registeredAt, offset } = first
    const { epoch } = current
    const answer = { kind: 'registered', id, incarnation, epoch, registeredAt, how: 'replayed', offset } as const
    return ok({ changes: [], answer })
  }
  // An access token that was accepted once more after its incarnation ended is judged by its incarnation below.
  return command.claim.via === 'temp' ? err({ kind: 'token-used' }) : undefined
}

/** The limit when one more agent alive with this key would be too many. The agent itself is not counted twice. */
const keyFull = (state: StateView, current: Agent | undefined, keyId: string, limit: number): number | undefined => {
  const counted = current?.status === 'alive' && current.keyId === keyId ? 1 : 0
  return limit > 0 && state.aliveWithKey(keyId) - counted >= limit ? limit : undefined
}

const updateInPlace = (state: StateView, current: Agent, command: RegisterCommand, at: number): Verdict => {
  const full = keyFull(state, current, current.keyId, command.keyMaxAgents)
  if (full !== undefined && current.status === 'dead') return err({ kind: 'key-full', id: current.id, limit: full })
  const agent: Agent = { ...current, card: command.card, status: 'alive', seenAt: at }
  return ok({
    changes: [{ op: 'put', agent }],
    answer: {
      kind: 'registered',
      id: agent.id,
      incarnation: agent.incarnation,
      epoch: agent.epoch,
      registeredAt: agent.registeredAt,
      how: 'updated',
    },
  })
}

/** One life of an id: the number alone does not tell, as another history counts from 1 again. */
interface LifeRef extends AgentRef {
  readonly epoch: string
}

type Life = Pick<LifeRef, 'incarnation' | 'epoch'>

/** Whether `life` is the one that is meant. */
export const isLife = (life: Life, ref: Life): boolean =>
  life.incarnation === ref.incarnation && life.epoch === ref.epoch

/**
 * How an incarnation ended.
 *
 * @returns the reason; undefined while it lives, or when this history knows nothing of it
 */
export const endOf = (state: Pick<StateView, 'agent' | 'tombstone'>, ref: LifeRef): EndReason | undefined => {
  const last = state.agent(ref.id) ?? state.tombstone(ref.id)
  if (last === undefined) return undefined
  if (isLife(last, ref)) return 'reason' in last ? last.reason : undefined
  // A higher number, or a number of another history, was not given here.
  return ref.epoch === last.epoch && ref.incarnation < last.incarnation ? 'replaced' : undefined
}

const missing = (state: StateView, ref: LifeRef): Refusal => {
  const reason = endOf(state, ref)
  return reason === undefined ? { kind: 'not-found', id: ref.id } : { kind: 'gone', id: ref.id, reason }
}

const decideUpdate = (state: StateView, command: UpdateCommand): Verdict => {
  const { id, card, before } = command
  const current = state.agent(id)
  if (current === undefined || !isLife(current, command)) return err(missing(state, command))
  if (JSON.stringify(current.card) !== before) return err({ kind: 'changed', id })
  return done([{ op: 'put', agent: { ...current, card } }])
}

const decideUnregister = (state: StateView, command: UnregisterCommand, at: number): Verdict => {
  const { id, claim } = command
  const current = state.agent(id)
  if (claim.via === 'access' && (current === undefined || !isLife(current, claim))) {
    return err(missing(state, { id, ...claim }))
  }
  if (current === undefined) return err({ kind: 'not-found', id })
  if (current.keyId !== claim.keyId) return err({ kind: 'wrong-key', id })
  return done([{ op: 'remove', tombstone: bury(current, 'unregistered', at) }])
}

const decideRevive = (state: StateView, command: ReviveCommand, at: number): Verdict => {
  const current = state.agent(command.id)
  if (current === undefined || !isLife(current, command)) return err(missing(state, command))
  if (current.status === 'alive') return done([])
  const full = keyFull(state, current, current.keyId, command.keyMaxAgents)
  if (full !== undefined) return err({ kind: 'key-full', id: current.id, limit: full })
  return done([{ op: 'status', id: current.id, incarnation: current.incarnation, status: 'alive', seenAt: at }])
}

const expire = (state: StateView, ref: ExpireCommand['agents'][number]): Change | undefined => {
  const { id, incarnation } = ref
  const current = state.agent(id)
  if (current?.incarnation !== incarnation || current.status !== 'alive') return undefined
  return { op: 'status', id, incarnation, status: 'dead', seenAt: Math.max(current.seenAt, ref.seenAt) }
}

const removeDead = (state: StateView, ref: AgentRef, at: number): Change | undefined => {
  const current = state.agent(ref.id)
  if (current?.incarnation !== ref.incarnation || current.status !== 'dead') return undefined
  return { op: 'remove', tombstone: bury(current, 'expired', at) }
}

const revoke = (state: StateView, ref: AgentRef, at: number): Change | undefined => {
  const current = state.agent(ref.id)
  return current?.incarnation === ref.incarnation
    ? { op: 'remove', tombstone: bury(current, 'revoked', at) }
    : undefined
}

const bury = (agent: Agent, reason: Tombstone['reason'], at: number): Tombstone => ({
  id: agent.id,
  incarnation: agent.incarnation,
  epoch: agent.epoch,
  keyId: agent.keyId,
  reason,
  endedAt: at,
})
