/** Owns: an answer that refuses, as an ArcpError. Must not know: which call was refused. */
import { problemSlug, type ProblemDocument } from '@arcp/protocol'
import { ArcpError } from '../arcp-error.ts'
import type { FetchResponse } from '../environment.ts'
import { hasNumbers, hasTexts, isObject } from '../json.ts'

/** Statuses that speak of the moment, not of the request. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])

export function refusal(what: string, response: FetchResponse, body: unknown, now: number): ArcpError {
  const { status } = response
  const problem = isProblem(body) ? body : null
  const detail = problem === null ? `HTTP ${status}` : `${problem.title}: ${problem.detail}`
  return new ArcpError({
    code: (problem === null ? null : problemSlug(problem.type)) ?? 'http-error',
    message: `${what}: ${detail}`,
    status,
    problem,
    retryable: PASSING.has(status),
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), now),
  })
}

function isProblem(body: unknown): body is ProblemDocument {
  return isObject(body) && hasTexts(body, ['type', 'title', 'detail']) && hasNumbers(body, ['status'])
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3) to milliseconds from now. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
