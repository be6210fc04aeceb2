// What a hub that goes away answers with: whoever keeps the connection for further requests is told to open another one,
// which leads to another hub.

import type { HttpAnswer } from '../kernel/http.ts'

/** What goes out in pieces goes on at the pace of its reader, and its connection ends with the hub. */
const IN_PIECES = 65_536

export const lastAnswer = (answer: HttpAnswer): HttpAnswer =>
  answer.body.length > IN_PIECES ? answer : { ...answer, headers: [...answer.headers, ['connection', 'close']] }
