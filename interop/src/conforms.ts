// Whether an answer is what the protocol says, and what a problem document tells beyond what its slug already says.
import { PROBLEM_CONTENT_TYPE, PROBLEMS, problemSlug, type ProblemSlug } from '@arcp/protocol'
import { ProblemSchema } from '@arcp/protocol/rest'
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isObject } from './frames.ts'
import type { Answer } from './answer.ts'

/** The value; throws with the first fault when it is not of the schema. */
export const conforming = <S extends TSchema>(schema: S, value: unknown): Static<S> => {
  if (Value.Check(schema, value)) return value
  const fault = Value.Errors(schema, value).First()
  throw new Error(`${fault?.path ?? ''} ${fault?.message ?? 'does not fit'}; got ${JSON.stringify(value)}`)
}

/** A problem document without what follows from its slug, path and time. */
export interface Problem {
  readonly slug: ProblemSlug
  readonly detail: string
  /** Every further member under its own name. */
  readonly [extension: string]: unknown
}

/** How far a timestamp of the hub may be from this machine's clock. */
const CLOCK_SLACK_MS = 60_000

const demand = (holds: boolean, what: string, answer: Answer): void => {
  if (holds) return
  throw new Error(`a problem document ${what}: ${answer.status} ${JSON.stringify(answer.body)}`)
}

/** Reads a problem document; throws unless every member is as RFC 9457 and the protocol's table have it. */
export const problemIn = (answer: Answer, path: string): Problem => {
  demand(answer.headers.get('content-type') === PROBLEM_CONTENT_TYPE, 'has its content type', answer)
  conforming(ProblemSchema, answer.body)
  const { body } = answer
  if (!isObject(body)) throw new Error('unreachable: the schema holds')
  const { type, title, status, detail, timestamp, instance, ...extensions } = body
  const slug = problemSlug(String(type))
  if (slug === null) throw new Error(`no problem type of ours: ${String(type)}`)
  demand(title === PROBLEMS[slug].title, `has the title ${PROBLEMS[slug].title}`, answer)
  demand(status === PROBLEMS[slug].status, `has the status ${PROBLEMS[slug].status}`, answer)
  demand(answer.status === status, 'has the status of the answer', answer)
  demand(instance === path, `has the instance ${path}`, answer)
  demand(Math.abs(Date.parse(String(timestamp)) - Date.now()) < CLOCK_SLACK_MS, 'tells the time', answer)
  return { slug, detail: String(detail), ...extensions }
}
