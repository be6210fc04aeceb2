import { describe, expect, it } from 'vitest'

import { afterUpgrade, clientFrame, handshake, OPCODES, textFrame } from './client-frames.ts'

const unmasked = (frame: Buffer, headerBytes: number): string => {
  const mask = frame.subarray(headerBytes, headerBytes + 4)
  return Buffer.from(frame.subarray(headerBytes + 4).map((byte, index) => byte ^ (mask[index % 4] ?? 0))).toString()
}

describe('client frames', () => {
  it('are masked and carry their length in one byte, or in two more from 126 on', () => {
    const short = clientFrame(OPCODES.pong, Buffer.from('abcde'))
    expect([...short.subarray(0, 2)]).toEqual([0x8a, 0x85])
    expect(unmasked(short, 2)).toBe('abcde')
    const text = 'é'.repeat(300)
    const long = textFrame(text)
    expect([...long.subarray(0, 4)]).toEqual([0x81, 0xfe, 600 >> 8, 600 & 0xff])
    expect(unmasked(long, 4)).toBe(text)
    expect(textFrame('x'.repeat(125))).toHaveLength(2 + 4 + 125)
    expect(() => textFrame('x'.repeat(65_536))).toThrow('No measurement')
  })
})

describe('the handshake', () => {
  it('asks for its path with a key of 16 bytes', () => {
    const key = /\r\nsec-websocket-key: (.+)\r\n\r\n$/.exec(handshake('/public/ws').toString())?.[1]
    expect(handshake('/public/ws').toString()).toMatch(/^GET \/public\/ws HTTP\/1.1\r\n/)
    expect(Buffer.from(key ?? '', 'base64')).toHaveLength(16)
  })

  it('is over when the head of a 101 is complete, and frames may follow in the same read', () => {
    const head = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')
    expect(afterUpgrade(head.subarray(0, -1))).toBeUndefined()
    expect(afterUpgrade(head)).toHaveLength(0)
    expect(afterUpgrade(Buffer.concat([head, Buffer.from([0x81, 0])]))).toEqual(Buffer.from([0x81, 0]))
    expect(() => afterUpgrade(Buffer.from('HTTP/1.1 503 Busy\r\n\r\n'))).toThrow('No upgrade')
  })
})
