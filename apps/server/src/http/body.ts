// Reading a JSON body: its headers, its size, its shape. Nothing is decompressed.

import { BODY_LIMITS, explainJson, parseJsonLimited } from '@arcp/protocol/codec'

import { single, type HttpRequest } from '../kernel/http.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { invalid, problem, type Problem } from './answer.ts'
import { unavailable } from './faults.ts'

const CLOSE = [['connection', 'close']] as const

/** Framing that two readers could understand differently (RFC 9112, 6.3): refused, and the connection ends. */
export const checkFraming = (headers: HttpRequest['headers']): Problem | undefined => {
  const encoding = headers.get('transfer-encoding')
  const length = headers.get('content-length')
  if (length !== undefined && (length.length > 1 || !/^\d{1,15}$/.test(length[0] ?? ''))) {
    return problem('request-error', 'Content-Length must be one number', {}, CLOSE)
  }
  if (encoding === undefined) return undefined
  if (length !== undefined) {
    return problem('request-error', 'Send Content-Length or Transfer-Encoding, not both', {}, CLOSE)
  }
  if (encoding.length > 1 || encoding[0]?.toLowerCase() !== 'chunked') {
    return problem('request-error', 'Transfer-Encoding must be chunked', {}, CLOSE)
  }
  return undefined
}

export const readJson = async (request: HttpRequest, maxBytes: number): Promise<Result<unknown, Problem>> => {
  if (request.headers.has('content-encoding')) {
    return err(problem('unsupported-media-type', 'Send the body without Content-Encoding'))
  }
  const type = single(request.headers, 'content-type') ?? ''
  if (!/^application\/(?:[a-z.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    return err(problem('unsupported-media-type', 'Send JSON with Content-Type: application/json'))
  }
  const tooLarge = () =>
    problem('request-too-large', `The body may have ${maxBytes} bytes`, { max_size: maxBytes }, CLOSE)
  // Nobody has to send a body that will not be read.
  if (Number(single(request.headers, 'content-length') ?? 0) > maxBytes) return err(tooLarge())
  const body = await request.body()
  if (!body.ok) {
    switch (body.error.kind) {
      case 'too-large':
        return err(tooLarge())
      case 'no-room':
        return err(noRoom())
      case 'aborted':
        return err(problem('request-error', 'The body ended early', {}, CLOSE))
    }
  }
  const text = decodeUtf8(body.value)
  if (text === undefined) return err(invalid([{ path: '', message: 'body must be UTF-8' }]))
  const parsed = parseJsonLimited(text, BODY_LIMITS)
  if (parsed.ok) return ok(parsed.value)
  return err(invalid([{ path: '', message: `body: ${explainJson(parsed.reason, BODY_LIMITS)}` }]))
}

const noRoom = (): Problem => {
  const { headers = [], ...busy } = unavailable('The hub is reading too many bodies at once', 1)
  return { ...busy, headers: [...headers, ...CLOSE] }
}

const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
