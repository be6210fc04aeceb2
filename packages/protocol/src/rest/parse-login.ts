/**
 * Owns: the body of `POST /auth/login`.
 * Must not know: whether the password is right.
 */
import { Type, type Static } from '@sinclair/typebox'
import { isJsonObject, ownValue } from '../codec/json.ts'
import { loginText, loginTexts } from './parse-temp-token.ts'
import { createReport, type FieldIssue } from './parsed.ts'

export const LoginBody = Type.Object({ username: loginTexts.username, password: loginTexts.password })
export type LoginBody = Static<typeof LoginBody>

/**
 * - `shape` -> 422 `validation-failed` with the issues
 * - `agent`, `missing` -> 401 `authentication-failed`: agents do not log in, or there is nothing to log in with
 */
export type ParsedLogin =
  | { readonly ok: true; readonly value: LoginBody }
  | { readonly ok: false; readonly kind: 'shape'; readonly issues: readonly FieldIssue[] }
  | { readonly ok: false; readonly kind: 'agent' | 'missing' }

/** Reads the body of a log-in. The password is taken as it is, blanks included. */
export function parseLogin(input: unknown): ParsedLogin {
  const report = createReport()
  if (!isJsonObject(input)) {
    report.add('', 'must be a JSON object')
    return { ok: false, kind: 'shape', issues: report.issues }
  }
  const username = loginText(report, input, 'username', loginTexts.username)
  const password = loginText(report, input, 'password', loginTexts.password)
  loginText(report, input, 'agent_id', loginTexts.agent_id)
  loginText(report, input, 'agent_type', loginTexts.agent_type)
  if (report.issues.length > 0) return { ok: false, kind: 'shape', issues: report.issues }
  if (isGiven(input, 'agent_id') && isGiven(input, 'agent_type')) return { ok: false, kind: 'agent' }
  if (username === null || username === '' || password === null) return { ok: false, kind: 'missing' }
  return { ok: true, value: { username, password } }
}

function isGiven(fields: Readonly<Record<string, unknown>>, field: string): boolean {
  const value = ownValue(fields, field)
  return value !== undefined && value !== null
}
