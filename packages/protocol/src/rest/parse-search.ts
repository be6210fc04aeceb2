/**
 * Owns: the body and the query parameters of a search.
 * Must not know: how agents are searched.
 */
import { Type, type Static } from '@sinclair/typebox'
import { isJsonObject, ownValue } from '../codec/json.ts'
import { agentTexts } from '../model/agent.ts'
import { AgentTypeText } from '../model/ids.ts'
import { Text } from '../model/text.ts'
import { createReport, finish, type Parsed, type Report } from './parsed.ts'
import { booleanOf, parseDecimal, parseInteger, type Query } from './query.ts'
import { optionalInteger, optionalText, readText, readTexts } from './read-fields.ts'

export const SEARCH_TOP_K = { min: 1, max: 100 } as const
/** `top_k` of `GET /agents/search` where none is given. */
export const SEARCH_QUERY_TOP_K = 3
const MAX_CAPABILITIES = 20

const queryText = Text({ minLength: 2, maxLength: 1000, lines: true })

export const SearchBody = Type.Object({
  query: queryText,
  top_k: Type.Optional(Type.Integer({ minimum: SEARCH_TOP_K.min, maximum: SEARCH_TOP_K.max })),
  min_similarity: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  capabilities: Type.Optional(
    Type.Union([Type.Array(agentTexts.capability, { minItems: 1, maxItems: MAX_CAPABILITIES }), Type.Null()]),
  ),
  weighted: Type.Optional(Type.Boolean()),
  agent_type: Type.Optional(Type.Union([AgentTypeText, Type.Null()])),
})
export type SearchBody = Static<typeof SearchBody>

export interface SearchRequest {
  readonly query: string
  readonly top_k: number
  /** 0 to 1. */
  readonly min_similarity: number
  /** An agent must have all of them; null matches all. */
  readonly capabilities: readonly string[] | null
  /** The order counts reputation, and the answer carries metrics. */
  readonly weighted: boolean
  /** Compared whole; null matches all. */
  readonly agent_type: string | null
}

/** What counts where a request says nothing. */
export interface SearchDefaults {
  readonly topK: number
  readonly minSimilarity: number
}

/** Reads the body of a search; any JSON. */
export function parseSearchBody(input: unknown, defaults: SearchDefaults): Parsed<SearchRequest> {
  const report = createReport()
  if (!isJsonObject(input)) {
    report.add('', 'must be a JSON object')
    return { ok: false, issues: report.issues }
  }
  const query = readText(report, input, 'query', queryText)
  const topK = optionalInteger(report, '/top_k', ownValue(input, 'top_k'), SEARCH_TOP_K.min, SEARCH_TOP_K.max)
  return finish(report, {
    query,
    top_k: topK ?? defaults.topK,
    min_similarity: similarityOf(report, ownValue(input, 'min_similarity')) ?? defaults.minSimilarity,
    capabilities: capabilitiesOf(report, ownValue(input, 'capabilities')),
    weighted: weightedOf(report, ownValue(input, 'weighted')),
    agent_type: optionalText(report, '/agent_type', ownValue(input, 'agent_type'), AgentTypeText),
  })
}

/** Reads the parameters of `GET /agents/search`. */
export function parseSearchQuery(query: Query, defaults: SearchDefaults): Parsed<SearchRequest> {
  const report = createReport()
  const given = query.getAll('capabilities')
  return finish(report, {
    query: readText(report, { query: query.get('query') }, 'query', queryText),
    top_k: topKOf(report, query) ?? defaults.topK,
    min_similarity: decimalOf(report, query.get('min_similarity')) ?? defaults.minSimilarity,
    capabilities: given.length === 0 ? null : capabilitiesOf(report, given),
    weighted: booleanOf(report, query, 'weighted', false),
    agent_type: optionalText(report, '/agent_type', query.get('agent_type'), AgentTypeText),
  })
}

function similarityOf(report: Report, value: unknown): number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && value >= 0 && value <= 1) return value + 0
  report.add('/min_similarity', 'must be a number from 0 to 1')
  return null
}

function weightedOf(report: Report, value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') report.add('/weighted', 'must be true or false')
  return value === true
}

function capabilitiesOf(report: Report, value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null
  const rules = { maxItems: MAX_CAPABILITIES, item: agentTexts.capability, dropMisfits: false }
  const known = report.issues.length
  const texts = readTexts(report, '/capabilities', value, rules)
  if (texts.length === 0 && report.issues.length === known) {
    report.add('/capabilities', `must have 1 to ${MAX_CAPABILITIES} entries, or be left out`)
  }
  return texts
}

function topKOf(report: Report, query: Query): number | null {
  const text = query.get('top_k')
  if (text === null) return null
  const { min, max } = SEARCH_TOP_K
  const value = parseInteger(text, min, max)
  if (value === null) report.add('/top_k', `must be an integer from ${min} to ${max}`)
  return value
}

function decimalOf(report: Report, text: string | null): number | null {
  if (text === null) return null
  const value = parseDecimal(text, 0, 1)
  if (value === null) report.add('/min_similarity', 'must be a number from 0 to 1')
  return value
}
