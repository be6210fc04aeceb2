/**
 * Owns: what is known of the hub's agents, as frames and counts come in.
 * Must not know: the page, the connection, clocks; it is told when something arrived.
 */
import type { PublicDown } from '@arcp/client'
import { agentRow, byOrder, type AgentRow } from './agent-row.ts'

export const PAGE_SIZE = 100

export interface Counts {
  readonly total: number
  readonly alive: number
  readonly dead: number
  readonly types: number
  /** The hub can store what happens. */
  readonly stores: boolean
  /** When they arrived here, epoch milliseconds. */
  readonly at: number
}

export interface RegistryView {
  /** Null until the hub listed its agents once. */
  readonly rows: readonly AgentRow[] | null
  /** Alive agents by the last list; more than `rows` when the hub cut it. */
  readonly listed: number
  /** Null until the hub counted once. */
  readonly counts: Counts | null
  /** The hub's clock minus ours, milliseconds. */
  readonly skew: number
  /** Pages of a list that is still coming in. */
  readonly pages: readonly AgentRow[]
}

export const NOTHING_KNOWN: RegistryView = { rows: null, listed: 0, counts: null, skew: 0, pages: [] }

export interface Seen {
  readonly view: RegistryView
  /** The page of the list to ask for next. */
  readonly askPage: number | null
}

/** Takes in a frame that arrived at `now`. */
export function see(view: RegistryView, frame: PublicDown, now: number): Seen {
  switch (frame.type) {
    case 'welcome':
      return { view: { ...view, pages: [] }, askPage: 1 }
    case 'stats_update': {
      const { total_agents: total, alive_agents: alive, dead_agents: dead, agent_types_count: types } = frame.data
      const stores = frame.data.system_status !== 'degraded'
      const counts = { total, alive, dead, types, stores, at: now }
      return done({ ...view, skew: frame.timestamp * 1000 - now, counts })
    }
    case 'agents_update': {
      // The whole truth at once: pages on their way are older.
      const { agents, total_count: listed, truncated } = frame.data
      const skew = frame.timestamp * 1000 - now
      // A cut list would take rows away that are there; the pages asked for from time to time bring them all.
      if (truncated === true && view.rows !== null) return done({ ...view, listed, skew })
      return done({ ...view, rows: agents.map(agentRow).sort(byOrder), listed, skew, pages: [] })
    }
    case 'discovery_data': {
      const { agents, pagination } = frame.data
      // Ours asks in order; a page that does not fit belongs to a list that was given up.
      if (pagination.current_page !== view.pages.length / PAGE_SIZE + 1) return done(view)
      const pages = [...view.pages, ...agents.map(agentRow)]
      const skew = frame.timestamp * 1000 - now
      if (pagination.has_next) return { view: { ...view, pages, skew }, askPage: pagination.current_page + 1 }
      const rows = [...new Map(pages.map((row) => [row.id, row])).values()].sort(byOrder)
      return done({ ...view, rows, listed: Math.max(pagination.total_agents, rows.length), skew, pages: [] })
    }
    case 'pong':
    case 'error':
    case 'draining':
      return done(view)
  }
}

function done(view: RegistryView): Seen {
  return { view, askPage: null }
}

/** True when the counts do not speak of the list that is shown. */
export function countsLag({ rows, listed, counts }: RegistryView): boolean {
  return counts === null || (rows !== null && counts.alive !== listed)
}
