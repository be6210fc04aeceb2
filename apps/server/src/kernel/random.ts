// Unpredictable values, handed in so that tests can fix them.

import { randomBytes } from 'node:crypto'

export interface Random {
  /** `bytes` random bytes as base64url text. */
  readonly token: (bytes: number) => string
}

export const systemRandom: Random = {
  token: (bytes) => randomBytes(bytes).toString('base64url'),
}
