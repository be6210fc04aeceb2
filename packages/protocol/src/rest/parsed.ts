/**
 * Owns: the outcome of reading untrusted input, and the collecting of its faults.
 * Must not know: which fields there are.
 */

/** `path` is a JSON pointer (`/agent_id`, `/capabilities/3`); `message` names the field and what to do, never the value. */
export interface FieldIssue {
  readonly path: string
  readonly message: string
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly FieldIssue[] }

/** Issues reported at most: all eleven missing fields of an empty registration, and some; more would tell no more. */
export const MAX_ISSUES = 16

/** Collects issues while a body is read; readers go on with a placeholder after reporting one. */
export interface Report {
  readonly issues: readonly FieldIssue[]
  /** True when no further issue will be kept: loops may stop. */
  readonly full: () => boolean
  /** `must` goes on after the field's name: `add('/name', 'is required')`. */
  readonly add: (path: string, must: string) => void
}

export function createReport(): Report {
  const issues: FieldIssue[] = []
  return {
    issues,
    full: () => issues.length >= MAX_ISSUES,
    add: (path, must) => {
      if (issues.length >= MAX_ISSUES) return
      const name = path === '' ? 'body' : path.slice(1).replaceAll('/', '.')
      issues.push({ path, message: `${name} ${must}` })
    },
  }
}

/** The value when nothing was reported, else the issues. */
export function finish<T>(report: Report, value: T): Parsed<T> {
  return report.issues.length === 0 ? { ok: true, value } : { ok: false, issues: report.issues }
}
