/** Owns: `GET /schemas/{name}.json`: one named schema with everything it needs. Must not know: HTTP. */
import { collectSchemas } from './collect-schemas.ts'
import { NAMED_SCHEMAS } from './named-schemas.ts'
import { plainSchema, type JsonObject } from './plain-schema.ts'

/** Names that `schemaDocument` knows. */
export const SCHEMA_NAMES: readonly string[] = [...NAMED_SCHEMAS.keys()]

/** A self-contained JSON Schema 2020-12; undefined for a name that is none. */
export function schemaDocument(name: string): JsonObject | undefined {
  const schema = NAMED_SCHEMAS.get(name)
  if (schema === undefined) return undefined
  const { refOf, schemas } = collectSchemas('#/$defs/')
  const own = plainSchema(schema, refOf)
  const defs = schemas()
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `/schemas/${name}.json`,
    title: name,
    ...own,
    ...(Object.keys(defs).length === 0 ? {} : { $defs: defs }),
  }
}
