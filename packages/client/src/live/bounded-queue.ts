/**
 * Owns: values waiting for an async iterator, at most so many; the oldest go first, and are counted.
 * Must not know: what the values are.
 */

export interface BoundedQueue<T> {
  readonly push: (value: T) => void
  /** No more values: those waiting are still handed out, then the end, or the error once. */
  readonly end: (error?: Error) => void
  /** The end now: what waits is thrown away. */
  readonly clear: () => void
  readonly next: () => Promise<IteratorResult<T, undefined>>
  /** Values dropped so far. */
  readonly dropped: () => number
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void
  readonly reject: (error: Error) => void
}

export function createBoundedQueue<T>(limit: number, onDropped: (total: number) => void): BoundedQueue<T> {
  const values: T[] = []
  const waiters: Waiter<T>[] = []
  let ended = false
  let failure: Error | undefined
  let dropped = 0

  const end = (error?: Error) => {
    if (ended) return
    ended = true
    failure = error
    for (const waiter of waiters.splice(0)) settle(waiter)
  }

  const settle = ({ resolve, reject }: Waiter<T>) => {
    const error = failure
    failure = undefined
    if (error === undefined) resolve({ done: true, value: undefined })
    else reject(error)
  }

  return {
    push: (value) => {
      if (ended) return
      const waiter = waiters.shift()
      if (waiter !== undefined) return waiter.resolve({ done: false, value })
      values.push(value)
      if (values.length <= limit) return
      values.shift()
      dropped += 1
      onDropped(dropped)
    },
    end,
    clear: () => {
      values.length = 0
      failure = undefined
      end()
    },
    next: () =>
      new Promise((resolve, reject) => {
        const [value] = values
        if (value !== undefined) {
          values.shift()
          resolve({ done: false, value })
        } else if (ended) settle({ resolve, reject })
        else waiters.push({ resolve, reject })
      }),
    dropped: () => dropped,
  }
}
