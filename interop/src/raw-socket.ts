// A TCP connection that speaks HTTP/1.1 and WebSocket badly on purpose: bytes go out exactly as given, and what comes
// back is parsed without correcting anything. It answers nothing by itself, not even a ping.
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { DEFAULT_DEADLINE_MS, recording, within, type Recording } from './recording.ts'
import { frameBytes, OPCODE, parseFrames, textFrame, type RawFrame } from './ws-frames.ts'

export interface RawResponse {
  readonly status: number
  /** Lower-case names, in the order they came; a header sent twice is there twice. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** `fin`: ended in order. `reset`: the connection was cut, or the other side refused bytes it did not read. */
export interface RawEnd {
  readonly how: 'fin' | 'reset'
  /** Milliseconds after the connection was opened. */
  readonly afterMs: number
}

export interface RawClose {
  /** The code of the close frame; undefined when the connection ended without one. */
  readonly code: number | undefined
  readonly reason: string
}

export interface RawSocket {
  /** Strings go out as latin1: one character, one byte. */
  write(bytes: string | Uint8Array): void
  readonly responses: Recording<RawResponse>
  readonly frames: Recording<RawFrame>
  /** The next response nobody has taken yet. */
  response(deadlineMs?: number): Promise<RawResponse>
  /** The next data frame (text or binary) nobody has taken yet, as text. */
  text(deadlineMs?: number): Promise<string>
  /** The end of the connection, waited for. */
  ended(deadlineMs?: number): Promise<RawEnd>
  /** The close frame that came before the end of the connection; waits for the frame or the end. */
  closed(deadlineMs?: number): Promise<RawClose>
  /** Bytes received so far. */
  received(): number
  isOpen(): boolean
  /** Stops reading; what arrives fills this side's buffers, then the other side's. */
  pause(): void
  resume(): void
  /** Ends this side of the connection. */
  finish(): void
  /** Cuts the connection. */
  destroy(): void
}

export interface RawOptions {
  /** Set when the request is a HEAD: its answer has no body in spite of its Content-Length. */
  readonly headOnly?: boolean
}

const HEAD_END = Buffer.from('\r\n\r\n')

interface Parsed {
  readonly response: RawResponse
  readonly size: number
}

/** The first response in `bytes`, or undefined when it is not complete yet. */
const parseResponse = (bytes: Buffer, headOnly: boolean): Parsed | undefined => {
  const end = bytes.indexOf(HEAD_END)
  if (end === -1) return undefined
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0)
  const size = end + HEAD_END.length + (headOnly ? 0 : length)
  if (bytes.length < size) return undefined
  const body = bytes.subarray(end + HEAD_END.length, size).toString('utf8')
  return { response: { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]), headers, body }, size }
}

const connected = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })

