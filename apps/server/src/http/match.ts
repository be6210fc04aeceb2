// Which routes of the table a path is for, and how much of a body they take.

import { ROUTES, type Route } from '@arcp/protocol/rest'

const PARAM = '{agent_id}'

/** The value of `{agent_id}`; empty when the path has none, undefined when it does not match. */
const matchPath = (template: string, path: string): string | undefined => {
  const at = template.indexOf(PARAM)
  if (at === -1) return template === path ? '' : undefined
  const tail = template.slice(at + PARAM.length)
  if (!path.startsWith(template.slice(0, at)) || !path.endsWith(tail)) return undefined
  const value = path.slice(at, path.length - tail.length)
  return value === '' || value.includes('/') ? undefined : value
}

export const matching = <B extends { readonly route: Route }>(
  table: readonly B[],
  path: string,
): readonly (B & { readonly agentId: string })[] => {
  const found = table.flatMap((bound) => {
    const agentId = matchPath(bound.route.path, path)
    return agentId === undefined ? [] : [{ ...bound, agentId }]
  })
  // A fixed path wins over one with a parameter: /agents/register is no agent.
  const fixed = found.filter(({ route }) => !route.path.includes(PARAM))
  return fixed.length > 0 ? fixed : found
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
  return (method, path) => {
    const match = matching(table, path).find(({ route }) => route.method === method)
    return match === undefined ? 0 : bodyLimitOf(match.route, maxBody)
  }
}
