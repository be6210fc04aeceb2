/**
 * Owns: copying free-form JSON out of a body within bounds, so that it can be stored and sent on safely.
 * Must not know: which field it stands in.
 */
import { isJsonObject } from '../codec/json.ts'
import { agentTexts } from '../model/agent.ts'
import type { JsonValue } from '../model/json-value.ts'
import { textProblem, textRules } from '../model/text.ts'

const MAX_DEPTH = 8
const MAX_NODES = 2000

export type JsonCopy =
  | { readonly ok: true; readonly value: JsonValue }
  /** Goes on after "<field> must". */
  | { readonly ok: false; readonly must: string }

/** True for a key that is safe to store: 1 to 100 clean code points, and not `__proto__`. */
export function isStorableKey(key: string): boolean {
  return key !== '__proto__' && key.trim() !== '' && textProblem(textRules(agentTexts.metadata_key), key) === null
}

/** True for text up to 1000 clean code points. */
export function isStorableText(text: string): boolean {
  return textProblem(textRules(agentTexts.metadata_text), text) === null
}

/**
 * A deep copy of a value `JSON.parse` made: at most 8 levels and 2000 values, numbers finite, texts and keys clean.
 */
export function copyJson(value: unknown): JsonCopy {
  let nodes = 0
  let must = ''

  function refuse(reason: string): null {
    if (must === '') must = reason
    return null
  }

  function copy(node: unknown, depth: number): JsonValue {
    nodes += 1
    if (must !== '') return null
    if (depth > MAX_DEPTH) return refuse(`not be nested deeper than ${MAX_DEPTH} levels`)
    if (nodes > MAX_NODES) return refuse(`hold at most ${MAX_NODES} values`)
    if (typeof node === 'string') {
      return isStorableText(node) ? node : refuse('hold texts of at most 1000 characters without control characters')
    }
    if (typeof node === 'number') return Number.isFinite(node) ? node : refuse('hold finite numbers only')
    if (typeof node === 'boolean' || node === null) return node
    if (Array.isArray(node)) return copyItems(node, depth)
    return isJsonObject(node) ? copyFields(node, depth) : refuse('be JSON')
  }

  function copyItems(items: readonly unknown[], depth: number): JsonValue {
    if (items.length > MAX_NODES) return refuse(`hold at most ${MAX_NODES} values`)
    return items.map((item) => copy(item, depth + 1))
  }

  function copyFields(fields: Readonly<Record<string, unknown>>, depth: number): JsonValue {
    const keys = Object.keys(fields)
    if (keys.length > MAX_NODES) return refuse(`hold at most ${MAX_NODES} values`)
    if (!keys.every(isStorableKey)) return refuse('have plain keys of 1 to 100 characters')
    return Object.fromEntries(keys.map((key) => [key, copy(fields[key], depth + 1)]))
  }

  const result = copy(value, 1)
  return must === '' ? { ok: true, value: result } : { ok: false, must }
}
