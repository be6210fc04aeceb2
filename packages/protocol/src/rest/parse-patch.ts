/**
 * Owns: the body of `PATCH /agents/{agent_id}`, a merge patch (RFC 7396) on what is registered.
 * Must not know: tokens, storage.
 */
import { isJsonObject, ownValue } from '../codec/json.ts'
import type { AgentRegistration } from '../model/agent.ts'
import { createReport, type Parsed } from './parsed.ts'
import { parseRegistration, type RegistrationRules } from './parse-registration.ts'

/** RFC 7396: null removes, objects are merged, everything else replaces. Keys are own data, `__proto__` as well. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch
  const fields = new Map<string, unknown>(isJsonObject(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) fields.delete(key)
    else fields.set(key, merged(fields.get(key), value))
  }
  return Object.fromEntries(fields)
}

/**
 * Merges a patch into a registration and checks the outcome by the rules of a registration: null takes an optional
 * field away and is an issue at a required one.
 */
export function parsePatch(
  input: unknown,
  current: AgentRegistration,
  rules: RegistrationRules,
): Parsed<AgentRegistration> {
  const report = createReport()
  if (!isJsonObject(input)) {
    report.add('', 'must be a JSON object')
    return { ok: false, issues: report.issues }
  }
  const id = ownValue(input, 'agent_id')
  if (id !== undefined && id !== current.agent_id) {
    report.add('/agent_id', 'cannot be changed: leave it out')
    return { ok: false, issues: report.issues }
  }
  return parseRegistration(merged(current, input), rules)
}
