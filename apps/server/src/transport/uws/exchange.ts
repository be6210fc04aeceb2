// One HTTP exchange from its start to its last byte: when it is aborted, how it is answered, when it is over.

import type { HttpResponse } from 'uWebSockets.js'

import type { HttpAnswer } from '../../kernel/http.ts'

interface AnswerOptions {
  /** Everything but the body (HEAD). */
  readonly headOnly?: boolean
  /** Ends the connection, whatever the answer says. */
  readonly closes?: boolean
}

export type WatchedExchange = ReturnType<typeof watchExchange>

export const watchExchange = (res: HttpResponse) => {
  let gone = false
  let resolveAborted: () => void = () => undefined
  const aborted = new Promise<void>((resolve) => {
    resolveAborted = resolve
  })
  let resolveOver: () => void = () => undefined
  const over = new Promise<void>((resolve) => {
    resolveOver = resolve
  })
  res.onAborted(() => {
    gone = true
    resolveAborted()
    resolveOver()
  })
  return {
    aborted,
    /** Answered to the last byte, or aborted. */
    over,
    // Never while the library still parses what arrived: there it forgets that an answer closes the connection, goes on
    // to the next request in the same packet, and sets no deadline for an idle connection.
    answer: (answer: HttpAnswer, options: AnswerOptions) => {
      setImmediate(() => {
        if (!gone) writeAnswer(res, answer, options, resolveOver)
      })
    },
    cut: () => {
      if (!gone) res.close()
    },
  }
}

const writeAnswer = (
  res: HttpResponse,
  answer: HttpAnswer,
  { headOnly = false, closes: ends = false }: AnswerOptions,
  written: () => void,
): void => {
  const closes = ends || answer.headers.some(([name, value]) => name === 'connection' && value === 'close')
  res.cork(() => {
    res.writeStatus(`${answer.status} ${STATUS_TEXT.get(answer.status) ?? 'Unknown'}`)
    // The library writes Connection and Content-Length itself.
    for (const [name, value] of answer.headers) if (name !== 'connection') res.writeHeader(name, value)
    if (headOnly) res.endWithoutBody(Buffer.byteLength(answer.body), closes)
    else if (!closes && answer.body.length > AT_ONCE) return writePiecewise(res, Buffer.from(answer.body), written)
    else res.end(answer.body, closes)
    written()
  })
}

/** What the kernel takes in one go; beyond it the library would keep the rest and not say when it is gone. */
const AT_ONCE = 65_536

/** As fast as the peer reads. One that stops for some seconds is cut by the library. */
const writePiecewise = (res: HttpResponse, body: Buffer, written: () => void): void => {
  const write = (offset: number): boolean => {
    const [taken, done] = res.tryEnd(body.subarray(offset), body.length)
    if (done) written()
    return taken
  }
  res.onWritable((offset) => write(offset))
  write(0)
}

const STATUS_TEXT: ReadonlyMap<number, string> = new Map([
  [200, 'OK'],
  [202, 'Accepted'],
  [204, 'No Content'],
  [304, 'Not Modified'],
  [308, 'Permanent Redirect'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [409, 'Conflict'],
  [410, 'Gone'],
  [413, 'Content Too Large'],
  [415, 'Unsupported Media Type'],
  [422, 'Unprocessable Content'],
  [426, 'Upgrade Required'],
  [429, 'Too Many Requests'],
  [431, 'Request Header Fields Too Large'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [503, 'Service Unavailable'],
])
