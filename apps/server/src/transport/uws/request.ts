// A uWebSockets.js request as plain data. Everything is copied at once: the library's request is gone after the
// first await.

import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js'

import type { BodyFault, HttpRequest } from '../../kernel/http.ts'
import { err, ok, type Result } from '../../kernel/result.ts'

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

/** Collects the body; must be called before the first await of the request. */
export const collectBody = (
  res: UwsResponse,
  limit: number,
  aborted: Promise<void>,
): (() => Promise<Result<Uint8Array, BodyFault>>) => {
  let resolveBody: (body: Result<Uint8Array, BodyFault>) => void = () => undefined
  const body = new Promise<Result<Uint8Array, BodyFault>>((resolve) => {
    resolveBody = resolve
  })
  let chunks: Buffer[] = []
  let size = 0
  res.onData((chunk, isLast) => {
    size += chunk.byteLength
    if (size > limit) {
      chunks = []
      resolveBody(err({ kind: 'too-large', limit }))
      return
    }
    // The library reuses the memory of a chunk.
    chunks.push(Buffer.from(Buffer.from(chunk)))
    if (isLast) resolveBody(ok(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)))
  })
  void aborted.then(() => resolveBody(err({ kind: 'aborted' })))
  return () => body
}
