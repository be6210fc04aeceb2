/**
 * Owns: turning a TypeBox schema into plain JSON Schema whose named parts are references.
 * Must not know: where those references lead.
 */
import { Kind, type TSchema } from '@sinclair/typebox'
import { nameOf } from './named-schemas.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** The `$ref` of a named schema. */
export type RefOf = (name: string) => string

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSchema(value: unknown): value is TSchema {
  return isObject(value) && Kind in value
}

function plain(value: unknown, refOf: RefOf): Json {
  if (Array.isArray(value)) return value.map((item) => plain(item, refOf))
  if (!isObject(value)) {
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  }
  const name = isSchema(value) ? nameOf(value) : undefined
  return name === undefined ? members(value, refOf) : { $ref: refOf(name) }
}

function members(value: Readonly<Record<string, unknown>>, refOf: RefOf): JsonObject {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(entries.map(([key, member]) => [key, plain(member, refOf)]))
}

/** A reference where the schema has a name, else the schema with references inside. */
export function schemaOrRef(schema: TSchema, refOf: RefOf): JsonObject {
  const name = nameOf(schema)
  return name === undefined ? members(schema, refOf) : { $ref: refOf(name) }
}

/** The schema itself, also where it has a name; references only inside. */
export function plainSchema(schema: TSchema, refOf: RefOf): JsonObject {
  return members(schema, refOf)
}
