import { describe, expect, it } from 'vitest'

import { createRandom, systemRandom } from './random.ts'

describe('random tokens', () => {
  it('take no byte twice, and leave none behind', () => {
    let fills = 0
    let pool: Buffer = Buffer.alloc(0)
    const random = createRandom((buffer) => {
      // What was handed out is gone; only the rest that was too short for the next token is still there.
      if (fills > 0) expect(buffer.subarray(0, 4092)).toEqual(Buffer.alloc(4092))
      fills += 1
      pool = buffer
      for (let at = 0; at < buffer.length; at += 4) buffer.writeUInt32BE(fills * 65_536 + at, at)
    })
    const tokens = Array.from({ length: 1000 }, () => random.token(12))
    expect(fills).toBe(3)
    expect(new Set(tokens).size).toBe(1000)
    const given = tokens.flatMap((token) => {
      const bytes = Buffer.from(token, 'base64url')
      expect(bytes).toHaveLength(12)
      return [0, 4, 8].map((at) => bytes.readUInt32BE(at))
    })
    expect(new Set(given).size).toBe(3000)
    expect(pool.subarray(0, 12)).toEqual(Buffer.alloc(12))
  })

  it('of the system differ, and have the length that was asked for', () => {
    expect(systemRandom.token(48)).toMatch(/^[\w-]{64}$/)
    expect(new Set(Array.from({ length: 2000 }, () => systemRandom.token(12))).size).toBe(2000)
  })

  it('longer than the pool are a mistake of the caller', () => {
    expect(() => systemRandom.token(4097)).toThrow(RangeError)
  })
})
