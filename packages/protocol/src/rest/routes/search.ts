/** Table of contents: search, and the routes by which the hub calls an agent. */
import { ConnectAnswer, NotifyAnswer, PingAnswer } from '../connection.ts'
import { ConnectBody, NotifyBody } from '../parse-connection.ts'
import { SearchBody } from '../parse-search.ts'
import { SearchParameters } from '../query-schemas.ts'
import type { Route } from '../route.ts'
import { SearchHits } from '../search.ts'

export const SEARCH_ROUTES = {
  publicSearch: {
    method: 'POST',
    path: '/public/search',
    tier: 'public',
    summary: 'Alive agents that fit a query, the best first',
    success: 200,
    body: SearchBody,
    answers: { 200: SearchHits },
  },
  searchAgents: {
    method: 'POST',
    path: '/agents/search',
    tier: 'agent',
    summary: 'Alive agents that fit a query, the best first',
    success: 200,
    body: SearchBody,
    answers: { 200: SearchHits },
  },
  searchAgentsByQuery: {
    method: 'GET',
    path: '/agents/search',
    query: SearchParameters,
    tier: 'agent',
    summary: 'The same search by query parameters',
    success: 200,
    answers: { 200: SearchHits },
  },
} as const satisfies Readonly<Record<string, Route>>

export const CONNECTION_ROUTES = {
  connect: {
    method: 'POST',
    path: '/public/connect/{agent_id}',
    tier: 'public',
    summary: 'Ask an agent to get in touch with a user',
    success: 200,
    body: ConnectBody,
    answers: { 200: ConnectAnswer },
  },
  notifyAgent: {
    method: 'POST',
    path: '/agents/{agent_id}/connection/notify',
    tier: 'agent',
    summary: 'Tell an agent where another agent can be reached',
    success: 200,
    body: NotifyBody,
    answers: { 200: NotifyAnswer },
  },
  pingAgent: {
    method: 'POST',
    path: '/agents/{agent_id}/ping',
    tier: 'admin',
    summary: 'Whether this hub reaches an agent; takes no body',
    success: 200,
    answers: { 200: PingAnswer },
  },
} as const satisfies Readonly<Record<string, Route>>
