// A WebSocket client for tests that keeps every frame with the time it arrived. It answers protocol pings and nothing else.
import { WebSocket, type ClientOptions, type RawData } from 'ws'
import { DEFAULT_DEADLINE_MS, recording, within } from './recording.ts'

export interface Frame {
  /** Milliseconds on the clock of `performance.now()`. */
  readonly at: number
  readonly text: string
  /** The parsed frame, or undefined when it is not JSON (`ping`, `pong`). */
  readonly json: unknown
  readonly binary: boolean
}

export interface Closed {
  readonly code: number
  readonly reason: string
  readonly at: number
}

export interface FrameSocket {
  readonly frames: readonly Frame[]
  /** The next frame that fits, after the one `next` gave last time. Rejects at the deadline and when the socket closes first. */
  next(fits?: (frame: Frame) => boolean, deadlineMs?: number): Promise<Frame>
  /** The next frame with this `type`, as an object. */
  nextOfType(type: string, deadlineMs?: number): Promise<Readonly<Record<string, unknown>>>
  /** Text as it is; anything else as JSON. */
  send(frame: unknown): void
  sendBinary(bytes: Uint8Array): void
  close(code?: number, reason?: string): void
  /** Cuts the connection without a closing handshake. */
  terminate(): void
  /** How it was closed, by whichever side; waits for it. */
  closed(deadlineMs?: number): Promise<Closed>
  /** The socket underneath, for tests of the transport itself. */
  readonly raw: WebSocket
}

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8')
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const short = (frame: Frame): string => (frame.text.length > 200 ? `${frame.text.slice(0, 200)}…` : frame.text)

/** Opens the socket; rejects when the hub refuses the upgrade (the message has its status). */
export const openFrames = async (url: string, options: ClientOptions = {}): Promise<FrameSocket> => {
  const socket = new WebSocket(url, options)
  const frames = recording<Frame>(`frames of ${new URL(url).pathname}`, short)
  const opened = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Closed>()
  socket.on('open', opened.resolve)
  // After the handshake an error is always followed by 'close', which is what tests look at.
  socket.on('error', opened.reject)
  socket.on('message', (data, binary) => {
    const text = textOf(data)
    frames.push({ at: performance.now(), text, json: parse(text), binary })
  })
  socket.on('close', (code, reason) => {
    const closed = { code, reason: reason.toString('utf8'), at: performance.now() }
    frames.end(`the socket closed with ${code} "${closed.reason}"`)
    ended.resolve(closed)
  })
  await opened.promise

  let from = 0
  const next: FrameSocket['next'] = async (fits = () => true, deadlineMs = DEFAULT_DEADLINE_MS) => {
    const { item, index } = await frames.find(fits, { from, deadlineMs })
    from = index + 1
    return item
  }
  return {
    frames: frames.items,
    next,
    nextOfType: async (type, deadlineMs) => {
      const { json } = await next((frame) => isObject(frame.json) && frame.json['type'] === type, deadlineMs)
      if (!isObject(json)) throw new Error('unreachable: only objects have a type')
      return json
    },
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    sendBinary: (bytes) => socket.send(bytes, { binary: true }),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    closed: (deadlineMs = DEFAULT_DEADLINE_MS) => within(ended.promise, deadlineMs, `close of ${url}`),
    raw: socket,
  }
}
