// What the hub knows of an agent, and of an agent that is gone. Only committed changes make or end these.

import type { AgentRegistration, AgentStatus } from '@arcp/protocol/model'

/** Why an incarnation ended. Answered with 410 `agent-gone` to whoever still holds its token. */
export type EndReason = 'replaced' | 'unregistered' | 'expired' | 'revoked'

/** One life of an agent id, from its registration to its end. Times are epoch milliseconds UTC. */
export interface Agent {
  readonly id: string
  /** 1, 2, 3 …: every registration of an id is a new incarnation; what carries an old one is refused. */
  readonly incarnation: number
  /** Epoch of the store in which this incarnation began: the same number in another history is another life. */
  readonly epoch: string
  readonly card: AgentRegistration
  /** Digest of the agent key this incarnation was registered with. */
  readonly keyId: string
  readonly status: AgentStatus
  readonly registeredAt: number
  /** When the agent was known alive as of the last committed change. Heartbeats in between are not changes. */
  readonly seenAt: number
}

/** What remains of an id after its removal, for 30 days: the number must never be given twice. */
export interface Tombstone {
  readonly id: string
  readonly incarnation: number
  readonly epoch: string
  readonly keyId: string
  readonly reason: Exclude<EndReason, 'replaced'>
  readonly endedAt: number
}

export const TOMBSTONE_DAYS = 30

/**
 * Whether what a store gives back is the card of this agent. Registrations are checked whole before they are committed:
 * here only that nothing else stands in its place, not every limit again, which another version may set differently.
 */
export const isCardOf = (id: string, value: unknown): value is AgentRegistration => {
  if (typeof value !== 'object' || value === null || !('agent_id' in value) || value.agent_id !== id) return false
  const card: Readonly<Record<string, unknown>> = { ...value }
  return (
    TEXTS.every((name) => typeof card[name] === 'string') &&
    LISTS.every((name) => Array.isArray(card[name])) &&
    typeof card['metadata'] === 'object' &&
    card['metadata'] !== null
  )
}

const TEXTS = [
  'name',
  'agent_type',
  'endpoint',
  'context_brief',
  'version',
  'owner',
  'public_key',
  'communication_mode',
]
const LISTS = ['capabilities', 'features', 'policy_tags']
