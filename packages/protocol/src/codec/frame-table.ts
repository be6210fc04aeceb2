/**
 * Owns: finding the schema of a frame by its type and running it.
 * Must not know: which frames exist.
 */
import type { StaticDecode, TSchema } from '@sinclair/typebox'
import { cleanText } from '../model/text.ts'
import { NO_TYPE, type Decoded } from './decoded.ts'
import { isJsonObject, ownValue } from './json.ts'
import { TYPE_ECHO_MAX } from './limits.ts'
import { validatorOf, type Validate } from './validate.ts'

interface Entry<F> {
  /** Names of the known fields. */
  readonly fields: readonly string[]
  readonly validate: Validate<F>
}

/** Type -> entry. A `Map`, so `constructor` and `__proto__` are not found (X51, X60). */
export type FrameTable<F> = ReadonlyMap<string, Entry<F>>

export function frameTable<T extends TSchema>(schemas: { readonly [type: string]: T }): FrameTable<StaticDecode<T>> {
  return new Map(
    Object.entries(schemas).map(([type, schema]) => {
      const properties: unknown = schema['properties']
      const fields = isJsonObject(properties) ? Object.keys(properties) : []
      return [type, { fields, validate: validatorOf(schema) }]
    }),
  )
}

/** The type as it may be echoed and logged: at most 64 characters, nothing that deceives a reader (C5). */
export function echoType(type: unknown): string {
  if (typeof type !== 'string') return NO_TYPE
  const cleaned = cleanText(type, TYPE_ECHO_MAX)
  return cleaned === '' ? NO_TYPE : cleaned
}

/** Only the known own fields: unknown ones are ignored, however they are called. */
function knownFields(object: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  const known: Record<string, unknown> = {}
  for (const field of fields) if (Object.hasOwn(object, field)) known[field] = object[field]
  return known
}

/** Decodes a parsed value by its `type`. With `open` unknown fields stay in the frame. */
export function decodeByType<F>(table: FrameTable<F>, value: unknown, open: boolean): Decoded<F> {
  const type = isJsonObject(value) ? ownValue(value, 'type') : undefined
  const entry = typeof type === 'string' ? table.get(type) : undefined
  if (entry === undefined || !isJsonObject(value)) return { kind: 'unknown', type: echoType(type) }
  const result = entry.validate(open ? value : knownFields(value, entry.fields))
  if (result.ok) return { kind: 'frame', frame: result.value }
  return { kind: 'invalid', type: echoType(type), path: result.path, message: result.message }
}
