/**
 * Owns: the one error this client throws by itself, and what is worth another try.
 * Must not know: how a request is sent. An abort by the caller is no ArcpError: it throws the signal's own reason.
 */
import type { ProblemDocument, ProblemSlug } from '@arcp/protocol'

/**
 * - a problem slug: the hub refused and said why
 * - `http-error`: a refusal without a problem document
 * - `network`: the hub could not be reached, or the connection broke
 * - `timeout`: the deadline passed
 * - `bad-answer`: what came back is not what the protocol says
 * - `connection-closed`: a socket was closed for good; `problem` is null, the message has code and reason
 * - `unsupported`: this runtime lacks something; the message says what
 */
export type ArcpErrorCode =
  | ProblemSlug
  | 'http-error'
  | 'network'
  | 'timeout'
  | 'bad-answer'
  | 'connection-closed'
  | 'unsupported'

export interface ArcpErrorFacts {
  readonly code: ArcpErrorCode
  readonly message: string
  readonly status?: number
  readonly problem?: ProblemDocument | null
  readonly retryable?: boolean
  readonly retryAfterMs?: number | null
  readonly cause?: unknown
}

export class ArcpError extends Error {
  readonly code: ArcpErrorCode
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** The problem document the hub sent, if it did. */
  readonly problem: ProblemDocument | null
  /** True when the same call may succeed later without any change. */
  readonly retryable: boolean
  /** Milliseconds the hub asked to wait (`Retry-After`), else null. */
  readonly retryAfterMs: number | null

  constructor(facts: ArcpErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'ArcpError'
    this.code = facts.code
    this.status = facts.status ?? 0
    this.problem = facts.problem ?? null
    this.retryable = facts.retryable ?? false
    this.retryAfterMs = facts.retryAfterMs ?? null
  }
}

export function isArcpError(value: unknown): value is ArcpError {
  return value instanceof ArcpError
}
