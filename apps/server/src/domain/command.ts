// Commands: what somebody wants to happen. `transition.ts` decides them, a store commits what was decided.

import type { AgentRegistration } from '@arcp/protocol/model'

import type { EndReason } from './agent.ts'

/** What the caller presented. Tokens were verified before; here only what they say counts. */
export type Claim =
  | { readonly via: 'temp'; readonly jti: string; readonly keyId: string }
  | {
      readonly via: 'access'
      readonly jti: string
      readonly keyId: string
      readonly incarnation: number
      readonly epoch: string
    }

export interface RegisterCommand {
  readonly kind: 'register'
  readonly card: AgentRegistration
  readonly claim: Claim
  /** Digest of the normalised card: tells a retry from another request with the same token. */
  readonly bodyDigest: string
  /** Agents alive per key, 0 for no limit (`AGENT_KEY_MAX_AGENTS`). */
  readonly keyMaxAgents: number
}

/** Other data for a life that goes on. Its status and its signs of life stay as they are. */
export interface UpdateCommand extends AgentRef {
  readonly kind: 'update'
  readonly epoch: string
  readonly card: AgentRegistration
  /** JSON text of the card this one was made from. When it is another one by now, nothing is changed. */
  readonly before: string
}

export interface UnregisterCommand {
  readonly kind: 'unregister'
  readonly id: string
  readonly claim: Claim
}

export interface ReviveCommand {
  readonly kind: 'revive'
  readonly id: string
  readonly incarnation: number
  readonly epoch: string
  readonly keyMaxAgents: number
}

export interface AgentRef {
  readonly id: string
  readonly incarnation: number
}

/** Alive agents that fell silent. One that is not alive in this incarnation any more is passed over. */
export interface ExpireCommand {
  readonly kind: 'expire'
  /** `seenAt`: the last sign of life, epoch milliseconds UTC. */
  readonly agents: readonly (AgentRef & { readonly seenAt: number })[]
}

/** Dead agents whose time of grace is over. One that came back is passed over. */
interface RemoveDeadCommand {
  readonly kind: 'remove-dead'
  readonly agents: readonly AgentRef[]
}

/** Agents that lose their right to be here: an operator's word, or a key that was taken away. */
interface RevokeCommand {
  readonly kind: 'revoke'
  readonly agents: readonly AgentRef[]
}

export type Command =
  | RegisterCommand
  | UpdateCommand
  | UnregisterCommand
  | ReviveCommand
  | ExpireCommand
  | RemoveDeadCommand
  | RevokeCommand

/** Why a command was refused. Nothing changed then. */
export type Refusal =
  | { readonly kind: 'not-found'; readonly id: string }
  | { readonly kind: 'gone'; readonly id: string; readonly reason: EndReason }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'token-used' }
  | { readonly kind: 'wrong-key'; readonly id: string }
  | { readonly kind: 'key-full'; readonly id: string; readonly limit: number }
  /** Somebody else was faster: look again. */
  | { readonly kind: 'changed'; readonly id: string }
