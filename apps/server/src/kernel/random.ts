// Unpredictable values, handed in so that tests can fix them.

import { randomFillSync } from 'node:crypto'

export interface Random {
  /** `bytes` random bytes as base64url text. */
  readonly token: (bytes: number) => string
}

/** Asking the system for a few bytes costs as much as asking for these; every request needs a few. */
const POOL_BYTES = 4096

/** @param fill fills the whole buffer with random bytes; no byte is handed out twice, or kept once it was */
export const createRandom = (fill: (buffer: Buffer) => void): Random => {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  return {
    token: (bytes) => {
      if (bytes > POOL_BYTES) throw new RangeError(`at most ${POOL_BYTES} random bytes at once`)
      if (used + bytes > POOL_BYTES) {
        fill(pool)
        used = 0
      }
      const text = pool.toString('base64url', used, used + bytes)
      pool.fill(0, used, used + bytes)
      used += bytes
      return text
    },
  }
}

export const systemRandom: Random = createRandom((buffer) => void randomFillSync(buffer))
