/** Owns: the periodic counts on `/public/ws` (P2). Must not know: how they are counted. */
import { Type, type Static } from '@sinclair/typebox'
import { RegistryStats } from '../model/stats.ts'

/** `timestamp` in epoch seconds. */
export const StatsUpdateFrame = Type.Object({
  type: Type.Literal('stats_update'),
  timestamp: Type.Number(),
  data: RegistryStats,
})
export type StatsUpdateFrame = Static<typeof StatsUpdateFrame>
