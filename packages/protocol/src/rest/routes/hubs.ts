/** Table of contents: hubs and their sockets, for operators. */
import { DoneAnswer } from '../auth.ts'
import { ConnectionList, ConnectionsParameters, HubList, PassedOnAnswer } from '../hubs.ts'
import type { Route } from '../route.ts'

export const HUB_ROUTES = {
  listHubs: {
    method: 'GET',
    path: '/dashboard/hubs',
    tier: 'admin',
    summary: 'This hub and those it shares its store with',
    success: 200,
    answers: { 200: HubList },
  },
  listSockets: {
    method: 'GET',
    path: '/dashboard/connections',
    tier: 'admin',
    summary: 'Open sockets of this hub',
    success: 200,
    query: ConnectionsParameters,
    answers: { 200: ConnectionList },
  },
  closeSocket: {
    method: 'DELETE',
    path: '/dashboard/connections/{hub}/{id}',
    tier: 'admin',
    summary:
      'Close a socket; 202 when another hub holds it and was told. Needs X-Session-Pin where the session has a PIN',
    success: 200,
    answers: { 200: DoneAnswer, 202: PassedOnAnswer },
  },
} as const satisfies Readonly<Record<string, Route>>
