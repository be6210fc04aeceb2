/** Owns: the bare array of all agents on `/agents/ws` (A3), the one frame that is no object. Must not know: its rhythm. */
import { Type, type Static } from '@sinclair/typebox'
import { LegacyAgentView } from '../model/agent.ts'

/** Alive and dead agents. Cut without a mark when too long (C12). */
export const AgentListFrame = Type.Array(LegacyAgentView)
export type AgentListFrame = Static<typeof AgentListFrame>
