// Which routes of the table a path is for, and how much of a body they take.

import { ROUTES, type Route } from '@arcp/protocol/rest'

/** What the placeholders of a route's path stood for, by their names. */
export type PathParams = Readonly<Record<string, string>>

interface Segment {
  /** The whole segment, or what follows a placeholder in it. */
  readonly text: string
  readonly placeholder: string | undefined
}

interface Compiled<B> {
  readonly bound: B
  readonly segments: readonly Segment[]
}

const PLACEHOLDER = /^\{([a-z_]+)\}(.*)$/

const compile = (template: string): readonly Segment[] =>
  template.split('/').map((segment) => {
    const [, placeholder, text = segment] = PLACEHOLDER.exec(segment) ?? []
    return { text, placeholder }
  })

/** The values of the placeholders; undefined when the path does not match. One stands for a segment or its begin. */
const matchPath = (segments: readonly Segment[], given: readonly string[]): PathParams | undefined => {
  const params: Record<string, string> = {}
  for (const [index, { text, placeholder }] of segments.entries()) {
    const value = given[index] ?? ''
    if (placeholder === undefined) {
      if (value !== text) return undefined
      continue
    }
    if (!value.endsWith(text) || value.length === text.length) return undefined
    params[placeholder] = value.slice(0, value.length - text.length)
  }
  return params
}

/** Placeholders sort behind everything else: a fixed path wins over one with a placeholder. */
const rank = ({ route }: { readonly route: Route }): string => route.path.replaceAll('{', '\uFFFF')

export type Matcher<B> = (path: string) => readonly (B & { readonly params: PathParams })[]

/** Finds the routes of a path, one for each method: /agents/register is no agent. */
export const createMatcher = <B extends { readonly route: Route }>(table: readonly B[]): Matcher<B> => {
  const byLength = new Map<number, Compiled<B>[]>()
  for (const bound of table.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))) {
    const segments = compile(bound.route.path)
    const same = byLength.get(segments.length) ?? []
    byLength.set(segments.length, same)
    same.push({ bound, segments })
  }
  return (path) => {
    const given = path.split('/')
    const found: (B & { readonly params: PathParams })[] = []
    for (const { bound, segments } of byLength.get(given.length) ?? []) {
      if (found[0] !== undefined && found[0].route.path !== bound.route.path) continue
      const params = matchPath(segments, given)
      if (params !== undefined) found.push({ ...bound, params })
    }
    return found
  }
}

/** What somebody without a token may make the hub keep. */
const PUBLIC_BODY = 16_384

/** Bytes of a body the route takes; 0 when it reads none. */
export const bodyLimitOf = ({ body, tier }: Route, maxBody: number): number => {
  if (body === undefined) return 0
  return tier === 'public' ? Math.min(PUBLIC_BODY, maxBody) : maxBody
}

/** Bytes of the body that are kept for a request, known before anything else of it is. */
export const createBodyLimit = (maxBody: number): ((method: string, path: string) => number) => {
  const table = Object.values<Route>(ROUTES)
    .filter(({ body }) => body !== undefined)
    .map((route) => ({ route }))
  const matching = createMatcher(table)
  return (method, path) => {
    const match = matching(path).find(({ route }) => route.method === method)
    return match === undefined ? 0 : bodyLimitOf(match.route, maxBody)
  }
}
