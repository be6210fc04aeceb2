// Reads WebSocket frames off a byte stream and keeps of each only what a measurement needs: its first bytes and its
// last ones. A list of a megabyte is counted, not stored, and nothing is parsed before the frame is complete.

export interface SkimmedFrame {
  readonly opcode: number
  /** Payload bytes. */
  readonly length: number
  readonly head: Buffer
  readonly tail: Buffer
}

export const HEAD_BYTES = 64
/** Room for the last record of a list and what follows it. */
export const TAIL_BYTES = 8192

const LENGTH_16 = 126
const LENGTH_64 = 127
const MAX_HEADER_BYTES = 10

interface Open {
  readonly opcode: number
  readonly length: number
  readonly head: Buffer
  readonly tail: Buffer
  filled: number
}

const headerSize = (second: number): number => {
  const length = second & 0x7f
  if (length === LENGTH_64) return 10
  return length === LENGTH_16 ? 4 : 2
}

const payloadLength = (header: Buffer): number => {
  const length = header.readUInt8(1) & 0x7f
  if (length === LENGTH_64) return Number(header.readBigUInt64BE(2))
  return length === LENGTH_16 ? header.readUInt16BE(2) : length
}

const open = (header: Buffer): Open => {
  const first = header.readUInt8(0)
  if ((first & 0x80) === 0) throw new Error('A fragmented message: no server under test sends one.')
  if ((first & 0x70) !== 0) throw new Error('An extension was used that nobody agreed to.')
  if ((header.readUInt8(1) & 0x80) !== 0) throw new Error('A masked frame from a server.')
  const length = payloadLength(header)
  return {
    opcode: first & 0x0f,
    length,
    head: Buffer.alloc(Math.min(length, HEAD_BYTES)),
    tail: Buffer.alloc(Math.min(length, TAIL_BYTES)),
    filled: 0,
  }
}

/** Copies what of `part` falls into the kept ends. */
const fill = (frame: Open, part: Uint8Array): void => {
  const { head, tail, filled, length } = frame
  if (filled < head.length) head.set(part.subarray(0, head.length - filled), filled)
  const into = filled - (length - tail.length)
  if (into + part.length > 0) tail.set(into >= 0 ? part : part.subarray(-into), Math.max(into, 0))
  frame.filled += part.length
}

export interface FrameSkimmer {
  /** Takes the next bytes; they are copied, the caller may reuse them. */
  readonly take: (bytes: Uint8Array) => void
}

/** @param onFrame called for each complete frame, in order */
export const createFrameSkimmer = (onFrame: (frame: SkimmedFrame) => void): FrameSkimmer => {
  const header = Buffer.alloc(MAX_HEADER_BYTES)
  let headerFilled = 0
  let frame: Open | undefined

  const takeHeader = (bytes: Uint8Array, from: number): number => {
    let at = from
    while (at < bytes.length) {
      header[headerFilled] = bytes[at] ?? 0
      headerFilled += 1
      at += 1
      if (headerFilled >= 2 && headerFilled === headerSize(header.readUInt8(1))) {
        frame = open(header)
        headerFilled = 0
        break
      }
    }
    return at
  }

  return {
    take: (bytes) => {
      let at = 0
      while (at < bytes.length || frame?.length === 0) {
        if (frame === undefined) {
          at = takeHeader(bytes, at)
          continue
        }
        const part = bytes.subarray(at, at + frame.length - frame.filled)
        fill(frame, part)
        at += part.length
        if (frame.filled < frame.length) return
        const { opcode, length, head, tail } = frame
        frame = undefined
        onFrame({ opcode, length, head, tail })
      }
    },
  }
}
