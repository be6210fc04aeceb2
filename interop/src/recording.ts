// Everything that arrived from somewhere, in order, and the way to wait for something in it without sleeping.
// Shared by hub logs, WebSocket frames and program output; knows none of them.

export const DEFAULT_DEADLINE_MS = 10_000

export interface Found<T> {
  readonly item: T
  readonly index: number
}

export interface Recording<T> {
  readonly items: readonly T[]
  push(item: T): void
  /** Nothing more will come: whoever still waits is told why. */
  end(reason: string): void
  /**
   * The first item from index `from` on that fits, now or later.
   * Rejects at the deadline and at the end, with what was seen instead.
   */
  find(fits: (item: T) => boolean, options?: { from?: number; deadlineMs?: number }): Promise<Found<T>>
}

/** @param what names the source in error messages, `show` one item of it */
export const recording = <T>(what: string, show: (item: T) => string): Recording<T> => {
  const items: T[] = []
  let ended: string | undefined
  const waiting = new Set<() => void>()

  const wakeAll = (): void => {
    for (const wake of waiting) wake()
  }

  const nothingFits = (reason: string, from: number): Error => {
    const seen = items.slice(from).slice(-20).map(show)
    return new Error(`${what}: ${reason}. Seen: ${seen.length === 0 ? 'nothing' : `\n  ${seen.join('\n  ')}`}`)
  }

  const find: Recording<T>['find'] = (fits, { from = 0, deadlineMs = DEFAULT_DEADLINE_MS } = {}) =>
    new Promise((resolve, reject) => {
      let next = from
      const settle = (): void => {
        clearTimeout(deadline)
        waiting.delete(look)
      }
      const look = (): void => {
        for (; next < items.length; next += 1) {
          const item = items[next]
          if (item === undefined || !fits(item)) continue
          settle()
          resolve({ item, index: next })
          return
        }
        if (ended === undefined) return
        settle()
        reject(nothingFits(ended, from))
      }
      const deadline = setTimeout(() => {
        settle()
        reject(nothingFits(`nothing fitting within ${deadlineMs} ms`, from))
      }, deadlineMs)
      waiting.add(look)
      look()
    })

  return {
    items,
    push: (item) => {
      items.push(item)
      wakeAll()
    },
    end: (reason) => {
      ended ??= reason
      wakeAll()
    },
    find,
  }
}

/** `promise`, or an error when it takes longer. */
export const within = async <T>(promise: Promise<T>, deadlineMs: number, what: string): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const deadline = setTimeout(() => reject(new Error(`${what}: not within ${deadlineMs} ms`)), deadlineMs)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(deadline)
  }
}
