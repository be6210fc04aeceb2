// The latest changes, as JSON text: bounded by their number and by their bytes, so that big records that change often
// cost no more than small ones.

import type { Change } from '../../domain/change.ts'

export interface ChangeRing {
  readonly add: (offset: number, change: Change) => void
  /** Changes after `offset`, oldest first; undefined when the ring does not reach back so far. */
  readonly after: (offset: number, limit: number) => readonly (readonly [offset: number, change: Change])[] | undefined
}

export interface RingLimits {
  readonly changes: number
  readonly bytes: number
}

export const createChangeRing = (limits: RingLimits): ChangeRing => {
  const texts: string[] = []
  let first = 1
  let head = 0
  let bytes = 0

  // Text of a change is mostly ASCII: its length is near enough to its bytes.
  const dropOldest = (): void => {
    const slot = first % limits.changes
    bytes -= texts[slot]?.length ?? 0
    texts[slot] = ''
    first += 1
  }

  const isFull = (next: string): boolean => {
    const kept = head - first + 1
    return kept >= limits.changes || (kept > 0 && bytes + next.length > limits.bytes)
  }

  return {
    add: (offset, change) => {
      const text = JSON.stringify(change)
      while (isFull(text)) dropOldest()
      texts[offset % limits.changes] = text
      bytes += text.length
      head = offset
    },
    after: (offset, limit) => {
      if (offset > head || offset < first - 1) return undefined
      const found: (readonly [number, Change])[] = []
      for (let at = offset + 1; at <= head && found.length < limit; at += 1) {
        // Written by `add` above, from a change.
        found.push([at, JSON.parse(texts[at % limits.changes] ?? '')])
      }
      return found
    },
  }
}
