/**
 * Owns: the table of REST routes: name -> method, path, tier, summary, success status, answers by status.
 * Must not know: handlers. Every route may also answer with a problem document.
 */
import { AGENT_ROUTES } from './routes/agents.ts'
import { AUTH_ROUTES } from './routes/auth.ts'
import { INSIGHT_ROUTES } from './routes/insight.ts'
import { HUB_ROUTES } from './routes/hubs.ts'
import { PUBLIC_ROUTES } from './routes/public.ts'
import { SECURITY_ROUTES } from './routes/security.ts'
import { CONNECTION_ROUTES, SEARCH_ROUTES } from './routes/search.ts'
import { SERVICE_ROUTES } from './routes/service.ts'
import { TOKEN_ROUTES } from './routes/tokens.ts'
import { WELL_KNOWN_ROUTES } from './routes/well-known.ts'

export type { Method, Route, Tier } from './route.ts'

export const ROUTES = {
  ...SERVICE_ROUTES,
  ...AUTH_ROUTES,
  ...AGENT_ROUTES,
  ...TOKEN_ROUTES,
  ...PUBLIC_ROUTES,
  ...WELL_KNOWN_ROUTES,
  ...SECURITY_ROUTES,
  ...SEARCH_ROUTES,
  ...CONNECTION_ROUTES,
  ...INSIGHT_ROUTES,
  ...HUB_ROUTES,
} as const

export type RouteName = keyof typeof ROUTES
