/** The contract documents: valid by their own specifications, whole, and true of the golden vectors. */
import asyncApiSpecs from '@asyncapi/specs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { asyncApiDocument, openApiDocument, schemaDocument, SCHEMA_NAMES } from '../src/contract/index.ts'
import type { Endpoint } from '../src/frames/endpoint.ts'
import { DOWN } from '../src/frames/down.ts'
import { UP } from '../src/frames/up.ts'
import { ROUTES, type Route } from '../src/rest/routes.ts'
import { bodyOf, readVectors, type BodyCase, type FrameCase } from './vector-files.ts'

type Document = Readonly<Record<string, unknown>>

const ENDPOINTS: readonly Endpoint[] = ['public', 'agents', 'dashboard']
const DIRECTIONS = [
  { direction: 'up', table: UP },
  { direction: 'down', table: DOWN },
] as const

/** Good bodies that nothing has to be mended in. */
const SENDABLE = new Set([
  'smallest',
  'nulls of optional fields',
  'ai_context may have lines',
  'metadata lists may hold any JSON',
  'good',
  'any type',
])

/** What stands at a JSON pointer; throws when nothing does. */
function at(document: unknown, pointer: string): unknown {
  let found: unknown = document
  for (const part of pointer.replace(/^#\//, '').split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) throw new Error(`no ${pointer}`)
    found = Object.entries(found).find(([name]) => name === key)?.[1]
  }
  return found
}

function refsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsIn(inner),
  )
}

/** A copy, so that a validator may resolve references in it. */
function copy(document: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(document))
}

describe('OpenAPI', () => {
  const document: Document = openApiDocument('1.2.3')

  it('[decision 14] is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate(copy(document))).toStrictEqual({ valid: true })
    const broken = { ...copy(document), paths: { 'no-slash': { get: {} } } }
    expect((await new Validator().validate(broken)).valid).toBe(false)
  })

  it.each(Object.entries<Route>(ROUTES))('[decision 14] describes %s', (name, route) => {
    const pointer = `#/paths/${route.path.replaceAll('/', '~1')}/${route.method.toLowerCase()}`
    const operation = at(document, pointer)
    expect(operation).toMatchObject({ operationId: name, summary: route.summary })
    const statuses = Object.keys(at(operation, 'responses') ?? {})
    expect(statuses.toSorted()).toStrictEqual([...Object.keys(route.answers), 'default'].toSorted())
    const security = at(operation, 'security')
    expect(Array.isArray(security) && security.length > 0).toBe(route.tier !== 'public')
    const parameters = JSON.stringify(Object.hasOwn(Object(operation), 'parameters') ? at(operation, 'parameters') : [])
    for (const [, placeholder] of route.path.matchAll(/\{([a-z_]+)\}/g))
      expect(parameters).toContain(`"${placeholder}"`)
    for (const header of route.headers ?? []) expect(parameters).toContain(`"${header}"`)
  })

  it('describes bodies by what may be sent: every good one is, no bad one', () => {
    const ajv = new Ajv2020({ strict: false })
    for (const [name, file, bad] of [
      ['AgentRegistrationBody', 'bodies/register.json', { agent_id: 'x' }],
      ['TempTokenBody', 'bodies/request-temp-token.json', { agent_id: 5 }],
    ] as const) {
      const vectors = readVectors<BodyCase>(file)
      const validate = ajv.compile(schemaDocument(name) ?? false)
      const good = vectors.cases.filter(({ name: about }) => SENDABLE.has(about))
      expect(good.length).toBeGreaterThan(1)
      for (const one of good) expect([one.name, validate(bodyOf(vectors, one))]).toStrictEqual([one.name, true])
      expect(validate(bad)).toBe(false)
    }
  })
})

describe('AsyncAPI', () => {
  const document: Document = asyncApiDocument('1.2.3')

  it('[decision 14] is valid AsyncAPI 3', () => {
    const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, validateFormats: false })
    const validate = ajv.compile(copy(asyncApiSpecs.schemas['3.0.0']))
    expect([validate(copy(document)), validate.errors]).toStrictEqual([true, null])
    expect(validate({ ...copy(document), channels: { public: { address: 5 } } })).toBe(false)
  })

  it('has every frame of the tables, and its references lead somewhere', () => {
    for (const endpoint of ENDPOINTS) {
      for (const { direction, table } of DIRECTIONS) {
        for (const type of Object.keys(table[endpoint])) {
          const payload = at(document, `#/channels/${endpoint}/messages/${direction}-${type}/payload`)
          expect([type, typeof payload]).toStrictEqual([type, 'object'])
        }
      }
    }
    const refs = refsIn(document)
    expect(refs.length).toBeGreaterThan(50)
    for (const ref of refs) expect(at(document, ref)).toBeDefined()
  })
})

describe('JSON Schema', () => {
  const ajv = new Ajv2020({ strict: false })

  it.each(SCHEMA_NAMES)('[decision 14] %s is a schema that stands by itself', (name) => {
    const document = schemaDocument(name)
    if (document === undefined) throw new Error('no document')
    expect(document).toMatchObject({ $id: `/schemas/${name}.json`, title: name })
    for (const ref of refsIn(document)) expect(at(document, ref)).toBeDefined()
    expect(() => ajv.compile(copy(document))).not.toThrow()
    // `items` with a list, as older drafts have it, would say nothing here.
    expect(JSON.stringify(document)).not.toContain('"items":[')
  })

  it('a name that is none has none', () => {
    for (const name of ['', 'Nothing', 'constructor', '__proto__']) expect(schemaDocument(name)).toBeUndefined()
  })

  it('every frame has a name of its own', () => {
    const names = new Set(SCHEMA_NAMES)
    expect(names.size).toBe(SCHEMA_NAMES.length)
    for (const name of ['WelcomeFrame', 'AgentListFrame', 'AgentRecord', 'AgentMetrics', 'ProblemSchema']) {
      expect(names.has(name)).toBe(true)
    }
  })

  for (const endpoint of ENDPOINTS) {
    it(`[decision 14] golden frames of hubs on ${endpoint} are as the documents say, bad ones are not`, () => {
      const document = copy(asyncApiDocument('1.2.3'))
      const ajv = new Ajv2020({ strict: false })
      const { cases } = readVectors<FrameCase>(`frames/${endpoint}-down.json`)
      const seen = { good: 0, bad: 0 }
      for (const { about, name, json, expect: wanted } of cases) {
        if (json === undefined || !Object.hasOwn(DOWN[endpoint], about)) continue
        const payload = at(document, `#/channels/${endpoint}/messages/down-${about}/payload`)
        const schema = { ...Object(payload), components: document['components'] }
        if (wanted.kind === 'unknown') continue
        expect([about, name, ajv.validate(schema, json)]).toStrictEqual([about, name, wanted.kind === 'frame'])
        seen[wanted.kind === 'frame' ? 'good' : 'bad'] += 1
      }
      expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(3)
    })
  }
})
