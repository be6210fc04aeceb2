// HTTP/1.1 over one kept TCP connection, one request at a time, with the moments a measurement needs: when the request
// was written and when the last byte of its answer came.
import { connect, type Socket } from 'node:net'

export interface HttpReply extends ParsedReply {
  /** `performance.now()` at the first write of the request and at the arrival of the complete answer. */
  readonly sentAt: number
  readonly answeredAt: number
}

export interface HttpConnection {
  /** Sends prepared bytes. A connection that ended in between is opened again. */
  readonly send: (request: Buffer) => Promise<HttpReply>
  readonly close: () => void
}

const DEADLINE_MS = 30_000
const HEAD_END = '\r\n\r\n'

export interface RequestParts {
  readonly token?: string
  readonly body?: unknown
}

/** The bytes of a request, made before the clock starts. */
export const requestBytes = (method: string, path: string, { token, body }: RequestParts = {}): Buffer => {
  const text = body === undefined ? '' : JSON.stringify(body)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(body === undefined ? [] : ['content-type: application/json']),
    ...(method === 'GET' ? [] : [`content-length: ${Buffer.byteLength(text)}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}${HEAD_END}${text}`)
}

export interface ParsedReply {
  readonly status: number
  /** Status line and headers. */
  readonly head: string
  readonly body: string
}

/** The answer in `bytes`, or undefined while it is incomplete. */
export const parseReply = (bytes: Buffer): ParsedReply | undefined => {
  const end = bytes.indexOf(HEAD_END)
  if (end === -1) return undefined
  const head = bytes.toString('latin1', 0, end)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`An answer without Content-Length: ${head.slice(0, 200)}`)
  const bodyAt = end + HEAD_END.length
  if (bytes.length < bodyAt + Number(length)) return undefined
  return { status, head, body: bytes.toString('utf8', bodyAt, bodyAt + Number(length)) }
}

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      // Later faults end the connection; whoever waits is told by 'close'.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })

const exchange = (socket: Socket, request: Buffer): Promise<HttpReply> =>
  new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      socket.off('data', onData)
      socket.off('close', onClose)
      settle()
    }
    const fail = (why: string): void => finish(() => reject(new Error(`${why}: ${request.toString().slice(0, 80)}`)))
    const onClose = (): void => fail('The connection ended before the answer')
    const onData = (chunk: Buffer): void => {
      const answeredAt = performance.now()
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const reply = parseReply(received)
      if (reply !== undefined) finish(() => resolve({ ...reply, sentAt, answeredAt }))
    }
    const timer = setTimeout(() => fail('No answer in time'), DEADLINE_MS)
    socket.on('data', onData)
    socket.on('close', onClose)
    const sentAt = performance.now()
    socket.write(request)
  })

export const openHttp = (port: number): HttpConnection => {
  let socket: Socket | undefined
  return {
    send: async (request) => {
      if (socket === undefined || socket.destroyed || socket.readyState !== 'open') socket = await opened(port)
      return exchange(socket, request)
    },
    close: () => void socket?.destroy(),
  }
}
