/** Owns: the list of alive agents pushed to `/public/ws` on changes (P3). Must not know: when it is sent. */
import { Type, type Static } from '@sinclair/typebox'
import { LegacyAgentView } from '../model/agent.ts'

/** `total_count` is true even when the list is cut and `truncated` says so (C12). `timestamp` in epoch seconds. */
export const AgentsUpdateFrame = Type.Object({
  type: Type.Literal('agents_update'),
  timestamp: Type.Number(),
  data: Type.Object({
    agents: Type.Array(LegacyAgentView),
    total_count: Type.Integer({ minimum: 0 }),
    truncated: Type.Optional(Type.Literal(true)),
  }),
})
export type AgentsUpdateFrame = Static<typeof AgentsUpdateFrame>
