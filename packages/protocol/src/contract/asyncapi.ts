/** Owns: the AsyncAPI 3 document, made of the tables of frames. Must not know: sockets. */
import type { TSchema } from '@sinclair/typebox'
import { AgentListFrame } from '../frames/agent-list.ts'
import { DOWN } from '../frames/down.ts'
import { ENDPOINT_PATHS, type Endpoint } from '../frames/endpoint.ts'
import { UP } from '../frames/up.ts'
import { collectSchemas } from './collect-schemas.ts'
import { schemaOrRef, type Json, type JsonObject, type RefOf } from './plain-schema.ts'

const WHO: Readonly<Record<Endpoint, string>> = {
  public: 'Anybody. Alive agents and counts.',
  agents: 'Agents and administrators: the token is the first frame.',
  dashboard: 'Administrators: the token is the first frame.',
}

const ENDPOINTS = ['public', 'agents', 'dashboard'] as const

/** Both sides may send these bare words (C2). */
const WORDS: Readonly<Record<'ping' | 'pong', string>> = {
  ping: 'Bare word; answered by the bare word pong',
  pong: 'Bare word; the answer to ping',
}

interface Side {
  /** Of the messages of this side, so that both may have one of the same type. */
  readonly prefix: 'up' | 'down'
  readonly frames: Readonly<Record<string, TSchema>>
}

function messagesOf({ prefix, frames }: Side, refOf: RefOf): Readonly<Record<string, Json>> {
  const json = Object.entries(frames).map(([type, schema]) => [
    `${prefix}-${type}`,
    { name: type, contentType: 'application/json', payload: schemaOrRef(schema, refOf) },
  ])
  const words = Object.entries(WORDS).map(([word, summary]) => [
    `${prefix}-text-${word}`,
    { name: word, summary, contentType: 'text/plain', payload: { type: 'string', const: word } },
  ])
  return Object.fromEntries([...json, ...words])
}

function operation(endpoint: Endpoint, action: 'send' | 'receive', messages: readonly string[]): JsonObject {
  return {
    action,
    channel: { $ref: `#/channels/${endpoint}` },
    messages: messages.map((name) => ({ $ref: `#/channels/${endpoint}/messages/${name}` })),
  }
}

/** @param version of the hub */
export function asyncApiDocument(version: string): JsonObject {
  const { refOf, schemas } = collectSchemas('#/components/schemas/')
  const channels: Record<string, Json> = {}
  const operations: Record<string, Json> = {}
  for (const endpoint of ENDPOINTS) {
    const up = messagesOf({ prefix: 'up', frames: UP[endpoint] }, refOf)
    const list = endpoint === 'agents' ? { 'agent-list': AgentListFrame } : {}
    const down = messagesOf({ prefix: 'down', frames: { ...DOWN[endpoint], ...list } }, refOf)
    channels[endpoint] = {
      address: ENDPOINT_PATHS[endpoint],
      description: WHO[endpoint],
      messages: { ...up, ...down },
      bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
    }
    operations[`${endpoint}Receive`] = operation(endpoint, 'receive', Object.keys(up))
    operations[`${endpoint}Send`] = operation(endpoint, 'send', Object.keys(down))
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'ARCP hub, live frames',
      version,
      description: 'Seen from the hub: it receives what clients send. REST: /openapi.json.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: { schemas: schemas() },
  }
}
