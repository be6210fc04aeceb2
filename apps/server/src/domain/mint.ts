// Tokens an administrator makes for others, and for the own session.

import type { Clock } from '../kernel/clock.ts'
import type { Random } from '../kernel/random.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { AdminLogin } from './admin-login.ts'
import type { AgentKeys, AgentView, Tokens } from './ports.ts'
import type { AdminSession } from './sessions.ts'
import { TEMP_TOKEN_S } from './tokens.ts'

export interface MintRequest {
  readonly userId: string
  readonly agentId: string
  readonly scopes: readonly string[]
  readonly role: 'user' | 'agent' | 'admin'
  /** A temp token, for an agent that is to register. */
  readonly temp: boolean
  readonly agentType: string | undefined
  /** SHA-256 of a configured agent key. */
  readonly keyHash: string | undefined
}

export interface Minted {
  readonly token: string
  readonly expiresIn: number
}

export type MintFault =
  | { readonly kind: 'not-found'; readonly id: string }
  /** `field` does not fit the rest of the request. */
  | { readonly kind: 'unfit'; readonly field: 'temp_registration' | 'agent_key_hash'; readonly must: string }
  | { readonly kind: 'other-user' }

export type Mint = (request: MintRequest, session: AdminSession) => Promise<Result<Minted, MintFault>>

export interface MintDeps {
  readonly tokens: Pick<Tokens, 'signTemp' | 'signAccess' | 'signUser'>
  readonly view: Pick<AgentView, 'get' | 'position'>
  readonly keys: Pick<AgentKeys, 'ofHash'>
  readonly signAdmin: AdminLogin['sign']
  readonly clock: Pick<Clock, 'wall'>
  readonly random: Random
  /** Life of a token in seconds (`JWT_EXPIRE_MINUTES`). */
  readonly tokenS: number
}

const TOKEN_ID_BYTES = 16
/** What an agent says of itself when it does not say. */
const ANY_TYPE = 'unknown'

export const createMint = (deps: MintDeps): Mint => {
  const { tokens, view, keys, signAdmin, clock, random, tokenS } = deps

  const times = (lifeS: number) => {
    const issuedAt = Math.floor(clock.wall() / 1000)
    return { jti: random.token(TOKEN_ID_BYTES), issuedAt, expiresAt: issuedAt + lifeS }
  }

  const temp = async ({ agentId, agentType = ANY_TYPE, keyHash }: MintRequest): Promise<Result<Minted, MintFault>> => {
    const keyId = keyHash === undefined ? undefined : keys.ofHash(keyHash)
    if (keyId === undefined) {
      return err({ kind: 'unfit', field: 'agent_key_hash', must: 'be the SHA-256 in hex of an agent key of this hub' })
    }
    const token = await tokens.signTemp({ kind: 'temp', agentId, agentType, keyId, ...times(TEMP_TOKEN_S) })
    return ok({ token, expiresIn: TEMP_TOKEN_S })
  }

  const access = async ({ agentId }: MintRequest): Promise<Result<Minted, MintFault>> => {
    const agent = view.get(agentId)
    if (agent === undefined) return err({ kind: 'not-found', id: agentId })
    const { keyId, incarnation, epoch } = agent
    const { offset } = view.position()
    const life = { agentId, keyId, incarnation, epoch, offset }
    return ok({ token: await tokens.signAccess({ kind: 'access', ...life, ...times(tokenS) }), expiresIn: tokenS })
  }

  return async (request, session) => {
    const { role, userId: user, agentId, scopes } = request
    if (request.temp && role !== 'agent') {
      return err({ kind: 'unfit', field: 'temp_registration', must: 'come with the role "agent"' })
    }
    switch (role) {
      case 'agent':
        return request.temp ? temp(request) : access(request)
      case 'user': {
        const token = await tokens.signUser({ kind: 'user', user, agentId, scopes, ...times(tokenS) })
        return ok({ token, expiresIn: tokenS })
      }
      case 'admin': {
        if (user !== session.user) return err({ kind: 'other-user' })
        const { token, expiresIn } = await signAdmin(session)
        return ok({ token, expiresIn })
      }
    }
  }
}
