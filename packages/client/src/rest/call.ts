/**
 * Owns: one REST call: URL, deadline, abort, answer or ArcpError.
 * Must not know: which routes exist or where tokens come from.
 */
import { ArcpError } from '../arcp-error.ts'
import type { Environment, FetchResponse } from '../environment.ts'
import { parseJson, type Shape } from '../json.ts'
import { refusal } from './refusal.ts'

export interface CallOptions {
  readonly signal?: AbortSignal
  /** Milliseconds, instead of the client's own. */
  readonly timeout?: number
}

export interface Request<T> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path below the hub's URL, its segments already encoded. */
  readonly path: string
  readonly query?: URLSearchParams
  readonly body?: unknown
  readonly token?: string | null
  readonly shape: Shape<T>
  /** Statuses beside 200-299 whose body is an answer, not a problem. */
  readonly alsoGood?: readonly number[]
}

export type Call = <T>(request: Request<T>, options?: CallOptions) => Promise<T>

export interface CallDeps {
  readonly environment: Environment
  readonly baseUrl: string
  readonly timeoutMs: number
}

export function createCall({ environment, baseUrl, timeoutMs }: CallDeps): Call {
  return async (request, options = {}) => {
    const { signal } = options
    signal?.throwIfAborted()
    const ms = options.timeout ?? timeoutMs
    const controller = new AbortController()
    const abort = () => controller.abort(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    let late = false
    const callOff = environment.after(ms, () => {
      late = true
      controller.abort()
    })
    try {
      const response = await environment.fetch(urlOf(baseUrl, request), initOf(request, controller.signal))
      const text = await response.text()
      return read(request, response, text, environment.now())
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof ArcpError) throw cause
      if (late) {
        const message = `${request.method} ${request.path}: no answer from ${baseUrl} within ${ms} ms`
        throw new ArcpError({ code: 'timeout', message, retryable: true, cause })
      }
      const message = `${request.method} ${request.path}: cannot reach ${baseUrl}`
      throw new ArcpError({ code: 'network', message, retryable: true, cause })
    } finally {
      callOff()
      signal?.removeEventListener('abort', abort)
    }
  }
}

function urlOf(baseUrl: string, { path, query }: Request<unknown>): string {
  const search = query?.toString() ?? ''
  return `${baseUrl}${path}${search === '' ? '' : `?${search}`}`
}

function initOf({ method, body, token }: Request<unknown>, signal: AbortSignal) {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (typeof token === 'string') headers['authorization'] = `Bearer ${token}`
  if (body === undefined) return { method, headers, signal }
  headers['content-type'] = 'application/json'
  return { method, headers, signal, body: JSON.stringify(body) }
}

function read<T>(request: Request<T>, response: FetchResponse, text: string, now: number): T {
  const { status } = response
  const value = parseJson(text)
  const good = (status >= 200 && status < 300) || request.alsoGood?.includes(status) === true
  if (good && request.shape(value)) return value
  if (!good) throw refusal(`${request.method} ${request.path}`, response, value, now)
  const message = `${request.method} ${request.path}: the answer is not what the protocol says`
  throw new ArcpError({ code: 'bad-answer', message, status })
}
