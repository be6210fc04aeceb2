// How long the head of a request is: its request line and its headers. The transport's library refuses heads by itself,
// without a problem document, but only well above this limit.

import type { HttpRequest } from '../kernel/http.ts'
import { problem, type Problem } from './answer.ts'

type Head = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers'>

const LINE_END = 2

/** As the request was sent, but for optional white space. */
const headLength = ({ method, path, query, headers }: Head): number => {
  let length = `${method} ${path}${query === '' ? '' : '?'}${query} HTTP/1.1`.length + 2 * LINE_END
  for (const [name, values] of headers) {
    for (const value of values) length += name.length + ': '.length + value.length + LINE_END
  }
  return length
}

/** Nobody has to send what follows such a head: the connection ends. */
export const checkHead = (head: Head, max: number): Problem | undefined =>
  headLength(head) <= max
    ? undefined
    : problem('headers-too-large', `Request line and headers may have ${max} bytes`, {}, [['connection', 'close']])
