/**
 * Owns: the `metadata` of a registration.
 * Must not know: what any key means.
 */
import { isJsonObject, ownValue } from '../codec/json.ts'
import type { Metadata, MetadataValue } from '../model/agent.ts'
import type { Report } from './parsed.ts'
import { copyJson, isStorableKey, isStorableText } from './read-json.ts'

const MAX_KEYS = 50

/**
 * Reads `metadata`: 1 to 50 keys of 1 to 100 code points; values are text up to 1000 code points (trimmed), finite
 * numbers, booleans or lists. Keys are own data, so `constructor` is a key like any other; `__proto__` is refused.
 */
export function parseMetadata(report: Report, value: unknown): Metadata {
  if (value === undefined || value === null) {
    report.add('/metadata', 'is required')
    return {}
  }
  if (!isJsonObject(value)) {
    report.add('/metadata', 'must be an object')
    return {}
  }
  const keys = Object.keys(value)
  if (keys.length < 1 || keys.length > MAX_KEYS) {
    report.add('/metadata', `must have 1 to ${MAX_KEYS} keys`)
    return {}
  }
  if (!keys.every(isStorableKey)) {
    report.add('/metadata', 'must have plain keys of 1 to 100 characters')
    return {}
  }
  return Object.fromEntries(keys.map((key) => [key, readValue(report, key, ownValue(value, key))]))
}

function readValue(report: Report, key: string, value: unknown): MetadataValue {
  // RFC 6901: "~" and "/" inside a pointer's segment are escaped.
  const path = `/metadata/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
  if (typeof value === 'string') {
    const text = value.trim()
    if (!isStorableText(text)) report.add(path, 'must be at most 1000 characters without control characters')
    return text
  }
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) report.add(path, 'must be a finite number')
    return value
  }
  if (!Array.isArray(value)) {
    report.add(path, 'must be a string, a number, true, false or a list')
    return ''
  }
  const items: readonly unknown[] = value
  const copied = copyJson(items)
  if (copied.ok && Array.isArray(copied.value)) return copied.value
  if (!copied.ok) report.add(path, `must ${copied.must}`)
  return ''
}
