// Building answers: JSON, prepared JSON text, and problem documents (RFC 9457).

import { PROBLEM_CONTENT_TYPE, PROBLEMS, problemType, type ProblemDocument, type ProblemSlug } from '@arcp/protocol'
import type { FieldIssue } from '@arcp/protocol/rest'

import type { HttpAnswer } from '../kernel/http.ts'

type Headers = readonly (readonly [name: string, value: string])[]

/** JSON that is text already. */
export const jsonText = (body: string, status = 200, headers: Headers = []): HttpAnswer => ({
  status,
  headers: [['content-type', 'application/json'], ...headers],
  body,
})

export const json = (value: unknown, status = 200, headers: Headers = []): HttpAnswer =>
  jsonText(JSON.stringify(value), status, headers)

/** A problem before it knows which request it answers. */
export interface Problem {
  readonly slug: ProblemSlug
  /** What is wrong and what to do; never the input itself. */
  readonly detail: string
  readonly extensions?: Readonly<Record<string, unknown>>
  readonly headers?: Headers
  /** The path it is about, where that is known and no route of the table. */
  readonly at?: string
}

export const problem = (
  slug: ProblemSlug,
  detail: string,
  extensions: Readonly<Record<string, unknown>> = {},
  headers: Headers = [],
): Problem => ({ slug, detail, extensions, headers })

export const methodNotAllowed = (methods: readonly string[]): Problem =>
  problem('method-not-allowed', `This path answers to ${methods.join(', ')}`, {}, [['allow', methods.join(', ')]])

/** What a path that is only read says to any other method. */
export const readOnly = (method: string): Problem | undefined =>
  method === 'GET' || method === 'HEAD' ? undefined : methodNotAllowed(['GET', 'HEAD'])

export const invalid = (issues: readonly FieldIssue[]): Problem =>
  problem('validation-failed', issues[0]?.message ?? 'The request is not valid', { validation_errors: issues })

export const retryAfter = (seconds: number): Headers => [['retry-after', String(seconds)]]

/** @param now ISO 8601 */
export const problemAnswer = (given: Problem, instance: string, now: string): HttpAnswer => {
  const { title, status } = PROBLEMS[given.slug]
  const document: ProblemDocument = {
    type: problemType(given.slug),
    title,
    status,
    detail: given.detail,
    instance,
    timestamp: now,
    ...given.extensions,
  }
  return {
    status,
    headers: [['content-type', PROBLEM_CONTENT_TYPE], ...(given.headers ?? [])],
    body: JSON.stringify(document),
  }
}

export const isProblem = (answer: HttpAnswer | Problem): answer is Problem => 'slug' in answer
