/**
 * Owns: the `requirements` of a registration: object, JSON string of one, or nothing (AgentRequirements).
 * Must not know: the rest of the registration.
 */
import { isJsonObject, ownValue, parseJsonLimited } from '../codec/json.ts'
import { BODY_LIMITS } from '../codec/limits.ts'
import type { JsonObject } from '../model/json-value.ts'
import { requirementCounts, requirementTexts, type AgentRequirements } from '../model/requirements.ts'
import { parseConfigFields } from './parse-config-fields.ts'
import type { Report } from './parsed.ts'
import { optionalInteger, optionalText, readTexts } from './read-fields.ts'
import { copyJson, isStorableKey } from './read-json.ts'

const ROOT = '/requirements'

/** Reads `requirements`; null when absent, null or a blank string. */
export function parseRequirements(report: Report, value: unknown): AgentRequirements | null {
  if (value === undefined || value === null) return null
  const object = typeof value === 'string' ? fromText(report, value) : value
  if (object === null) return null
  if (!isJsonObject(object)) {
    report.add(ROOT, 'must be an object, or a JSON string of one')
    return null
  }
  if (Object.keys(object).length > requirementCounts.keys) {
    report.add(ROOT, `must have at most ${requirementCounts.keys} keys`)
    return null
  }
  return readRequirements(report, object)
}

function fromText(report: Report, text: string): unknown {
  if (text.trim() === '') return null
  const parsed = parseJsonLimited(text, BODY_LIMITS)
  if (parsed.ok && isJsonObject(parsed.value)) return parsed.value
  report.add(ROOT, 'must be an object, or a JSON string of one')
  return null
}

function readRequirements(report: Report, object: Readonly<Record<string, unknown>>): AgentRequirements {
  const texts = requirementTexts
  const list = (field: 'system_requirements' | 'permissions' | 'dependencies', item: typeof texts.permission) =>
    readTexts(report, `${ROOT}/${field}`, ownValue(object, field), {
      maxItems: requirementCounts[field],
      item,
      dropMisfits: true,
    })
  const integer = (field: string, max: number) =>
    optionalInteger(report, `${ROOT}/${field}`, ownValue(object, field), 1, max)
  const text = (field: string, schema: typeof texts.permission) =>
    optionalText(report, `${ROOT}/${field}`, ownValue(object, field), schema)
  return {
    system_requirements: list('system_requirements', texts.systemRequirement),
    permissions: list('permissions', texts.permission),
    dependencies: list('dependencies', texts.dependency),
    minimum_system_version: text('minimum_system_version', texts.minimumVersion),
    minimum_memory_mb: integer('minimum_memory_mb', 1_048_576),
    minimum_disk_space_mb: integer('minimum_disk_space_mb', 10_485_760),
    requires_internet: readRequiresInternet(report, ownValue(object, 'requires_internet')),
    network_ports: readPorts(report, ownValue(object, 'network_ports')),
    required_fields: parseConfigFields(
      report,
      `${ROOT}/required_fields`,
      ownValue(object, 'required_fields'),
      'required',
    ),
    optional_fields: parseConfigFields(
      report,
      `${ROOT}/optional_fields`,
      ownValue(object, 'optional_fields'),
      'optional',
    ),
    user_configuration: readUserConfiguration(report, ownValue(object, 'user_configuration')),
    schema_version: text('schema_version', texts.schemaVersion) ?? '1.0',
  }
}

function readRequiresInternet(report: Report, value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'boolean') return value
  report.add(`${ROOT}/requires_internet`, 'must be true or false')
  return true
}

function readPorts(report: Report, value: unknown): string[] {
  const path = `${ROOT}/network_ports`
  const maxItems = requirementCounts.network_ports
  const ports = readTexts(report, path, value, { maxItems, item: requirementTexts.port, dropMisfits: false })
  if (!ports.every(isPortRange)) report.add(path, 'must hold ports or ranges N-M from 1 to 65535')
  return ports
}

function isPortRange(text: string): boolean {
  const [first = 0, last = first] = text.split('-').map(Number)
  return first >= 1 && last <= 65_535 && first <= last
}

function readUserConfiguration(report: Report, value: unknown): JsonObject {
  const path = `${ROOT}/user_configuration`
  if (value === undefined || value === null) return {}
  if (!isJsonObject(value)) {
    report.add(path, 'must be an object')
    return {}
  }
  const keys = Object.keys(value)
  if (keys.length > requirementCounts.user_configuration || !keys.every(isStorableKey)) {
    report.add(path, `must have at most ${requirementCounts.user_configuration} plain keys of 1 to 100 characters`)
    return {}
  }
  const entries = keys.map((key) => {
    const copied = copyJson(ownValue(value, key))
    if (!copied.ok) report.add(path, `must ${copied.must}`)
    return [key, copied.ok ? copied.value : null] as const
  })
  return Object.fromEntries(entries)
}
