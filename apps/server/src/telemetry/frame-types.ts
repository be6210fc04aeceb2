// The type of a frame as a label: one of the protocol's own, or `other`. Read off the begin of the text, because a frame
// is counted more often than it is parsed.

import { DOWN, UP } from '@arcp/protocol/frames'

const BEGIN = /^\s{0,8}(?:\{\s{0,8}"(type|token)"\s{0,8}:\s{0,8}(?:"([a-z_]{1,32})")?|(\[)|(ping|pong)\s{0,8}$)/i

/** Longer than any type. */
const TYPE_MAX = 32

const namesOf = (tables: typeof UP | typeof DOWN): ReadonlySet<string> =>
  new Set(Object.values(tables).flatMap(Object.keys))

/** `list`: the bare array of agents. */
const KNOWN = { in: namesOf(UP), out: namesOf(DOWN) } as const

/** How nearly every frame begins: programs write no blanks, and the type first. */
const USUAL = '{"type":"'

export const frameType = (direction: keyof typeof KNOWN, text: string): string => {
  if (text.startsWith(USUAL)) {
    const end = text.indexOf('"', USUAL.length)
    const type = end > 0 && end < USUAL.length + TYPE_MAX ? text.slice(USUAL.length, end) : ''
    return KNOWN[direction].has(type) ? type : 'other'
  }
  const [, key, type = '', list, word] = BEGIN.exec(text) ?? []
  if (list !== undefined) return direction === 'out' ? 'list' : 'other'
  if (word !== undefined) return word.toLowerCase()
  // On the agents' endpoint a frame that begins with a token is the one that shows it (A2).
  if (key === 'token') return direction === 'in' ? 'auth' : 'other'
  return KNOWN[direction].has(type) ? type : 'other'
}
