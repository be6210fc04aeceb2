// The guide's list frames as text, built from prepared records: once for all sockets, never above the size an
// unmodified Python client accepts (C12).

import { LEGACY_FRAME_MAX_BYTES, toEpochSeconds } from '@arcp/protocol/codec'

import type { Counts, Entry, Replica } from './replica.ts'
import { legacyRecord, legacyRecordBytes } from './record-text.ts'

/** Room for everything in a frame that is not a record. */
const ENVELOPE_BYTES = 1024

export interface CutList {
  /** Records as JSON text, joined by commas. */
  readonly text: string
  readonly length: number
  readonly truncated: boolean
}

/** Joins records in their order until the frame or the list is full. */
export const cutList = (entries: Iterable<Entry>, maxAgents: number): CutList => {
  const records: string[] = []
  let bytes = ENVELOPE_BYTES
  for (const entry of entries) {
    bytes += legacyRecordBytes(entry) + 1
    if (records.length === maxAgents || bytes > LEGACY_FRAME_MAX_BYTES) {
      return { text: records.join(','), length: records.length, truncated: true }
    }
    records.push(legacyRecord(entry))
  }
  return { text: records.join(','), length: records.length, truncated: false }
}

const mark = (truncated: boolean): string => (truncated ? ',"truncated":true' : '')

/** P3: every alive agent. */
export const agentsUpdateText = (replica: Replica, maxAgents: number, now: number): string => {
  const { text, truncated } = cutList(replica.alive(), maxAgents)
  const total = replica.counts().alive
  return `{"type":"agents_update","timestamp":${toEpochSeconds(now)},"data":{"agents":[${text}],"total_count":${total}${mark(truncated)}}}`
}

/** A3: the bare array of every agent, alive and dead. */
export const agentListText = (replica: Replica, maxAgents: number): string =>
  `[${cutList(replica.entries(), maxAgents).text}]`

export interface DiscoveryQuery {
  readonly page: number
  readonly pageSize: number
  readonly agentType: string | null
}

/** P4: one page of alive agents. */
export const discoveryText = (replica: Replica, query: DiscoveryQuery, now: number): string => {
  const { page, pageSize, agentType } = query
  const matching = replica.alive(agentType)
  const total = matching.length
  const pages = Math.ceil(total / pageSize)
  const start = (page - 1) * pageSize
  const list = cutList(matching.slice(start, start + pageSize), pageSize)
  const pagination = {
    current_page: page,
    page_size: pageSize,
    total_agents: total,
    total_pages: pages,
    has_next: page < pages,
    has_previous: page > 1 && pages > 0,
    next_page: page < pages ? page + 1 : null,
    previous_page: page > 1 && pages > 0 ? Math.min(page - 1, pages) : null,
  }
  const rest = `"pagination":${JSON.stringify(pagination)},"filters":${JSON.stringify({ agent_type: agentType })}`
  return `{"type":"discovery_data","timestamp":${toEpochSeconds(now)},"data":{"agents":[${list.text}],${rest}${mark(list.truncated)}}}`
}

/** `degraded` while nothing can be stored: what is read may be behind then. */
export type SystemStatus = 'operational' | 'degraded'

/** P2. */
export const statsUpdateText = (counts: Counts, status: SystemStatus, now: number): string =>
  JSON.stringify({
    type: 'stats_update',
    timestamp: toEpochSeconds(now),
    data: {
      total_agents: counts.total,
      alive_agents: counts.alive,
      dead_agents: counts.dead,
      agent_types_count: counts.types.size,
      available_types: [...counts.types.keys()],
      system_status: status,
    },
  })
