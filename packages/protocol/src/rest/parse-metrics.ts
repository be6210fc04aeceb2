/**
 * Owns: what an agent reports about itself, untrusted to checked.
 * Must not know: tokens, what is computed from it.
 */
import { isJsonObject, ownValue } from '../codec/json.ts'
import { ReportedMetrics } from '../model/metrics.ts'
import { createReport, finish, type Parsed, type Report } from './parsed.ts'
import { parseBoolean, type Query } from './query.ts'

/** Seconds. */
export const RESPONSE_TIME_MAX = 3600

interface NumberRules {
  readonly type: string
  readonly minimum?: number
  readonly maximum?: number
}

type ReportedName = keyof ReportedMetrics

const NAMES: readonly ReportedName[] = [
  'success_rate',
  'avg_response_time',
  'average_response_time',
  'total_requests',
  'requests_processed',
  'error_rate',
]

/**
 * Reads a report: the known numbers are checked, other keys ignored. `last_active` and `reputation_score` are such
 * others: nobody sets his own reputation.
 *
 * @param agentId whose metrics they are; a report that names somebody else is refused
 */
export function parseMetricsReport(input: unknown, agentId: string): Parsed<ReportedMetrics> {
  const report = createReport()
  if (!isJsonObject(input)) {
    report.add('', 'must be a JSON object')
    return { ok: false, issues: report.issues }
  }
  const id = ownValue(input, 'agent_id')
  if (id !== undefined && id !== agentId) report.add('/agent_id', 'must be that of the path, or be left out')
  const found: Partial<Record<ReportedName, number>> = {}
  for (const name of NAMES) {
    const value = ownValue(input, name)
    if (value === undefined) continue
    const number = readNumber(report, name, value)
    if (number !== undefined) found[name] = number
  }
  return finish(report, found)
}

function readNumber(report: Report, name: ReportedName, value: unknown): number | undefined {
  const rules: NumberRules = ReportedMetrics.properties[name]
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = rules
  const whole = rules.type === 'integer'
  // `-0` would print as 0 and compare as 0, yet is not 0: normalise it.
  if (typeof value === 'number' && value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) {
    return value + 0
  }
  report.add(`/${name}`, `must be ${whole ? 'an integer' : 'a number'} from ${minimum} to ${maximum}`)
  return undefined
}

export interface RequestReport {
  /** Seconds. */
  readonly response_time: number
  readonly success: boolean
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Parameters of `POST /agents/report-metrics/{agent_id}`: one request that the agent served. */
export function parseRequestReport(query: Query): Parsed<RequestReport> {
  const report = createReport()
  const text = query.get('response_time')
  const seconds = text !== null && text.length <= 40 && DECIMAL.test(text) ? Number(text) + 0 : Number.NaN
  if (text === null) report.add('/response_time', 'is required in the query')
  else if (!(seconds >= 0 && seconds <= RESPONSE_TIME_MAX)) {
    report.add('/response_time', `must be a number of seconds from 0 to ${RESPONSE_TIME_MAX}`)
  }
  const word = query.get('success')
  const success = word === null ? true : parseBoolean(word)
  if (success === null) report.add('/success', 'must be true or false')
  return finish(report, { response_time: seconds, success: success ?? true })
}
