import { describe, expect, it } from 'vitest'

import { createFrameSkimmer, HEAD_BYTES, TAIL_BYTES, type SkimmedFrame } from './frame-skimmer.ts'

const frameOf = (payload: string, opcode = 1): Buffer => {
  const body = Buffer.from(payload)
  const first = 0x80 | opcode
  if (body.length < 126) return Buffer.concat([Buffer.from([first, body.length]), body])
  if (body.length < 65_536) {
    return Buffer.concat([Buffer.from([first, 126, body.length >> 8, body.length & 0xff]), body])
  }
  const header = Buffer.alloc(10)
  header.set([first, 127])
  header.writeBigUInt64BE(BigInt(body.length), 2)
  return Buffer.concat([header, body])
}

const skim = (bytes: Buffer, step: number): SkimmedFrame[] => {
  const frames: SkimmedFrame[] = []
  const skimmer = createFrameSkimmer((frame) => frames.push(frame))
  // The same memory again and again, as a socket with one read buffer does.
  const buffer = Buffer.alloc(step)
  for (let at = 0; at < bytes.length; at += step) {
    const size = bytes.copy(buffer, 0, at, at + step)
    skimmer.take(buffer.subarray(0, size))
  }
  return frames
}

const letters = (count: number): string =>
  Array.from({ length: count }, (_, index) => String.fromCodePoint(97 + (index % 26))).join('')

describe('frame skimmer', () => {
  const payloads = ['', 'ping', letters(125), letters(126), letters(TAIL_BYTES), letters(65_535), letters(70_001)]
  const stream = Buffer.concat(payloads.map((payload) => frameOf(payload)))

  it.each([1, 2, 3, 7, 64, 1000, 65_536, stream.length])('finds every frame in pieces of %i bytes', (step) => {
    const found = skim(stream, step)
    expect(found.map(({ length }) => length)).toEqual(payloads.map(({ length }) => length))
    expect(found.map(({ head }) => head.toString())).toEqual(payloads.map((payload) => payload.slice(0, HEAD_BYTES)))
    expect(found.map(({ tail }) => tail.toString())).toEqual(payloads.map((payload) => payload.slice(-TAIL_BYTES)))
  })

  it('tells control frames from text', () => {
    const found = skim(Buffer.concat([frameOf('a', 9), frameOf('', 9), frameOf('b'), frameOf('', 8)]), 5)
    expect(found.map(({ opcode }) => opcode)).toEqual([9, 9, 1, 8])
  })

  it('says nothing before the last byte', () => {
    expect(skim(frameOf(letters(1000)).subarray(0, -1), 100)).toEqual([])
  })

  it('refuses what no server under test may send', () => {
    expect(() => skim(Buffer.from([0x01, 1, 97]), 3)).toThrow('fragmented')
    expect(() => skim(Buffer.from([0xc1, 1, 97]), 3)).toThrow('extension')
    expect(() => skim(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 97]), 7)).toThrow('masked')
  })
})
