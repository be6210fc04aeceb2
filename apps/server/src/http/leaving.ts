// What a hub that goes away answers with. While it drains, whoever keeps the connection for further requests is told to
// open another one, which leads to another hub; once its store is closed, nothing is begun any more.

import type { HttpAnswer, HttpHandler, HttpRequest } from '../kernel/http.ts'

export type Stage = 'open' | 'draining' | 'stopped'

export interface LeavingDeps {
  readonly route: HttpHandler
  readonly stage: () => Stage
  readonly refuse: (request: HttpRequest) => HttpAnswer
}

/** What goes out in pieces goes on at the pace of its reader, and its connection ends with the hub. */
const IN_PIECES = 65_536

const last = (answer: HttpAnswer): HttpAnswer =>
  answer.body.length > IN_PIECES ? answer : { ...answer, headers: [...answer.headers, ['connection', 'close']] }

export const createLeaving = ({ route, stage, refuse }: LeavingDeps): HttpHandler => {
  return async (request) => {
    if (stage() === 'stopped') return last(refuse(request))
    const answer = await route(request)
    return stage() === 'open' ? answer : last(answer)
  }
}
