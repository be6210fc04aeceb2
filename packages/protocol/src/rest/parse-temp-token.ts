/**
 * Owns: the body of `POST /auth/agent/request_temp_token`.
 * Must not know: whether the key is good.
 */
import { Type, type Static } from '@sinclair/typebox'
import { isJsonObject, ownValue } from '../codec/json.ts'
import { isAgentId, type AgentId } from '../model/ids.ts'
import { Text, codePointLength, type TextSchema } from '../model/text.ts'
import { createReport, type FieldIssue, type Report } from './parsed.ts'
import { checkText } from './read-fields.ts'

const word = { pattern: '^[a-zA-Z0-9_-]+$', expects: 'made of letters, digits, "_" and "-" only' }

/** Body shared with the login; every field is optional in the shape. */
export const loginTexts = {
  username: Text({ maxLength: 255 }),
  password: Text({ minLength: 1, maxLength: 1024, lines: true }),
  agent_id: Text({ ...word, maxLength: 100 }),
  agent_type: Text({ ...word, maxLength: 50 }),
}

/** Code points of an agent key. */
export const AGENT_KEY_LENGTH = { min: 10, max: 200 } as const

export const TempTokenBody = Type.Object({
  agent_id: loginTexts.agent_id,
  agent_type: loginTexts.agent_type,
  agent_key: Type.String({ minLength: AGENT_KEY_LENGTH.min, maxLength: AGENT_KEY_LENGTH.max }),
})
export type TempTokenBody = Static<typeof TempTokenBody>

export interface TempTokenRequest {
  readonly agent_id: AgentId
  /** As given; any type, `unknown` included: it is not checked against the allowed ones here. */
  readonly agent_type: string
  /** As given, not trimmed: keys are compared whole. */
  readonly agent_key: string
}

/**
 * - `shape` -> 422 `validation-failed` with the issues
 * - `missing`, `short` -> 400 `invalid-input` with `field`
 */
export type ParsedTempToken =
  | { readonly ok: true; readonly value: TempTokenRequest }
  | { readonly ok: false; readonly kind: 'shape'; readonly issues: readonly FieldIssue[] }
  | { readonly ok: false; readonly kind: 'missing' | 'short'; readonly field: string; readonly message: string }

type Fields = Readonly<Record<string, unknown>>

function refuse(kind: 'missing' | 'short', field: string, message: string): ParsedTempToken {
  return { ok: false, kind, field, message }
}

/** A text of the login shape; null when absent or null. A password is not trimmed. */
export function loginText(report: Report, fields: Fields, field: string, schema: TextSchema): string | null {
  const value = ownValue(fields, field)
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') {
    report.add(`/${field}`, 'must be a string')
    return null
  }
  const text = field === 'password' ? value : value.trim()
  checkText(report, `/${field}`, text, schema)
  return text
}

function keyText(report: Report, fields: Fields): string | null {
  const value = ownValue(fields, 'agent_key')
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') report.add('/agent_key', 'must be a string')
  else if (value.length > AGENT_KEY_LENGTH.max * 2 || codePointLength(value) > AGENT_KEY_LENGTH.max) {
    report.add('/agent_key', `must be at most ${AGENT_KEY_LENGTH.max} characters long`)
  } else if (/\p{Surrogate}/u.test(value)) report.add('/agent_key', 'must be well-formed Unicode')
  else return value
  return ''
}

/** Reads the body of a temp token request. */
export function parseTempTokenRequest(input: unknown): ParsedTempToken {
  const report = createReport()
  if (!isJsonObject(input)) {
    report.add('', 'must be a JSON object')
    return { ok: false, kind: 'shape', issues: report.issues }
  }
  loginText(report, input, 'username', loginTexts.username)
  loginText(report, input, 'password', loginTexts.password)
  const id = loginText(report, input, 'agent_id', loginTexts.agent_id)
  const type = loginText(report, input, 'agent_type', loginTexts.agent_type)
  const key = keyText(report, input)
  if (report.issues.length > 0) return { ok: false, kind: 'shape', issues: report.issues }
  if (id === null) return refuse('missing', 'agent_id', 'agent_id is required')
  if (type === null) return refuse('missing', 'agent_type', 'agent_type is required')
  if (key === null || key === '') return refuse('missing', 'agent_key', 'agent_key is required')
  if (!isAgentId(id)) return refuse('short', 'agent_id', 'agent_id must be 3 to 100 characters long')
  if (codePointLength(key) < AGENT_KEY_LENGTH.min) {
    return refuse('short', 'agent_key', `agent_key must be at least ${AGENT_KEY_LENGTH.min} characters long`)
  }
  return { ok: true, value: { agent_id: id, agent_type: type, agent_key: key } }
}
