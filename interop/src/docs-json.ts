// Whether a JSON block of a page is what the protocol has: a frame by its type, a body or an answer by its route.
import { ENDPOINT_PATHS, PROBLEMS, problemSlug } from '@arcp/protocol'
import { decodeDown, decodeUp, type Decoded } from '@arcp/protocol/codec'
import { DOWN, UP } from '@arcp/protocol/frames'
import {
  parseConnectBody,
  parseNotifyBody,
  parseLogin,
  parseRegistration,
  parseSearchBody,
  parseTempTokenRequest,
  parseTokenMint,
  parseUiSettings,
  ProblemSchema,
  ROUTES,
  type Route,
} from '@arcp/protocol/rest'
import type { TSchema } from '@sinclair/typebox'
import { conforming } from './conforms.ts'
import type { Block } from './docs-blocks.ts'
import { isObject } from './frames.ts'

type Served = keyof typeof ENDPOINT_PATHS
type Direction = 'up' | 'down'

const decode = (endpoint: Served, direction: Direction, text: string): Decoded<unknown> =>
  direction === 'up' ? decodeUp(endpoint, text) : decodeDown(endpoint, text)

const known = (endpoint: Served, direction: Direction, type: string): TSchema | undefined =>
  Object.entries<TSchema>((direction === 'up' ? UP : DOWN)[endpoint]).find(([name]) => name === type)?.[1]

const places = (['public', 'agents', 'dashboard'] as const).flatMap((endpoint) =>
  (['up', 'down'] as const).map((direction) => ({ endpoint, direction })),
)

/** Keys that are not in the schema: a page must not show what nobody reads. */
const strangeKeys = (value: unknown, schema: TSchema | undefined): readonly string[] => {
  const properties: unknown = schema?.['properties']
  if (!isObject(value) || !isObject(properties)) return []
  return Object.keys(value).filter((key) => !Object.hasOwn(properties, key))
}

const checkFrame = (text: string, value: unknown, note: string | undefined): void => {
  const given = isObject(value) ? value['type'] : undefined
  // Only the frame with the token may be without a type.
  const type = typeof given === 'string' ? given : 'auth'
  const wanted = places.filter(({ endpoint, direction }) =>
    note === undefined ? known(endpoint, direction, type) !== undefined : note === `${endpoint} ${direction}`,
  )
  const results = wanted.map(({ endpoint, direction }) => ({
    decoded: decode(endpoint, direction, text),
    strange: strangeKeys(value, known(endpoint, direction, type)),
  }))
  if (results.some(({ decoded, strange }) => decoded.kind === 'frame' && strange.length === 0)) return
  throw new Error(`no frame of ${Object.values(ENDPOINT_PATHS).join(', ')}: ${JSON.stringify(results)}`)
}

const routeOf = (name: string): Route => {
  const all: readonly Route[] = Object.values(ROUTES)
  const route = all.find(({ method, path }) => name === `${method} ${path}`)
  if (route === undefined) throw new Error(`no such route: ${name}`)
  return route
}

const allowedTypes = ['security', 'monitoring', 'automation', 'networking', 'testing']
const READERS: readonly (readonly [TSchema, (value: unknown) => { readonly ok: boolean }])[] = [
  [ROUTES.registerAgent.body, (value) => parseRegistration(value, { allowedTypes })],
  [ROUTES.requestTempToken.body, parseTempTokenRequest],
  [ROUTES.login.body, parseLogin],
  [ROUTES.mintToken.body, parseTokenMint],
  [ROUTES.publicSearch.body, (value) => parseSearchBody(value, { topK: 10, minSimilarity: 0.5 })],
  [ROUTES.connect.body, parseConnectBody],
  [ROUTES.notifyAgent.body, parseNotifyBody],
  [ROUTES.saveDashboardConfig.body, (value) => parseUiSettings(value, 10_000)],
]

/** The readers of the hub itself: they say more than a schema. */
const checkBody = (name: string, value: unknown): void => {
  const { body } = routeOf(name)
  if (body === undefined) throw new Error(`${name} takes no body`)
  const read = READERS.find(([schema]) => schema === body)?.[1]
  if (read === undefined) throw new Error(`${name}: no reader is known`)
  const parsed = read(value)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed))
  const strange = strangeKeys(value, body)
  if (strange.length > 0) throw new Error(`not in the schema: ${strange.join(', ')}`)
}

const checkAnswer = (note: string, value: unknown): void => {
  const [, name = '', status = '200'] = /^(\S+ \S+)(?: (\d+))?$/.exec(note) ?? []
  const answer = routeOf(name).answers[Number(status)]
  if (answer === undefined) throw new Error(`${name} has no answer with status ${status}`)
  const schemas: readonly TSchema[] = 'length' in answer && Array.isArray(answer) ? answer : [answer]
  const faults = schemas.flatMap((schema) => {
    try {
      conforming(schema, value)
      return []
    } catch (error) {
      return [String(error)]
    }
  })
  if (faults.length === schemas.length) throw new Error(faults.join('\n'))
}

const checkProblem = (type: string, value: unknown): void => {
  const problem = conforming(ProblemSchema, value)
  const slug = problemSlug(type)
  if (slug === null) throw new Error(`no problem of ours: ${type}`)
  const { title, status } = PROBLEMS[slug]
  if (problem.title !== title || problem.status !== status) throw new Error(`${slug} is ${status} ${title}`)
}

/** Throws when the block is not what it says it is. */
export const checkJson = ({ text, notes }: Block): void => {
  const value: unknown = JSON.parse(text)
  const [body, answer] = [notes.get('body'), notes.get('answer')]
  const type = isObject(value) ? value['type'] : undefined
  if (body !== undefined) checkBody(body, value)
  else if (answer !== undefined) checkAnswer(answer, value)
  else if (typeof type === 'string' && type.startsWith('https://')) checkProblem(type, value)
  else checkFrame(text, value, notes.get('frame'))
}
