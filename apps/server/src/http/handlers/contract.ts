// The hub's own description: OpenAPI, AsyncAPI and JSON Schema, made once from the protocol's tables.

import { asyncApiDocument, openApiDocument, schemaDocument } from '@arcp/protocol/contract'

import { jsonText, problem } from '../answer.ts'
import type { Handlers } from '../router.ts'

const OPEN = [
  ['access-control-allow-origin', '*'],
  ['cache-control', 'public, max-age=300'],
] as const

/** Made when somebody first asks. */
const once = (make: () => unknown): (() => string) => {
  let made: string | undefined
  return () => (made ??= JSON.stringify(make()))
}

export const contractHandlers = (version: string): Pick<Handlers, 'openApi' | 'asyncApi' | 'schema'> => {
  const openApi = once(() => openApiDocument(version))
  const asyncApi = once(() => asyncApiDocument(version))
  return {
    openApi: () => jsonText(openApi(), 200, OPEN),
    asyncApi: () => jsonText(asyncApi(), 200, OPEN),
    schema: ({ params }) => {
      const document = schemaDocument(params['name'] ?? '')
      return document === undefined
        ? problem('not-found', 'There is no schema of this name; /openapi.json and /asyncapi.json have them all')
        : jsonText(JSON.stringify(document), 200, OPEN)
    },
  }
}
