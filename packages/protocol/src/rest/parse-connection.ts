/**
 * Owns: the bodies of `POST /public/connect/{agent_id}` and `POST /agents/{agent_id}/connection/notify`.
 * Must not know: whether the agent can be reached.
 */
import { Type, type Static } from '@sinclair/typebox'
import { isJsonObject, ownValue } from '../codec/json.ts'
import { agentTexts } from '../model/agent.ts'
import { AgentIdText } from '../model/ids.ts'
import { AnyJson, type JsonObject } from '../model/json-value.ts'
import { Text } from '../model/text.ts'
import { createReport, finish, type Parsed, type Report } from './parsed.ts'
import { optionalText, readText } from './read-fields.ts'
import { copyJson, isStorableKey } from './read-json.ts'

const MAX_KEYS = 50
const ANONYMOUS = 'Anonymous User'

const userId = Text({
  minLength: 2,
  maxLength: 100,
  pattern: '^[a-zA-Z0-9_@.\\-]+$',
  expects: 'made of letters, digits and _ @ . - only',
})
const displayName = Text({ maxLength: 200 })

const Info = Type.Record(Type.String(), AnyJson, { maxProperties: MAX_KEYS })

export const ConnectBody = Type.Object({
  user_id: userId,
  user_endpoint: agentTexts.endpoint,
  display_name: Type.Optional(Type.Union([displayName, Type.Null()])),
  additional_info: Type.Optional(Type.Union([Info, Type.Null()])),
})
export type ConnectBody = Static<typeof ConnectBody>

export interface ConnectRequest {
  readonly user_id: string
  readonly user_endpoint: string
  readonly display_name: string
  readonly additional_info: JsonObject
}

export const NotifyBody = Type.Object({
  agent_id: AgentIdText,
  agent_endpoint: agentTexts.endpoint,
  agent_info: Type.Optional(Type.Union([Info, Type.Null()])),
})
export type NotifyBody = Static<typeof NotifyBody>

export interface NotifyRequest {
  /** Who tells: the sender. */
  readonly agent_id: string
  readonly agent_endpoint: string
  readonly agent_info: JsonObject
}

/** Reads the body of a connection request; any JSON. */
export function parseConnectBody(input: unknown): Parsed<ConnectRequest> {
  return readBody(input, (report, fields) => ({
    user_id: readText(report, fields, 'user_id', userId),
    user_endpoint: readText(report, fields, 'user_endpoint', agentTexts.endpoint),
    display_name: optionalText(report, '/display_name', ownValue(fields, 'display_name'), displayName) ?? ANONYMOUS,
    additional_info: readInfo(report, '/additional_info', ownValue(fields, 'additional_info')),
  }))
}

/** Reads the body of a notification; any JSON. */
export function parseNotifyBody(input: unknown): Parsed<NotifyRequest> {
  return readBody(input, (report, fields) => ({
    agent_id: readText(report, fields, 'agent_id', AgentIdText),
    agent_endpoint: readText(report, fields, 'agent_endpoint', agentTexts.endpoint),
    agent_info: readInfo(report, '/agent_info', ownValue(fields, 'agent_info')),
  }))
}

function readBody<T>(
  input: unknown,
  read: (report: Report, fields: Readonly<Record<string, unknown>>) => T,
): Parsed<T> {
  const report = createReport()
  if (isJsonObject(input)) return finish(report, read(report, input))
  report.add('', 'must be a JSON object')
  return { ok: false, issues: report.issues }
}

/** Free-form facts: at most 50 keys; texts up to 1000 code points, at any depth. Absent or null is empty. */
function readInfo(report: Report, path: string, value: unknown): JsonObject {
  if (value === undefined || value === null) return {}
  if (!isJsonObject(value)) {
    report.add(path, 'must be an object')
    return {}
  }
  const keys = Object.keys(value)
  if (keys.length > MAX_KEYS) report.add(path, `must have at most ${MAX_KEYS} keys`)
  else if (!keys.every(isStorableKey)) report.add(path, 'must have plain keys of 1 to 100 characters')
  else if (keys.some((key) => ownValue(value, key) === null)) report.add(path, 'must have no null values')
  else {
    const copied = copyJson(value)
    if (copied.ok && isJsonObject(copied.value)) return copied.value
    if (!copied.ok) report.add(path, `must ${copied.must}`)
  }
  return {}
}
