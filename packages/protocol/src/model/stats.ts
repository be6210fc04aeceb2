/**
 * Owns: the counts of the registry everybody may see.
 * Must not know: who asks for them.
 */
import { Type, type Static } from '@sinclair/typebox'
import { Text } from './text.ts'

const count = Type.Integer({ minimum: 0 })

/** `stats_update.data` (P2). Always `total_agents = alive_agents + dead_agents`, from one consistent view. */
export const RegistryStats = Type.Object({
  total_agents: count,
  alive_agents: count,
  dead_agents: count,
  agent_types_count: count,
  available_types: Type.Array(Text({ maxLength: 50 })),
  system_status: Text<'operational' | 'degraded' | (string & {})>({ maxLength: 64 }, ['operational', 'degraded']),
})
export type RegistryStats = Static<typeof RegistryStats>
