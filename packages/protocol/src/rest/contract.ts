/** Owns: the outline of the documents a hub describes itself with. Must not know: what is in them. */
import { Type } from '@sinclair/typebox'

/** Their specifications say what else is in them. */
const OPEN = { additionalProperties: Type.Unknown() }

const info = Type.Object({ title: Type.String(), version: Type.String() }, OPEN)
const members = Type.Record(Type.String(), Type.Unknown())

/** OpenAPI 3.1. */
export const OpenApiAnswer = Type.Object({ openapi: Type.String({ pattern: '^3\\.1\\.' }), info, paths: members }, OPEN)

/** AsyncAPI 3. */
export const AsyncApiAnswer = Type.Object(
  { asyncapi: Type.String({ pattern: '^3\\.' }), info, channels: members, operations: members },
  OPEN,
)

/** JSON Schema 2020-12. */
export const SchemaAnswer = Type.Object({ $schema: Type.String(), $id: Type.String(), title: Type.String() }, OPEN)
