/**
 * Owns: what a string on the wire may contain, and how its length is counted.
 * Must not know: which field or frame the string stands in.
 */
import { Kind, Type, TypeRegistry, type TUnsafe } from '@sinclair/typebox'

/** Rules of one text. Lengths are Unicode code points, both ends included. `lines` lets tab, LF and CR pass. */
export interface TextRules {
  readonly minLength?: number
  readonly maxLength: number
  readonly pattern?: string
  readonly lines?: boolean
  /** How an error message goes on after "<field> must be". */
  readonly expects?: string
}

/** Rules hang on a symbol: it survives the copies TypeBox makes and stays out of the JSON Schema. */
const RULES: unique symbol = Symbol('arcp.text-rules')

/** A TypeBox schema of kind `Text`; as JSON Schema it is an ordinary `type: "string"`. */
export type TextSchema<T extends string = string> = TUnsafe<T> & { readonly [RULES]: TextRules }

export type TextProblem = 'short' | 'long' | 'characters' | 'pattern'

/**
 * Characters that deceive a reader or hide from one: C0 and C1 controls, line and paragraph separators, bidi marks,
 * overrides and isolates, zero-width space, word joiner and invisible operators, BOM, interlinear marks, tag characters.
 * ZWJ and ZWNJ (U+200D, U+200C) stay: emoji and several scripts need them.
 */
const DECEPTIVE =
  '\\u007F-\\u009F\\u061C\\u180E\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u2069\\uFEFF\\uFFF9-\\uFFFB\\u{E0000}-\\u{E007F}'
/** In `u` mode a surrogate escape matches only a surrogate that is alone. */
const LONE_SURROGATE = '\\uD800-\\uDFFF'
const UNSAFE_LINE = new RegExp(`[\\u0000-\\u001F${DECEPTIVE}${LONE_SURROGATE}]`, 'u')
const UNSAFE_LINES = new RegExp(`[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F${DECEPTIVE}${LONE_SURROGATE}]`, 'u')
const UNSAFE_ALL = new RegExp(UNSAFE_LINE.source, 'gu')

const patterns = new Map<string, RegExp>()

function patternOf(source: string): RegExp {
  let regexp = patterns.get(source)
  if (regexp === undefined) {
    regexp = new RegExp(source, 'u')
    patterns.set(source, regexp)
  }
  return regexp
}

/** Number of Unicode code points; a lone surrogate counts as one. */
export function codePointLength(text: string): number {
  let length = text.length
  for (let i = 0; i + 1 < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit < 0xd8_00 || unit > 0xdb_ff) continue
    const next = text.charCodeAt(i + 1)
    if (next < 0xdc_00 || next > 0xdf_ff) continue
    length -= 1
    i += 1
  }
  return length
}

/** True when the text has no deceptive character and no lone surrogate; `lines` lets tab, LF and CR pass. */
export function isSafeText(text: string, lines = false): boolean {
  return !(lines ? UNSAFE_LINES : UNSAFE_LINE).test(text)
}

/** The text without the characters that `isSafeText` refuses, cut to `max` code points. Work is bounded by `max`. */
export function cleanText(text: string, max: number): string {
  const cleaned = text.slice(0, max * 4).replace(UNSAFE_ALL, '')
  return codePointLength(cleaned) <= max ? cleaned : Array.from(cleaned).slice(0, max).join('')
}

/** The first rule the text breaks, or null. The length is checked before any pattern runs. */
export function textProblem(rules: TextRules, text: string): TextProblem | null {
  if (text.length > rules.maxLength * 2) return 'long'
  const length = codePointLength(text)
  if (length > rules.maxLength) return 'long'
  if (length < (rules.minLength ?? 0)) return 'short'
  if (!isSafeText(text, rules.lines)) return 'characters'
  if (rules.pattern !== undefined && !patternOf(rules.pattern).test(text)) return 'pattern'
  return null
}

/** What a text must be, in words: "2 to 32 characters long". Never contains the text itself. */
export function explainText(rules: TextRules, problem: TextProblem): string {
  if (problem === 'characters') return 'free of control, bidirectional and invisible characters'
  if (problem === 'pattern' && rules.expects !== undefined) return rules.expects
  if (problem === 'pattern') return 'in the documented format'
  if (rules.minLength === undefined) return `at most ${rules.maxLength} characters long`
  return `${rules.minLength} to ${rules.maxLength} characters long`
}

interface StoredText {
  readonly [RULES]: TextRules
}

TypeRegistry.Set<StoredText>(
  'Text',
  (schema, value) => typeof value === 'string' && textProblem(schema[RULES], value) === null,
)

/** Schema of a text with these rules. `T` with `values` names an open vocabulary: known words for readers, any word passes. */
export function Text<T extends string = string>(rules: TextRules, values?: readonly T[]): TextSchema<T> {
  const schema = Type.Unsafe<T>({
    [Kind]: 'Text',
    type: 'string',
    ...(rules.minLength === undefined ? {} : { minLength: rules.minLength }),
    maxLength: rules.maxLength,
    ...(rules.pattern === undefined ? {} : { pattern: rules.pattern }),
    ...(values === undefined ? {} : { examples: values }),
  })
  return Object.assign(schema, { [RULES]: rules })
}

/** The rules a schema made by `Text` carries. */
export function textRules(schema: TextSchema): TextRules {
  return schema[RULES]
}
