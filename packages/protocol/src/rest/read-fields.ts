/**
 * Owns: reading single fields out of an untrusted JSON object, trimming texts first.
 * Must not know: any particular body.
 * A reader that reports an issue returns a placeholder; `finish` throws the whole value away then.
 */
import { ownValue } from '../codec/json.ts'
import { explainText, textProblem, textRules, type TextSchema } from '../model/text.ts'
import type { Report } from './parsed.ts'

type Fields = Readonly<Record<string, unknown>>

/** Checks one text against its schema; the text must be trimmed already. True when good. */
export function checkText(report: Report, path: string, text: string, schema: TextSchema): boolean {
  const rules = textRules(schema)
  const problem = textProblem(rules, text)
  if (problem !== null) report.add(path, `must be ${explainText(rules, problem)}`)
  return problem === null
}

/** A required text, trimmed. */
export function readText(report: Report, fields: Fields, field: string, schema: TextSchema): string {
  const value = ownValue(fields, field)
  if (value === undefined || value === null) report.add(`/${field}`, 'is required')
  else if (typeof value !== 'string') report.add(`/${field}`, 'must be a string')
  else {
    const text = value.trim()
    checkText(report, `/${field}`, text, schema)
    return text
  }
  return ''
}

/** An optional text at any path, trimmed; null when absent, null or blank. */
export function optionalText(report: Report, path: string, value: unknown, schema: TextSchema): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') {
    report.add(path, 'must be a string or null')
    return null
  }
  const text = value.trim()
  if (text === '') return null
  checkText(report, path, text, schema)
  return text
}

/** An optional integer within bounds, both included; null when absent or null. Numeric strings are refused. */
export function optionalInteger(report: Report, path: string, value: unknown, min: number, max: number): number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  report.add(path, `must be an integer from ${min} to ${max}`)
  return null
}

export interface ListRules {
  readonly maxItems: number
  readonly item: TextSchema
  /** Items above the item's longest length are dropped instead of reported; items below its shortest as well. */
  readonly dropMisfits: boolean
}

/**
 * A list of texts, each trimmed, blanks dropped; absent or null is empty. A list above `maxItems` is reported without
 * looking at its items.
 */
export function readTexts(report: Report, path: string, value: unknown, rules: ListRules): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    report.add(path, 'must be a list of strings')
    return []
  }
  if (value.length > rules.maxItems) {
    report.add(path, `must have at most ${rules.maxItems} entries`)
    return []
  }
  const items: readonly unknown[] = value
  const texts: string[] = []
  for (const [index, item] of items.entries()) {
    if (report.full()) break
    const text = readItem(report, `${path}/${index}`, item, rules)
    if (text !== null) texts.push(text)
  }
  return texts
}

function readItem(report: Report, path: string, item: unknown, rules: ListRules): string | null {
  if (typeof item !== 'string') {
    report.add(path, 'must be a string')
    return null
  }
  const text = item.trim()
  if (text === '') return null
  const problem = textProblem(textRules(rules.item), text)
  if (problem === null) return text
  if (rules.dropMisfits && (problem === 'long' || problem === 'short')) return null
  report.add(path, `must be ${explainText(textRules(rules.item), problem)}`)
  return null
}
