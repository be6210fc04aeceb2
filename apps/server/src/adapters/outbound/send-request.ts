// One HTTP request over a connection of its own to an address that was checked before. Nothing is followed, decoded or
// kept.

import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'

import type { Scheduler } from '../../kernel/clock.ts'
import type { Checked } from './resolve.ts'
import { hostOf } from './target.ts'

/** Bytes of an answer's body that are read. */
export const MAX_ANSWER = 65_536
const MAX_ANSWER_HEAD = 16_384

export interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly addresses: readonly Checked[]
  /** JSON text. */
  readonly body: string | undefined
  readonly userAgent: string
}

export type Ended =
  | { readonly kind: 'answered'; readonly status: number }
  /** Not connected, or not an answer the hub reads. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'silent' }

const failed = (reason: string): Ended => ({ kind: 'failed', reason })

export interface Times {
  readonly scheduler: Pick<Scheduler, 'after'>
  /** Milliseconds left to connect, TLS included; and for everything. */
  readonly connectMs: number
  readonly totalMs: number
}

export const sendRequest = (exchange: Exchange, { scheduler, connectMs, totalMs }: Times): Promise<Ended> =>
  new Promise((resolve) => {
    const { url } = exchange
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(optionsOf(exchange))
    const end = (ended: Ended): void => {
      cancelConnect()
      cancelTotal()
      request.destroy()
      resolve(ended)
    }
    const cancelConnect = scheduler.after(Math.max(0, connectMs), () => end(failed('not connected in time')))
    const cancelTotal = scheduler.after(Math.max(0, totalMs), () => end({ kind: 'silent' }))
    request.on('error', (cause) => end(failed('code' in cause ? String(cause.code) : 'no HTTP')))
    request.on('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', cancelConnect)
    })
    // An answer that switches to another protocol is none.
    request.on('upgrade', () => end(failed('switches protocols')))
    request.on('response', (answer) => readAnswer(answer, end))
    request.end(exchange.body)
  })

const optionsOf = ({ method, url, addresses, body, userAgent }: Exchange): RequestOptions => ({
  method,
  host: hostOf(url),
  port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
  path: url.pathname,
  // No other request's connection, and no proxy: the connection goes to what was checked.
  agent: false,
  lookup: lookupOf(addresses),
  maxHeaderSize: MAX_ANSWER_HEAD,
  headers: {
    host: url.host,
    'user-agent': userAgent,
    accept: 'application/json',
    'accept-encoding': 'identity',
    connection: 'close',
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
  },
})

/** Gives what was resolved and checked, whatever the name would resolve to now. */
const lookupOf =
  (addresses: readonly Checked[]): LookupFunction =>
  (_host, options, answer) => {
    const [first] = addresses
    if (first === undefined) answer(new Error('no address'), '', 0)
    else if (options.all === true) answer(null, [...addresses])
    else answer(null, first.address, first.family)
  }

const readAnswer = (answer: IncomingMessage, end: (ended: Ended) => void): void => {
  const { statusCode: status = 0 } = answer
  let read = 0
  answer.on('data', (chunk: Uint8Array) => {
    read += chunk.length
    if (read > MAX_ANSWER) end(failed('answer too long'))
  })
  answer.on('end', () => end({ kind: 'answered', status }))
  answer.on('error', () => end(failed('answer cut off')))
  answer.on('aborted', () => end(failed('answer cut off')))
}
