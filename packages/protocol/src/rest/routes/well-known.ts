/** Table of contents: routes under `/.well-known`, and the documents a hub describes itself with. */
import { AsyncApiAnswer, OpenApiAnswer, SchemaAnswer } from '../contract.ts'
import type { Route } from '../route.ts'
import { ArcpConfiguration, JwksAnswer } from '../well-known.ts'

export const WELL_KNOWN_ROUTES = {
  jwks: {
    method: 'GET',
    path: '/.well-known/jwks.json',
    tier: 'public',
    summary: 'Public keys that verify tokens; none while tokens are signed with a shared secret',
    success: 200,
    answers: { 200: JwksAnswer },
  },
  arcpConfiguration: {
    method: 'GET',
    path: '/.well-known/arcp-configuration',
    tier: 'public',
    summary: 'Where tokens, validation and registration are',
    success: 200,
    answers: { 200: ArcpConfiguration },
  },
  openApi: {
    method: 'GET',
    path: '/openapi.json',
    tier: 'public',
    summary: 'These routes as OpenAPI 3.1',
    success: 200,
    answers: { 200: OpenApiAnswer },
  },
  asyncApi: {
    method: 'GET',
    path: '/asyncapi.json',
    tier: 'public',
    summary: 'The WebSocket endpoints as AsyncAPI 3',
    success: 200,
    answers: { 200: AsyncApiAnswer },
  },
  schema: {
    method: 'GET',
    path: '/schemas/{name}.json',
    tier: 'public',
    summary: 'One frame, record or answer as JSON Schema 2020-12',
    success: 200,
    answers: { 200: SchemaAnswer },
  },
} as const satisfies Readonly<Record<string, Route>>
