/**
 * Owns: the configuration fields inside `requirements`.
 * Must not know: what is done with a field's `validation`: it is stored, never compiled.
 */
import { isJsonObject, ownValue } from '../codec/json.ts'
import {
  FIELD_TYPES,
  requirementCounts,
  requirementTexts,
  type ConfigField,
  type FieldType,
} from '../model/requirements.ts'
import { explainText, textProblem, textRules, type TextSchema } from '../model/text.ts'
import type { Report } from './parsed.ts'
import { optionalText, readTexts } from './read-fields.ts'

type Fields = Readonly<Record<string, unknown>>

/** Reads `required_fields` or `optional_fields`; absent or null is empty. */
export function parseConfigFields(
  report: Report,
  path: string,
  value: unknown,
  which: 'required' | 'optional',
): ConfigField[] {
  if (value === undefined || value === null) return []
  const max = which === 'required' ? requirementCounts.required_fields : requirementCounts.optional_fields
  if (!Array.isArray(value) || value.length > max) {
    report.add(path, `must be a list of at most ${max} field objects`)
    return []
  }
  const items: readonly unknown[] = value
  const fields: ConfigField[] = []
  for (const [index, item] of items.entries()) {
    if (report.full()) break
    if (isJsonObject(item)) fields.push(readField(report, `${path}/${index}`, item, which))
    else report.add(`${path}/${index}`, 'must be an object')
  }
  return fields
}

function readField(report: Report, path: string, item: Fields, which: 'required' | 'optional'): ConfigField {
  const texts = requirementTexts
  const required = (field: string, schema: TextSchema) => {
    const text = optionalText(report, `${path}/${field}`, ownValue(item, field), schema)
    if (text === null) report.add(`${path}/${field}`, 'is required')
    return text ?? ''
  }
  const optional = (field: string, schema: TextSchema) =>
    optionalText(report, `${path}/${field}`, ownValue(item, field), schema)
  const description = optional('description', texts.description)
  const validation = optional('validation', texts.validation)
  const placeholder = optional('placeholder', texts.placeholder)
  const category = which === 'optional' ? optional('category', texts.category) : null
  const options = ownValue(item, 'options')
  const defaultValue = readDefault(report, `${path}/default_value`, ownValue(item, 'default_value'))
  return {
    name: required('name', texts.fieldName),
    label: required('label', texts.label),
    type: readType(report, `${path}/type`, ownValue(item, 'type')),
    ...(description === null ? {} : { description }),
    ...(defaultValue === null ? {} : { default_value: defaultValue }),
    ...(options === undefined || options === null ? {} : { options: readOptions(report, `${path}/options`, options) }),
    ...(validation === null ? {} : { validation }),
    ...(placeholder === null ? {} : { placeholder }),
    ...(category === null ? {} : { category }),
  }
}

function readOptions(report: Report, path: string, value: unknown): string[] {
  return readTexts(report, path, value, {
    maxItems: requirementCounts.options,
    item: requirementTexts.option,
    dropMisfits: true,
  })
}

function readType(report: Report, path: string, value: unknown): FieldType {
  const known = FIELD_TYPES.find((type) => type === value)
  if (known === undefined) report.add(path, `must be one of ${FIELD_TYPES.join(', ')}`)
  return known ?? 'text'
}

function readDefault(
  report: Report,
  path: string,
  value: unknown,
): Exclude<ConfigField['default_value'], undefined> | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'string') {
    const rules = textRules(requirementTexts.defaultText)
    const problem = textProblem(rules, value)
    if (problem !== null) report.add(path, `must be ${explainText(rules, problem)}`)
    return value
  }
  if (Array.isArray(value)) {
    return readTexts(report, path, value, {
      maxItems: requirementCounts.options,
      item: requirementTexts.defaultText,
      dropMisfits: false,
    })
  }
  report.add(path, 'must be a string, an integer, true, false or a list of strings')
  return null
}
