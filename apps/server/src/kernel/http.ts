// The plain shapes of an HTTP exchange, so that the transport and the router meet without knowing each other.

import type { Result } from './result.ts'

export type BodyFault =
  | { readonly kind: 'too-large'; readonly limit: number }
  /** The peer went away before the body was whole. */
  | { readonly kind: 'aborted' }
  /** The bodies of all requests together hold as much as they may. */
  | { readonly kind: 'no-room' }

export interface HttpRequest {
  /** As it was sent; methods are case-sensitive (RFC 9110, 9.1). */
  readonly method: string
  /** As it stands in the request line, not decoded, without the query. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  /** Names in lower case; a header sent twice keeps every value, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** The client's address: the peer, or what a trusted proxy says. */
  readonly address: string
  /** `https` when TLS ended here or at a trusted proxy. */
  readonly scheme: 'http' | 'https'
  /** Reads the body once. How much of it is kept depends on the route. */
  readonly body: () => Promise<Result<Uint8Array, BodyFault>>
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | Uint8Array
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpAnswer>

/** The bearer token; undefined when there is none. */
export const bearer = (headers: HttpRequest['headers']): string | undefined =>
  /^Bearer +(\S+)$/i.exec(single(headers, 'authorization') ?? '')?.[1]

/** What the client calls itself (`X-Client-Fingerprint`); undefined when it does not say. */
export const fingerprint = (headers: HttpRequest['headers']): string | undefined => {
  const value = single(headers, 'x-client-fingerprint')?.trim()
  return value === '' ? undefined : value
}

/** The only value of a header, undefined when it is missing or was sent twice. */
export const single = (headers: HttpRequest['headers'], name: string): string | undefined => {
  const values = headers.get(name)
  return values?.length === 1 ? values[0] : undefined
}
