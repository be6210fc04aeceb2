/**
 * Owns: JSON text to value, within limits, never throwing.
 * Must not know: frames, fields, who sent the text.
 */
import type { JsonLimits } from './limits.ts'

export type JsonScan = 'ok' | 'too-deep' | 'too-many'

/** `value` is what `JSON.parse` made; the last of equal keys wins, `__proto__` is an ordinary own key. */
export type JsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: JsonFault }

export type JsonFault = 'not-json' | 'too-deep' | 'too-many'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Index of the quote that ends the string opened at `open`, or the end of the text. */
function endOfString(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) return i
    if (unit === BACKSLASH) i += 1
  }
  return text.length
}

/** One pass over the text, no allocation: is its structure within the limits? Says nothing about correct syntax. */
export function scanJson(text: string, limits: JsonLimits): JsonScan {
  let depth = 0
  let tokens = 0
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i)
        continue
      case 0x7b: // {
      case 0x5b: // [
        depth += 1
        tokens += 1
        break
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1
        break
      case 0x2c: // ,
      case 0x3a: // :
        tokens += 1
        break
      default:
        continue
    }
    if (depth > limits.maxDepth) return 'too-deep'
    if (tokens > limits.maxTokens) return 'too-many'
  }
  return 'ok'
}

/**
 * Parses RFC 8259 JSON as `JSON.parse` does (a BOM, comments, `NaN` or trailing data make it not JSON), after the
 * structure was found to be within `limits`.
 */
export function parseJsonLimited(text: string, limits: JsonLimits): JsonResult {
  const scan = scanJson(text, limits)
  if (scan !== 'ok') return { ok: false, reason: scan }
  try {
    const value: unknown = JSON.parse(text)
    return { ok: true, value }
  } catch {
    return { ok: false, reason: 'not-json' }
  }
}

/** A JSON fault in words, for an `error` frame or a problem's `detail`. */
export function explainJson(reason: JsonFault, limits: JsonLimits): string {
  if (reason === 'too-deep') return `JSON is nested deeper than ${limits.maxDepth} levels`
  if (reason === 'too-many') return `JSON has more than ${limits.maxTokens} elements`
  return 'Invalid JSON format'
}

/** True for a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The own property of that name, else undefined: `constructor` or `toString` are never inherited. */
export function ownValue(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
