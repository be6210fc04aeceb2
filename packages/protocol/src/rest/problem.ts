/**
 * Owns: every problem type of the REST surface (RFC 9457) with its title and status.
 * Must not know: TypeBox, HTTP handlers. Part of the `.` door.
 */

/** Type URIs are this base and a slug. */
export const PROBLEM_BASE = 'https://arcp.0x001.tech/docs/problems/'

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'

export interface ProblemKind {
  readonly title: string
  readonly status: number
}

/** slug -> title, status. */
export const PROBLEMS = {
  'agent-not-found': { title: 'Agent Not Found', status: 404 },
  'duplicate-agent': { title: 'Duplicate Agent', status: 409 },
  'agent-registration-failed': { title: 'Agent Registration Failed', status: 400 },
  'agent-not-available': { title: 'Agent Not Available', status: 404 },
  'agent-gone': { title: 'Agent Gone', status: 410 },
  'authentication-failed': { title: 'Authentication Failed', status: 401 },
  'token-invalid': { title: 'Invalid or Expired Token', status: 401 },
  'session-invalid': { title: 'Session Validation Failed', status: 401 },
  'session-expired': { title: 'Session Expired', status: 401 },
  'insufficient-permissions': { title: 'Insufficient Permissions', status: 403 },
  forbidden: { title: 'Forbidden', status: 403 },
  'dpop-required': { title: 'DPoP Proof Required', status: 401 },
  'dpop-invalid': { title: 'Invalid DPoP Proof', status: 401 },
  'dpop-binding-mismatch': { title: 'DPoP Key Mismatch', status: 401 },
  'token-not-dpop-bound': { title: 'Token Not DPoP Bound', status: 401 },
  'mtls-required': { title: 'Client Certificate Required', status: 401 },
  'mtls-binding-mismatch': { title: 'Certificate Mismatch', status: 401 },
  'pin-required': { title: 'PIN Required', status: 400 },
  'pin-already-set': { title: 'PIN Already Set', status: 400 },
  'pin-not-set': { title: 'PIN Not Set', status: 400 },
  'pin-incorrect': { title: 'Incorrect PIN', status: 401 },
  'pin-invalid-length': { title: 'Invalid PIN Length', status: 400 },
  'configuration-error': { title: 'Service Configuration Error', status: 500 },
  'vector-search-unavailable': { title: 'Vector Search Unavailable', status: 500 },
  'operation-timeout': { title: 'Operation Timeout', status: 504 },
  'connection-timeout': { title: 'Connection Timeout', status: 504 },
  'endpoint-unreachable': { title: 'Endpoint Unreachable', status: 502 },
  'validation-failed': { title: 'Request Validation Failed', status: 422 },
  'invalid-input': { title: 'Invalid Input Data', status: 400 },
  'required-header-missing': { title: 'Required Header Missing', status: 400 },
  'invalid-url': { title: 'Invalid URL Format', status: 400 },
  'rate-limit-exceeded': { title: 'Rate Limit Exceeded', status: 429 },
  'request-too-large': { title: 'Request Too Large', status: 413 },
  'headers-too-large': { title: 'Request Headers Too Large', status: 431 },
  'internal-error': { title: 'Internal Server Error', status: 500 },
  'request-error': { title: 'Request Processing Error', status: 400 },
  'not-found': { title: 'Resource Not Found', status: 404 },
  'tpr-disabled': { title: 'Three-Phase Registration Disabled', status: 409 },
  'method-not-allowed': { title: 'Method Not Allowed', status: 405 },
  'unsupported-media-type': { title: 'Unsupported Media Type', status: 415 },
  'upgrade-required': { title: 'Upgrade Required', status: 426 },
  'service-unavailable': { title: 'Service Unavailable', status: 503 },
} as const satisfies Readonly<Record<string, ProblemKind>>

export type ProblemSlug = keyof typeof PROBLEMS

/** Why an agent's tokens ended (`reason` of `agent-gone`). */
export type GoneReason = 'replaced' | 'unregistered' | 'expired' | 'revoked'

/** A problem document. Extension members keep their own JSON types; members without a value are left out. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** Path of the request. */
  readonly instance?: string
  /** ISO 8601 UTC with `Z`. */
  readonly timestamp: string
  readonly [extension: string]: unknown
}

/** The type URI of a slug. */
export function problemType(slug: ProblemSlug): string {
  return PROBLEM_BASE + slug
}

export function isProblemSlug(slug: string): slug is ProblemSlug {
  return Object.hasOwn(PROBLEMS, slug)
}

/** The slug of a type URI of ours, else null. */
export function problemSlug(type: string): ProblemSlug | null {
  if (!type.startsWith(PROBLEM_BASE)) return null
  const slug = type.slice(PROBLEM_BASE.length)
  return isProblemSlug(slug) ? slug : null
}
