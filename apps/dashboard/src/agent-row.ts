/** Owns: what a row of the table shows of an agent. Must not know: the page, frames. */
import type { LegacyAgentView } from '@arcp/client'
import { parseHubTime } from './hub-time.ts'

export interface AgentRow {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly capabilities: readonly string[]
  /** Empty when the agent did not say. */
  readonly version: string
  readonly owner: string
  readonly endpoint: string
  /** Epoch milliseconds by the hub's clock; null when unreadable. */
  readonly lastSeen: number | null
  /** Sorts as the hub does: by registration, then id. */
  readonly order: string
  /** Lower case, what a filter looks in. */
  readonly text: string
}

export function agentRow(agent: LegacyAgentView): AgentRow {
  const { agent_id, name, agent_type, capabilities, version = '', owner = '', endpoint } = agent
  return {
    id: agent_id,
    name,
    type: agent_type,
    capabilities,
    version,
    owner,
    endpoint,
    lastSeen: parseHubTime(agent.last_seen),
    order: `${agent.registered_at ?? ''} ${agent_id}`,
    text: [name, agent_id, agent_type, version, owner, endpoint, ...capabilities].join('\n').toLowerCase(),
  }
}

export function byOrder(a: AgentRow, b: AgentRow): number {
  if (a.order === b.order) return 0
  return a.order < b.order ? -1 : 1
}
