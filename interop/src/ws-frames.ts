// WebSocket frames as bytes (RFC 6455, 5.2), every field free: what no library would send can be sent.
import { randomBytes } from 'node:crypto'

export interface FrameShape {
  readonly opcode: number
  readonly payload?: string | Uint8Array
  readonly fin?: boolean
  /** The three reserved bits, 0 to 7. */
  readonly rsv?: number
  readonly masked?: boolean
  /** How the length is written: in as few bytes as it fits, or in 2 or 8 bytes whatever it is. */
  readonly lengthBytes?: 0 | 2 | 8
  /** A length that is not the payload's. */
  readonly declared?: bigint
}

export interface RawFrame {
  readonly opcode: number
  readonly fin: boolean
  readonly rsv: number
  readonly masked: boolean
  readonly payload: Buffer
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const lengthField = (length: bigint, wanted: 0 | 2 | 8): { readonly seven: number; readonly extended: Buffer } => {
  const bytes = wanted !== 0 ? wanted : length < 126n ? 0 : length < 65_536n ? 2 : 8
  if (bytes === 0) return { seven: Number(length), extended: Buffer.alloc(0) }
  const extended = Buffer.alloc(bytes)
  if (bytes === 2) extended.writeUInt16BE(Number(length))
  else extended.writeBigUInt64BE(length)
  return { seven: bytes === 2 ? 126 : 127, extended }
}

const applyMask = (payload: Buffer, key: Buffer): Buffer =>
  Buffer.from(payload.map((byte, index) => byte ^ (key[index % 4] ?? 0)))

export const frameBytes = (shape: FrameShape): Buffer => {
  const { opcode, payload = '', fin = true, rsv = 0, masked = true, lengthBytes = 0, declared } = shape
  const body = typeof payload === 'string' ? Buffer.from(payload, 'utf8') : Buffer.from(payload)
  const { seven, extended } = lengthField(declared ?? BigInt(body.length), lengthBytes)
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  const head = Buffer.from([first, (masked ? 0x80 : 0) | seven])
  if (!masked) return Buffer.concat([head, extended, body])
  const key = randomBytes(4)
  return Buffer.concat([head, extended, key, applyMask(body, key)])
}

export const textFrame = (text: string): Buffer => frameBytes({ opcode: OPCODE.text, payload: text })

export const jsonFrame = (value: unknown): Buffer => textFrame(JSON.stringify(value))

/** @param code undefined for a close frame without a payload */
export const closeFrame = (code?: number, reason = ''): Buffer => {
  if (code === undefined) return frameBytes({ opcode: OPCODE.close })
  const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason, 'utf8')])
  payload.writeUInt16BE(code)
  return frameBytes({ opcode: OPCODE.close, payload })
}

/** Where the payload starts and how long it is; undefined when the head is not complete. */
const readHead = (
  bytes: Buffer,
): { readonly start: number; readonly length: number; readonly masked: boolean } | undefined => {
  const second = bytes[1]
  if (second === undefined) return undefined
  const masked = (second & 0x80) !== 0
  const seven = second & 0x7f
  const extended = seven === 126 ? 2 : seven === 127 ? 8 : 0
  const start = 2 + extended + (masked ? 4 : 0)
  if (bytes.length < start) return undefined
  const length = extended === 0 ? seven : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return { start, length, masked }
}

/** Every complete frame at the beginning of `bytes`, and how many bytes they take. */
export const parseFrames = (bytes: Buffer): { readonly frames: readonly RawFrame[]; readonly size: number } => {
  const frames: RawFrame[] = []
  let size = 0
  for (;;) {
    const rest = bytes.subarray(size)
    const head = readHead(rest)
    if (head === undefined || rest.length < head.start + head.length) return { frames, size }
    const first = rest[0] ?? 0
    const body = Buffer.from(rest.subarray(head.start, head.start + head.length))
    frames.push({
      opcode: first & 0x0f,
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      masked: head.masked,
      payload: head.masked ? applyMask(body, rest.subarray(head.start - 4, head.start)) : body,
    })
    size += head.start + head.length
  }
}