/** Opens a connection to a hub on this machine and sends nothing. */
export const openRaw = async (
  { port }: { readonly port: number },
  { headOnly = false }: RawOptions = {},
): Promise<RawSocket> => {
  const socket = await connected(port)
  const openedAt = performance.now()
  const responses = recording<RawResponse>('responses', ({ status, body }) => `${status} ${body.slice(0, 200)}`)
  const frames = recording<RawFrame>('frames', ({ opcode, payload }) => `${opcode} ${payload.toString('utf8', 0, 200)}`)
  const ending = Promise.withResolvers<RawEnd>()
  let rest: Buffer = Buffer.alloc(0)
  let received = 0
  let upgraded = false
  let open = true

  const end = (how: RawEnd['how']): void => {
    if (!open) return
    open = false
    responses.end(`the connection ended (${how})`)
    frames.end(`the connection ended (${how})`)
    ending.resolve({ how, afterMs: performance.now() - openedAt })
    socket.destroy()
  }

  const take = (): void => {
    while (!upgraded) {
      const parsed = parseResponse(rest, headOnly)
      if (parsed === undefined) return
      rest = rest.subarray(parsed.size)
      upgraded = parsed.response.status === 101
      responses.push(parsed.response)
    }
    const { frames: found, size } = parseFrames(rest)
    rest = rest.subarray(size)
    for (const frame of found) frames.push(frame)
  }

  socket.on('end', () => end('fin'))
  socket.on('error', () => end('reset'))
  socket.on('close', () => end('reset'))
  socket.on('data', (chunk) => {
    received += chunk.length
    rest = Buffer.concat([rest, chunk])
    take()
  })

  let nextResponse = 0
  let nextText = 0
  return {
    write: (bytes) => {
      if (open) socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    },
    responses,
    frames,
    response: async (deadlineMs = DEFAULT_DEADLINE_MS) => {
      const { item, index } = await responses.find(() => true, { from: nextResponse, deadlineMs })
      nextResponse = index + 1
      return item
    },
    text: async (deadlineMs = DEFAULT_DEADLINE_MS) => {
      const { item, index } = await frames.find(({ opcode }) => opcode <= OPCODE.binary, { from: nextText, deadlineMs })
      nextText = index + 1
      return item.payload.toString('utf8')
    },
    ended: (deadlineMs = DEFAULT_DEADLINE_MS) => within(ending.promise, deadlineMs, 'end of the connection'),
    closed: async (deadlineMs = DEFAULT_DEADLINE_MS) => {
      const ended = ending.promise.then(() => undefined)
      const seen = frames
        .find(({ opcode }) => opcode === OPCODE.close, { deadlineMs })
        .then(
          ({ item }) => item,
          () => within(ended, 1, 'close frame or end of the connection'),
        )
      const frame = await seen
      if (frame === undefined || frame.payload.length < 2) return { code: undefined, reason: '' }
      return { code: frame.payload.readUInt16BE(0), reason: frame.payload.toString('utf8', 2) }
    },
    received: () => received,
    isOpen: () => open,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    finish: () => void socket.end(),
    destroy: () => void socket.destroy(),
  }
}

/** One request: `lines` are its header lines, in this order and spelling. */
export const requestBytes = (firstLine: string, lines: readonly string[], body = ''): string =>
  [firstLine, ...lines, '', body].join('\r\n')

/** Opens a connection, sends `bytes` and gives the first response. The connection is cut afterwards. */
export const exchange = async (
  hub: { readonly port: number },
  bytes: string | Uint8Array,
  options: RawOptions = {},
): Promise<RawResponse> => {
  const socket = await openRaw(hub, options)
  socket.write(bytes)
  try {
    return await socket.response()
  } finally {
    socket.destroy()
  }
}

export interface Handshake {
  readonly path?: string
  readonly method?: string
  readonly version?: string
  /** Replaces the header lines with these names (lower case); null leaves one out, a list sends it several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>
}

/** A handshake that is good but for what is given. */
export const handshakeBytes = (
  { port }: { readonly port: number },
  { path = '/public/ws', method = 'GET', version = 'HTTP/1.1', headers = {} }: Handshake = {},
): string => {
  const all: Handshake['headers'] = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : (typeof value === 'string' ? [value] : value).map((one) => `${name}: ${one}`),
  )
  return requestBytes(`${method} ${path} ${version}`, lines)
}

/** Opens a connection and upgrades it; throws when the hub does not agree. */
export const openWs = async (
  hub: { readonly port: number },
  handshake: Handshake = {},
  options: RawOptions = {},
): Promise<RawSocket> => {
  const socket = await openRaw(hub, options)
  socket.write(handshakeBytes(hub, handshake))
  const { status, body } = await socket.response()
  if (status === 101) return socket
  socket.destroy()
  throw new Error(`The upgrade was answered with ${status}: ${body}`)
}

/** Sends one text frame and gives the next text frame. */
export const ask = (socket: RawSocket, text: string): Promise<string> => {
  socket.write(textFrame(text))
  return socket.text()
}

/** Does what a browser does by itself: answers every protocol ping, and nothing else, until the socket ends. */
export const answerPings = async (socket: RawSocket): Promise<void> => {
  for (let from = 0; socket.isOpen();) {
    const ping = await socket.frames
      .find(({ opcode }) => opcode === OPCODE.ping, { from, deadlineMs: 60_000 })
      .catch(() => undefined)
    if (ping === undefined) return
    socket.write(frameBytes({ opcode: OPCODE.pong, payload: ping.item.payload }))
    from = ping.index + 1
  }
}
