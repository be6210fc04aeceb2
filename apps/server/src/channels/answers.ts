// Answers every endpoint gives in the same way.

import { ERRORS, unknownTypeMessage } from '@arcp/protocol'
import { encodeDown, toEpochSeconds, type Decoded } from '@arcp/protocol/codec'

import { nothing, reject, reply, type Outcome } from './outcome.ts'

/** C3. @param wall epoch milliseconds */
export const pong = (wall: number): Outcome => reply(encodeDown({ type: 'pong', timestamp: toEpochSeconds(wall) }))

export const errorText = (message: string, path?: string): string =>
  encodeDown(path === undefined ? { type: 'error', message } : { type: 'error', message, path })

const unknownType = (type: string): Outcome => reject(errorText(unknownTypeMessage(type)))

/** C5 and C6: the answer to what is not a frame. Bare words were answered before. */
export const answerUndecoded = (decoded: Exclude<Decoded<never>, { kind: 'frame' }>): Outcome => {
  switch (decoded.kind) {
    case 'not-json':
      return reject(errorText(ERRORS.invalidJson))
    case 'unknown':
      return unknownType(decoded.type)
    case 'invalid':
      return reject(errorText(decoded.message, decoded.path))
    case 'ping':
    case 'pong':
      return nothing
  }
}
