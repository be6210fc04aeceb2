// Whether an answer is one that the protocol's route table promises: a status of its route with a body of that schema,
// or a problem document. A path that is not in the table may answer what it likes, but refuses by a problem document.
import { PROBLEM_CONTENT_TYPE } from '@arcp/protocol'
import { ROUTES, type Route, type RouteName } from '@arcp/protocol/rest'
import { Type, type TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import { problemIn } from './conforms.ts'
import type { Answer } from './answer.ts'

interface Listed {
  readonly name: RouteName
  readonly route: Route
  readonly path: RegExp
}

const PLACEHOLDER = /\\\{[a-z_]+\\\}/g
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
const pathOf = (template: string): RegExp => new RegExp(`^${escaped(template).replaceAll(PLACEHOLDER, '[^/]+')}$`)

const isName = (name: string): name is RouteName => Object.hasOwn(ROUTES, name)

/** Fixed paths before those with placeholders: /agents/register is no agent. */
const LISTED: readonly Listed[] = Object.keys(ROUTES)
  .filter(isName)
  .map((name) => ({ name, route: ROUTES[name], path: pathOf(ROUTES[name].path) }))
  .toSorted((one, other) => Number(one.route.path.includes('{')) - Number(other.route.path.includes('{')))

const listedFor = (method: string, path: string): Listed | undefined => {
  const wanted = method === 'HEAD' ? 'GET' : method
  const owner = LISTED.find((one) => one.path.test(path))
  return LISTED.find(({ route }) => route.path === owner?.route.path && route.method === wanted)
}

const checks = new Map<TSchema | readonly TSchema[], TypeCheck<TSchema>>()

/** Compiled once in this process: tests ask thousands of times. */
const checkOf = (schemas: TSchema | readonly TSchema[]): TypeCheck<TSchema> => {
  const known = checks.get(schemas)
  if (known !== undefined) return known
  const made = TypeCompiler.Compile(Type.Union([schemas].flat()))
  checks.set(schemas, made)
  return made
}

/** Answers of this process that held, as `<route> <status>`. */
const seen = new Set<string>()

/** Whether this process got that answer of the route, and it held. */
export const wasAnswered = (name: RouteName, status: number): boolean => seen.has(`${name} ${status}`)

const contentType = ({ headers }: Answer): string | undefined => headers.get('content-type')?.split(';')[0]

/** Throws when the answer breaks the contract. */
export const holdToContract = (method: string, path: string, answer: Answer): void => {
  if (method === 'OPTIONS') return
  const what = `${method} ${path}: ${answer.status}`
  const isProblem = contentType(answer) === PROBLEM_CONTENT_TYPE
  if (isProblem && method !== 'HEAD') problemIn(answer, path)

  const listed = listedFor(method, path)
  const schemas = listed?.route.answers[answer.status]
  if (listed === undefined || schemas === undefined) {
    if (isProblem || (listed === undefined && answer.status < 400)) return
    throw new Error(`${what} is neither in the route table nor a problem document: ${JSON.stringify(answer.body)}`)
  }
  if (!isProblem && contentType(answer) !== (listed.route.produces ?? 'application/json')) {
    throw new Error(`${what} comes as ${contentType(answer)}`)
  }
  if (method === 'HEAD') return
  const fault = checkOf(schemas).Errors(answer.body).First()
  if (fault !== undefined) {
    const inner = fault.errors.flatMap((errors) => [...errors].slice(0, 1)).at(0) ?? fault
    throw new Error(`${what}: ${inner.path} ${inner.message}; got ${JSON.stringify(answer.body)}`)
  }
  seen.add(`${listed.name} ${answer.status}`)
}
