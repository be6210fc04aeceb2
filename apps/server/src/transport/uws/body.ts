// Bodies while they arrive: as much memory as their bytes need, and all of them together within one budget.

import type { BodyFault } from '../../kernel/http.ts'
import { err, ok, type Result } from '../../kernel/result.ts'

/** What the bodies of all requests may hold together. */
export interface BodyBudget {
  /** @returns false when there is no room; nothing is taken then */
  readonly take: (bytes: number) => boolean
  readonly give: (bytes: number) => void
  readonly held: () => number
}

export const createBodyBudget = (total: number, refused: () => void): BodyBudget => {
  let held = 0
  return {
    take: (bytes) => {
      if (held + bytes > total) {
        refused()
        return false
      }
      held += bytes
      return true
    },
    give: (bytes) => {
      held -= bytes
    },
    held: () => held,
  }
}

export interface BodyCollector {
  /** The memory of a chunk is used by the library again: it is copied. */
  readonly push: (chunk: ArrayBuffer, isLast: boolean) => void
  readonly read: () => Promise<Result<Uint8Array, BodyFault>>
  /** Nobody needs the body any more: gives its bytes back and lets go of what still comes. */
  readonly release: () => void
  /** The peer is gone. */
  readonly abort: () => void
}

/** @param limit bytes; with 0 nothing is ever kept */
export const createBodyCollector = (limit: number, budget: BodyBudget): BodyCollector => {
  let resolveBody: (body: Result<Uint8Array, BodyFault>) => void = () => undefined
  const body = new Promise<Result<Uint8Array, BodyFault>>((resolve) => {
    resolveBody = resolve
  })
  // One buffer, never one per chunk: a chunk may be a single byte, and an object for each would be many times the body.
  let buffer: Buffer = Buffer.alloc(0)
  let size = 0
  let over = false

  const release = (): void => {
    over = true
    budget.give(buffer.length)
    buffer = Buffer.alloc(0)
  }

  const fail = (fault: BodyFault): void => {
    release()
    resolveBody(err(fault))
  }

  const makeRoom = (needed: number, isLast: boolean): boolean => {
    if (needed <= buffer.length) return true
    const capacity = isLast ? needed : Math.min(limit, Math.max(needed, buffer.length * 2))
    if (!budget.take(capacity - buffer.length)) return false
    // Without the pool of small buffers, of which a few bytes would keep a whole page.
    const bigger = Buffer.allocUnsafeSlow(capacity)
    buffer.copy(bigger, 0, 0, size)
    buffer = bigger
    return true
  }

  return {
    push: (chunk, isLast) => {
      if (over) return
      const needed = size + chunk.byteLength
      if (needed > limit) return fail({ kind: 'too-large', limit })
      if (!makeRoom(needed, isLast)) return fail({ kind: 'no-room' })
      buffer.set(new Uint8Array(chunk), size)
      size = needed
      if (isLast) resolveBody(ok(buffer.subarray(0, size)))
    },
    read: () => body,
    release,
    abort: () => fail({ kind: 'aborted' }),
  }
}
