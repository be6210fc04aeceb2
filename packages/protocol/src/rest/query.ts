/**
 * Owns: reading query parameters.
 * Must not know: URLs; anything with `get` and `getAll` will do, `URLSearchParams` for one.
 */
import { createReport, finish, type Parsed, type Report } from './parsed.ts'

export interface Query {
  readonly get: (name: string) => string | null
  readonly getAll: (name: string) => readonly string[]
}

const TRUE = new Set(['true', '1', 'yes', 'on', 't', 'y'])
const FALSE = new Set(['false', '0', 'no', 'off', 'f', 'n'])
const MAX_LIST = 50
const MAX_TEXT = 200

/** True and false in their usual spellings, any case; null for anything else. */
export function parseBoolean(text: string): boolean | null {
  const word = text.length > 8 ? '' : text.trim().toLowerCase()
  if (TRUE.has(word)) return true
  return FALSE.has(word) ? false : null
}

/** Every value of a repeated key, trimmed, blanks dropped. One value is a list of one. */
export function parseList(values: readonly string[]): string[] {
  return values.map((value) => value.trim()).filter((value) => value !== '')
}

/** A plain decimal integer within bounds, both included; null for anything else. */
export function parseInteger(text: string, min: number, max: number): number | null {
  if (!/^[+-]?[0-9]{1,15}$/.test(text)) return null
  const value = Number(text)
  // `-0` would print as 0 and compare as 0, yet is not 0: normalise it.
  return value >= min && value <= max ? value + 0 : null
}

/** A plain decimal number within bounds, both included; null for anything else. */
export function parseDecimal(text: string, min: number, max: number): number | null {
  if (!/^[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})$/.test(text)) return null
  const value = Number(text)
  return value >= min && value <= max ? value + 0 : null
}

/** A truth value, `absent` where the parameter is not given. */
export function booleanOf(report: Report, query: Query, name: string, absent: boolean): boolean {
  const text = query.get(name)
  if (text === null) return absent
  const value = parseBoolean(text)
  if (value === null) report.add(`/${name}`, 'must be true or false')
  return value ?? absent
}

function integerOf(report: Report, query: Query, name: string, absent: number, max: number, min = 0): number {
  const text = query.get(name)
  if (text === null) return absent
  const value = parseInteger(text, min, max)
  if (value === null) report.add(`/${name}`, `must be an integer from ${min} to ${max}`)
  return value ?? absent
}

function textOf(report: Report, query: Query, name: string): string | null {
  const text = query.get(name)
  if (text !== null && text.length > MAX_TEXT) report.add(`/${name}`, `must be at most ${MAX_TEXT} characters long`)
  return text === null || text.trim() === '' ? null : text.trim()
}

function listOf(report: Report, query: Query, name: string): string[] {
  const values = query.getAll(name)
  if (values.length > MAX_LIST) report.add(`/${name}`, `must be given at most ${MAX_LIST} times`)
  return parseList(values.slice(0, MAX_LIST))
}

export interface AgentsQuery {
  readonly agent_type: string | null
  /** Free text; only `alive` and `dead` match anything. */
  readonly status: string | null
  /** An agent with any of them matches; empty matches all. */
  readonly capabilities: readonly string[]
  readonly include_metrics: boolean
  /** Agents on a page; null when no page is asked for: neither `limit` nor `cursor` is given. */
  readonly limit: number | null
  /** Where the page before ended, opaque; null for the first page. */
  readonly cursor: string | null
}

export const AGENTS_LIMIT = { default: 100, max: 1000 } as const

/** Parameters of `GET /agents`. */
export function parseAgentsQuery(query: Query): Parsed<AgentsQuery> {
  const report = createReport()
  const paged = query.get('limit') !== null || query.get('cursor') !== null
  return finish(report, {
    limit: paged ? integerOf(report, query, 'limit', AGENTS_LIMIT.default, AGENTS_LIMIT.max, 1) : null,
    cursor: textOf(report, query, 'cursor'),
    agent_type: textOf(report, query, 'agent_type'),
    status: textOf(report, query, 'status'),
    capabilities: listOf(report, query, 'capabilities'),
    include_metrics: booleanOf(report, query, 'include_metrics', false),
  })
}

/** Parameters of `GET /agents/{agent_id}`: metrics come unless told otherwise. */
export function parseAgentQuery(query: Query): Parsed<{ readonly include_metrics: boolean }> {
  const report = createReport()
  return finish(report, { include_metrics: booleanOf(report, query, 'include_metrics', true) })
}

export const DISCOVER_LIMIT = { default: 50, max: 100 } as const

export interface DiscoverQuery {
  readonly agent_type: string | null
  /** An agent must have all of them; empty matches all. */
  readonly capabilities: readonly string[]
  readonly limit: number
  readonly offset: number
}

/** Parameters of `GET /public/discover`: `limit` 0 to 100 (50), `offset` from 0 (0); anything else is an issue. */
export function parseDiscoverQuery(query: Query): Parsed<DiscoverQuery> {
  const report = createReport()
  return finish(report, {
    agent_type: textOf(report, query, 'agent_type'),
    capabilities: listOf(report, query, 'capabilities'),
    limit: integerOf(report, query, 'limit', DISCOVER_LIMIT.default, DISCOVER_LIMIT.max),
    offset: integerOf(report, query, 'offset', 0, 999_999_999_999_999),
  })
}

/** Parameters of `GET /dashboard/connections`: `limit` 1 to 1000 (1000), behind the socket of the id `after` (0). */
export function parseConnectionsQuery(query: Query): Parsed<{ readonly after: number; readonly limit: number }> {
  const report = createReport()
  const limit = integerOf(report, query, 'limit', 1000, 1000)
  if (limit === 0) report.add('/limit', 'must be an integer from 1 to 1000')
  return finish(report, { after: integerOf(report, query, 'after', 0, Number.MAX_SAFE_INTEGER), limit })
}
