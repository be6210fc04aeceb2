// A uWebSockets.js request as plain data. Everything is copied at once: the library's request is gone after the
// first await.

import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js'

import type { HttpRequest } from '../../kernel/http.ts'

export type Head = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers'> & { readonly peer: string }

/**
 * @returns undefined when the connection began with a PROXY protocol header: the library reads one from anybody, and
 * this hub has no peer whose word it takes for another's address
 */
export const readHead = (res: UwsResponse, req: UwsRequest): Head | undefined => {
  if (res.getProxiedRemoteAddress().byteLength > 0) return undefined
  const headers = new Map<string, string[]>()
  req.forEach((name, value) => {
    const values = headers.get(name)
    if (values === undefined) headers.set(name, [value])
    else values.push(value)
  })
  return {
    method: req.getCaseSensitiveMethod(),
    path: req.getUrl(),
    query: req.getQuery() ?? '',
    headers,
    peer: Buffer.from(res.getRemoteAddressAsText()).toString('latin1'),
  }
}
