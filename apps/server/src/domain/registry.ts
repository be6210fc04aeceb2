// The life of an agent as its own program asks for it: a temp token, registration, heartbeats, the end.
// Decides nothing about state itself: commands go to the store, reads come from the hub's copy.

import type { AgentRegistration } from '@arcp/protocol/model'

import type { Clock } from '../kernel/clock.ts'
import { sha256Hex } from '../kernel/digest.ts'
import type { Random } from '../kernel/random.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Principal } from './auth.ts'
import type { AgentRef, Claim, Command, Refusal } from './command.ts'
import type { AgentKeys, AgentView, Committed, RateLimits, Store, StoreAway, Tokens } from './ports.ts'
import type { SignsOfLife } from './signs-of-life.ts'
import { TEMP_TOKEN_S, type AccessClaims } from './tokens.ts'
import { endOf, isLife, type Answer } from './transition.ts'

export interface RegistryPolicy {
  /** Life of an access token in seconds (`JWT_EXPIRE_MINUTES`). */
  readonly accessTokenS: number
  /** Largest record in bytes of JSON (`AGENT_MAX_BYTES`). */
  readonly agentMaxBytes: number
  /** Agents alive per key, 0 for no limit (`AGENT_KEY_MAX_AGENTS`). */
  readonly keyMaxAgents: number
}

export interface RegistryDeps {
  readonly store: Pick<Store, 'commit' | 'tombstone'>
  readonly view: AgentView
  readonly signs: Pick<SignsOfLife, 'note'>
  readonly tokens: Pick<Tokens, 'signTemp' | 'signAccess'>
  readonly keys: AgentKeys
  readonly limits: Pick<RateLimits, 'reserveLogin'>
  readonly clock: Pick<Clock, 'wall'>
  readonly random: Random
  readonly policy: RegistryPolicy
}

export interface Registered {
  readonly agentId: string
  readonly accessToken: string
  readonly how: Extract<Answer, { kind: 'registered' }>['how']
}

export type RegistryFault =
  | Refusal
  | StoreAway
  | { readonly kind: 'forbidden'; readonly agentId: string; readonly target: string }
  | { readonly kind: 'temp-token'; readonly agentId: string }
  /** An administrator has no agent key: an agent is registered with one. */
  | { readonly kind: 'admin-registers'; readonly target: string }
  /** The key that stands in the token was taken away since. */
  | { readonly kind: 'key-removed' }
  | { readonly kind: 'too-large'; readonly bytes: number; readonly limit: number }
  | { readonly kind: 'behind'; readonly retryAfterS: number }

export type TempTokenFault = { readonly kind: 'wrong-key' } | { readonly kind: 'limited'; readonly retryAfterS: number }

export interface Registry {
  /** Trades an agent key for a temp token. Counts the attempt before it looks at the key. */
  readonly tempToken: (
    request: { readonly agentId: string; readonly agentType: string; readonly agentKey: string },
    network: string,
  ) => Promise<Result<{ readonly token: string; readonly expiresIn: number }, TempTokenFault>>
  readonly register: (card: AgentRegistration, principal: Principal) => Promise<Result<Registered, RegistryFault>>
  readonly unregister: (id: string, principal: Principal) => Promise<Result<void, RegistryFault>>
  /** An operator's word: the life of this id ends, and its tokens never open anything again. */
  readonly revoke: (id: string) => Promise<Result<void, RegistryFault>>
  /** @returns the sign of life as noted, epoch milliseconds UTC */
  readonly heartbeat: (id: string, principal: Principal) => Promise<Result<number, RegistryFault>>
  /** Brings back an agent that was heard but ended by the store before it knew. */
  readonly revive: (ref: AgentRef) => Promise<void>
  /** A fresh access token for the same incarnation. */
  readonly refresh: (claims: AccessClaims) => Promise<string>
}

