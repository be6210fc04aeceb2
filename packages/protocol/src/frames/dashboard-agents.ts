/** Owns: the `agents` frame of `/dashboard/ws` (D5). Must not know: when it is sent. */
import { Type, type Static } from '@sinclair/typebox'
import { DashboardAgentView } from '../model/agent.ts'
import { IsoTime } from '../model/time.ts'

const count = Type.Integer({ minimum: 0 })

/** Alive and dead agents with their metrics; `total_count` stays true when the list is cut (C12). */
export const DashboardAgentsFrame = Type.Object({
  type: Type.Literal('agents'),
  timestamp: IsoTime,
  data: Type.Object({
    agents: Type.Array(DashboardAgentView),
    total_count: count,
    active_count: count,
    agent_types: Type.Record(Type.String(), count),
    status_summary: Type.Object({ alive: count, dead: count }),
    truncated: Type.Optional(Type.Literal(true)),
  }),
})
export type DashboardAgentsFrame = Static<typeof DashboardAgentsFrame>
