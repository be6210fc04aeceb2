/**
 * Owns: the schemas that have a name in contracts, which is the name they are exported by.
 * Must not know: which documents are made of them. It goes through the doors on purpose: what they export is the list.
 */
import { Kind, type TSchema } from '@sinclair/typebox'
import * as frames from '../frames/index.ts'
import * as model from '../model/index.ts'
import * as rest from '../rest/index.ts'

function isSchema(value: unknown): value is TSchema {
  return typeof value === 'object' && value !== null && Kind in value
}

function schemasOf(door: Readonly<Record<string, unknown>>): readonly (readonly [string, TSchema])[] {
  return Object.entries(door).flatMap(([name, value]) => (isSchema(value) ? [[name, value] as const] : []))
}

/** Name -> schema, in the order of their names. A `Map`, so `constructor` is not found. */
export const NAMED_SCHEMAS: ReadonlyMap<string, TSchema> = new Map(
  [...schemasOf(model), ...schemasOf(frames), ...schemasOf(rest)].toSorted(([a], [b]) => (a < b ? -1 : 1)),
)

const names: ReadonlyMap<TSchema, string> = new Map([...NAMED_SCHEMAS].map(([name, schema]) => [schema, name]))

/** The name of a schema, undefined when it has none of its own. */
export function nameOf(schema: TSchema): string | undefined {
  return names.get(schema)
}
