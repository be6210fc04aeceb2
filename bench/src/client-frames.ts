// What a WebSocket client sends, as bytes: the handshake, and frames, which must be masked.
import { randomBytes } from 'node:crypto'

const TEXT = 1
const LENGTH_16 = 126

export const OPCODES = { text: TEXT, ping: 9, pong: 10 } as const

const lengthBytes = (length: number): Buffer => {
  if (length < LENGTH_16) return Buffer.from([0x80 | length])
  if (length > 0xffff) throw new Error('No measurement sends as much.')
  return Buffer.from([0x80 | LENGTH_16, length >> 8, length & 0xff])
}

export const clientFrame = (opcode: number, payload: Uint8Array): Buffer => {
  const mask = randomBytes(4)
  const body = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x80 | opcode]), lengthBytes(body.length), mask, body])
}

export const textFrame = (text: string): Buffer => clientFrame(TEXT, Buffer.from(text))

export const handshake = (path: string): Buffer =>
  Buffer.from(
    [
      `GET ${path} HTTP/1.1`,
      'host: 127.0.0.1',
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
      '',
      '',
    ].join('\r\n'),
  )

/** What follows the head of a handshake's answer; undefined while that is incomplete. */
export const afterUpgrade = (bytes: Buffer): Buffer | undefined => {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  if (!bytes.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) {
    throw new Error(`No upgrade: ${bytes.toString('latin1', 0, 300)}`)
  }
  return bytes.subarray(end + 4)
}
