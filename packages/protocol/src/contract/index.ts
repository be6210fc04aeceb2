/** The door `@arcp/protocol/contract`: OpenAPI, AsyncAPI and JSON Schema documents, made of the same tables as the hub. */
export { asyncApiDocument } from './asyncapi.ts'
export { schemaDocument, SCHEMA_NAMES } from './json-schema.ts'
export { openApiDocument } from './openapi.ts'
export type { Json, JsonObject } from './plain-schema.ts'
