/** Owns: `get_discovery` and its answer on `/public/ws` (P4). Must not know: how agents are ordered or found. */
import { Type, type Static, type StaticDecode } from '@sinclair/typebox'
import { LegacyAgentView } from '../model/agent.ts'
import { AgentTypeText } from '../model/ids.ts'
import { DISCOVERY_PAGE } from './constants.ts'

const pageNumber = Type.Union(
  [
    Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
    // 15 digits always fit below 2^53.
    Type.String({ pattern: '^[+-]?[0-9]{1,15}$', maxLength: 16 }),
  ],
  { 'x-expects': 'an integer, or a string of digits' },
)

const wanted = Type.Object({
  type: Type.Literal('get_discovery'),
  page: Type.Optional(pageNumber),
  page_size: Type.Optional(pageNumber),
  agent_type: Type.Optional(
    Type.Union([AgentTypeText, Type.Null()], { 'x-expects': 'null or 2 to 50 letters, digits, "_" or "-"' }),
  ),
})

function clamp(value: string | number | undefined, absent: number, max: number): number {
  return value === undefined ? absent : Math.min(Math.max(Number(value), 1), max)
}

/**
 * A page of alive agents, please. Decodes to numbers: `page` at least 1, `page_size` 1 to 100 (absent: 1 and 30),
 * `agent_type` null when absent. A number that is no integer is invalid, not clamped.
 */
export const GetDiscoveryFrame = Type.Transform(wanted)
  .Decode((frame) => ({
    type: frame.type,
    page: clamp(frame.page, 1, Number.MAX_SAFE_INTEGER),
    page_size: clamp(frame.page_size, DISCOVERY_PAGE.default, DISCOVERY_PAGE.max),
    agent_type: frame.agent_type ?? null,
  }))
  .Encode((frame) => frame)
export type GetDiscoveryFrame = StaticDecode<typeof GetDiscoveryFrame>

const pageOrNull = Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])

export const Pagination = Type.Object({
  current_page: Type.Integer({ minimum: 1 }),
  page_size: Type.Integer({ minimum: 1 }),
  total_agents: Type.Integer({ minimum: 0 }),
  /** 0 when there is no agent. */
  total_pages: Type.Integer({ minimum: 0 }),
  has_next: Type.Boolean(),
  has_previous: Type.Boolean(),
  next_page: pageOrNull,
  previous_page: pageOrNull,
})
export type Pagination = Static<typeof Pagination>

/** Answer to `get_discovery`: alive agents ordered by (registered_at, agent_id). `timestamp` in epoch seconds. */
export const DiscoveryDataFrame = Type.Object({
  type: Type.Literal('discovery_data'),
  timestamp: Type.Number(),
  data: Type.Object({
    agents: Type.Array(LegacyAgentView),
    pagination: Pagination,
    filters: Type.Object({ agent_type: Type.Union([Type.String(), Type.Null()]) }),
  }),
})
export type DiscoveryDataFrame = Static<typeof DiscoveryDataFrame>
