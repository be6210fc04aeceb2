/** Owns: the OpenAPI 3.1 document, made of the route table. Must not know: handlers, HTTP. */
import type { TSchema } from '@sinclair/typebox'
import { PROBLEM_CONTENT_TYPE } from '../rest/problem.ts'
import { ProblemSchema } from '../rest/problem-schema.ts'
import { ROUTES, type Route, type Tier } from '../rest/routes.ts'
import { collectSchemas } from './collect-schemas.ts'
import { schemaOrRef, type Json, type JsonObject, type RefOf } from './plain-schema.ts'

const BEARER = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } as const

const SCHEMES: JsonObject = {
  tempToken: { ...BEARER, description: 'From POST /auth/agent/request_temp_token; good for one agent id' },
  accessToken: { ...BEARER, description: 'From POST /agents/register; ends with the registration' },
  adminToken: {
    ...BEARER,
    description:
      'From POST /auth/login. Comes with the fingerprint it was made for, and with X-Session-Pin for what cannot be undone where the session has a PIN',
  },
  clientFingerprint: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Client-Fingerprint',
    description: 'The one sent at the login',
  },
}

const TEMP = { tempToken: [] }
const ACCESS = { accessToken: [] }
const ADMIN = { adminToken: [], clientFingerprint: [] }

/** Any one of these. */
const SECURITY: Readonly<Record<Tier, readonly Json[]>> = {
  public: [],
  temp: [TEMP],
  agent: [ACCESS, ADMIN],
  'agent-or-temp': [ACCESS, ADMIN, TEMP],
  admin: [ADMIN],
}

const STATUS: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  401: 'Unauthorized',
  501: 'Not enabled',
  503: 'Not ready',
}

function content(schemas: TSchema | readonly TSchema[], refOf: RefOf, type = 'application/json'): JsonObject {
  const all = [schemas].flat()
  const [only] = all
  const schema: JsonObject =
    only !== undefined && all.length === 1
      ? schemaOrRef(only, refOf)
      : { anyOf: all.map((one) => schemaOrRef(one, refOf)) }
  return { [type]: { schema } }
}

function responses({ answers, produces, success }: Route, refOf: RefOf): JsonObject {
  const listed = Object.entries(answers).map(([status, schemas]) => [
    status,
    {
      description: STATUS[Number(status)] ?? `Status ${status}`,
      content: content(schemas, refOf, Number(status) === success ? produces : undefined),
    },
  ])
  return { ...Object.fromEntries(listed), default: { $ref: '#/components/responses/Problem' } }
}

function parameters({ headers = [], path, query }: Route, refOf: RefOf): readonly Json[] {
  const inPath = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const required = new Set(query?.required ?? [])
  const inQuery = Object.entries<TSchema>(query?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.has(name),
    schema: schemaOrRef(schema, refOf),
  }))
  const inHead = headers.map((name) => ({ name, in: 'header', required: true, schema: { type: 'string' } }))
  return [...inPath, ...inQuery, ...inHead]
}

function operation(name: string, route: Route, refOf: RefOf): JsonObject {
  const { body, path, summary, tier } = route
  const given = parameters(route, refOf)
  return {
    operationId: name,
    summary,
    tags: [path.split('/')[1] || 'service'],
    security: SECURITY[tier],
    ...(given.length === 0 ? {} : { parameters: given }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: content(body, refOf) } }),
    responses: responses(route, refOf),
  }
}

/** @param version of the hub */
export function openApiDocument(version: string): JsonObject {
  const { refOf, schemas } = collectSchemas('#/components/schemas/')
  const paths: Record<string, Record<string, Json>> = {}
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const item = (paths[route.path] ??= {})
    item[route.method.toLowerCase()] = operation(name, route, refOf)
  }
  const Problem = {
    description: 'Why not, as a problem document (RFC 9457)',
    content: { [PROBLEM_CONTENT_TYPE]: { schema: schemaOrRef(ProblemSchema, refOf) } },
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'ARCP hub',
      version,
      description: 'Where running agents register, are found and watched. Live frames: /asyncapi.json.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { securitySchemes: SCHEMES, responses: { Problem }, schemas: schemas() },
  }
}