/** How long a caller waits for this hub to apply its own commit, in milliseconds. */
const APPLY_MS = 5000
/** Of a revocation that finds the next life of the agent in its place. */
const REVOKE_ATTEMPTS = 3

export const createRegistry = (deps: RegistryDeps): Registry => {
  const { store, view, signs, tokens, keys, limits, clock, random, policy } = deps
  const nowS = (): number => Math.floor(clock.wall() / 1000)

  const applied = async (committed: Committed): Promise<Result<Committed, RegistryFault>> =>
    (await view.reached(committed.position.offset, APPLY_MS)) ? ok(committed) : err({ kind: 'behind', retryAfterS: 1 })

  const commit = async (command: Command): Promise<Result<Committed, RegistryFault>> => {
    const committed = await store.commit(command)
    return committed.ok ? applied(committed.value) : committed
  }

  const revive = (id: string, { incarnation, epoch }: Pick<AccessClaims, 'incarnation' | 'epoch'>) =>
    commit({ kind: 'revive', id, incarnation, epoch, keyMaxAgents: policy.keyMaxAgents })

  const signRegistered = (answer: Extract<Answer, { kind: 'registered' }>, claim: Claim, offset: number) => {
    const fresh = answer.how === 'updated'
    const issuedAt = fresh ? nowS() : Math.floor(answer.registeredAt / 1000)
    return tokens.signAccess({
      kind: 'access',
      agentId: answer.id,
      keyId: claim.keyId,
      incarnation: answer.incarnation,
      epoch: answer.epoch,
      offset,
      // A retry gets the first answer again, from any hub: everything in the token follows from what was stored.
      jti: fresh ? random.token(16) : sha256Hex(`access ${claim.jti}`).slice(0, 32),
      issuedAt,
      expiresAt: issuedAt + policy.accessTokenS,
    })
  }

  const isLiving = (claims: AccessClaims): boolean => {
    const agent = view.get(claims.agentId)
    return agent !== undefined && isLife(agent, claims)
  }

  /** A new incarnation needs a key that is still there; one that lives is updated without. */
  const mayNotStart = async (principal: Exclude<Principal, { kind: 'admin' }>): Promise<RegistryFault | undefined> => {
    if (keys.knows(principal.keyId)) return undefined
    if (principal.kind === 'temp') return { kind: 'key-removed' }
    if (isLiving(principal)) return undefined
    const { agentId: id } = principal
    const tombstone = await store.tombstone(id)
    if (!tombstone.ok) return tombstone.error
    const reason = endOf({ agent: view.get, tombstone: () => tombstone.value }, { id, ...principal })
    return reason === 'replaced' || reason === 'revoked' ? { kind: 'gone', id, reason } : { kind: 'key-removed' }
  }

  const revoke: Registry['revoke'] = async (id) => {
    for (let attempt = 0; attempt < REVOKE_ATTEMPTS; attempt += 1) {
      const agent = view.get(id)
      if (agent === undefined) return attempt === 0 ? err({ kind: 'not-found', id }) : ok(undefined)
      const committed = await commit({ kind: 'revoke', agents: [{ id, incarnation: agent.incarnation }] })
      if (!committed.ok) return committed
    }
    // It is registered anew as fast as it is ended.
    return view.get(id) === undefined ? ok(undefined) : err({ kind: 'behind', retryAfterS: 1 })
  }

  return {
    revoke,

    tempToken: async ({ agentId, agentType, agentKey }, network) => {
      const attempt = await limits.reserveLogin(agentId, network)
      if (!attempt.ok) return err({ kind: 'limited', retryAfterS: attempt.error.retryAfterS })
      const keyId = keys.identify(agentKey)
      if (keyId === undefined) return err({ kind: 'wrong-key' })
      await attempt.value.refund()
      const issuedAt = nowS()
      const token = await tokens.signTemp({
        kind: 'temp',
        agentId,
        agentType,
        keyId,
        jti: random.token(16),
        issuedAt,
        expiresAt: issuedAt + TEMP_TOKEN_S,
      })
      return ok({ token, expiresIn: TEMP_TOKEN_S })
    },

    register: async (card, principal) => {
      if (principal.kind === 'admin') return err({ kind: 'admin-registers', target: card.agent_id })
      if (principal.agentId !== card.agent_id) {
        return err({ kind: 'forbidden', agentId: principal.agentId, target: card.agent_id })
      }
      const refused = await mayNotStart(principal)
      if (refused !== undefined) return err(refused)
      const body = JSON.stringify(card)
      const bytes = Buffer.byteLength(body)
      if (bytes > policy.agentMaxBytes) return err({ kind: 'too-large', bytes, limit: policy.agentMaxBytes })
      const claim = claimOf(principal)
      const { keyMaxAgents } = policy
      const committed = await store.commit({ kind: 'register', card, claim, bodyDigest: sha256Hex(body), keyMaxAgents })
      if (!committed.ok) return committed
      const { answer, position } = committed.value
      if (answer.kind !== 'registered') throw new Error(`register was answered with ${answer.kind}`)
      const seen = await applied(committed.value)
      if (answer.how !== 'updated' && !keys.knows(claim.keyId)) {
        // Whoever ends the agents of a removed key may have looked before this one was there to be seen.
        await commit({ kind: 'revoke', agents: [{ id: answer.id, incarnation: answer.incarnation }] })
        return err({ kind: 'key-removed' })
      }
      if (!seen.ok) return seen
      const accessToken = await signRegistered(answer, claim, answer.offset ?? position.offset)
      return ok({ agentId: answer.id, accessToken, how: answer.how })
    },

    unregister: async (id, principal) => {
      if (principal.kind === 'admin') return revoke(id)
      if (principal.agentId !== id) return err(notYours(id, principal))
      if (principal.kind === 'temp' && !keys.knows(principal.keyId)) return err({ kind: 'key-removed' })
      const committed = await commit({ kind: 'unregister', id, claim: claimOf(principal) })
      return committed.ok ? ok(undefined) : committed
    },

    heartbeat: async (id, principal) => {
      if (principal.kind === 'temp') return err({ kind: 'temp-token', agentId: principal.agentId })
      if (principal.kind === 'access' && principal.agentId !== id) return err(notYours(id, principal))
      const at = clock.wall()
      const agent = view.get(id)
      // A sign of life is for one life: an administrator means the one that is there, and brings none back that ended.
      const life = principal.kind === 'admin' ? agent : principal
      if (life === undefined) return err({ kind: 'not-found', id })
      // When it is not there, the store says how it ended.
      if (agent === undefined || !isLife(agent, life) || agent.status === 'dead') {
        const revived = await revive(id, life)
        if (!revived.ok) return revived
      }
      signs.note(id, at)
      return ok(view.lastSeen(id) ?? at)
    },

    revive: async ({ id, incarnation }) => {
      const agent = view.get(id)
      if (agent?.incarnation === incarnation) await revive(id, agent)
    },

    refresh: (claims) => {
      const issuedAt = nowS()
      return tokens.signAccess({
        ...claims,
        jti: random.token(16),
        issuedAt,
        expiresAt: issuedAt + policy.accessTokenS,
      })
    },
  }
}

const claimOf = (principal: Exclude<Principal, { kind: 'admin' }>): Claim =>
  principal.kind === 'temp'
    ? { via: 'temp', jti: principal.jti, keyId: principal.keyId }
    : {
        via: 'access',
        jti: principal.jti,
        keyId: principal.keyId,
        incarnation: principal.incarnation,
        epoch: principal.epoch,
      }

export const notYours = (target: string, { agentId }: Exclude<Principal, { kind: 'admin' }>): RegistryFault => ({
  kind: 'forbidden',
  agentId,
  target,
})
