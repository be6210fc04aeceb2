/**
 * Owns: identifiers of agents, their form and their brand.
 * Must not know: who registers an agent or what a record holds.
 */
import type { Static } from '@sinclair/typebox'
import { Text, textProblem, textRules } from './text.ts'

declare const agentIdBrand: unique symbol

/** An agent's id in the accepted form: 3 to 100 of `A-Z a-z 0-9 _ -`. */
export type AgentId = string & { readonly [agentIdBrand]: 'AgentId' }

export const AgentIdText = Text<AgentId>({
  minLength: 3,
  maxLength: 100,
  pattern: '^[a-zA-Z0-9_-]+$',
  expects: 'made of letters, digits, "_" and "-" only',
})

export const AgentTypeText = Text({
  minLength: 2,
  maxLength: 50,
  pattern: '^[a-zA-Z0-9_-]+$',
  expects: 'made of letters, digits, "_" and "-" only',
})

export type AgentType = Static<typeof AgentTypeText>

/** Ids that would be shadowed by fixed routes under `/agents/`. Compared whole, case counts. */
export const RESERVED_AGENT_IDS: readonly string[] = ['stats', 'search', 'register', 'ws', 'report-metrics']

/** True for a well-formed id. Reserved ids are well-formed: ask `isReservedAgentId` where one is being given out. */
export function isAgentId(value: unknown): value is AgentId {
  return typeof value === 'string' && textProblem(textRules(AgentIdText), value) === null
}

export function isReservedAgentId(id: string): boolean {
  return RESERVED_AGENT_IDS.includes(id)
}
