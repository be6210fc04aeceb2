// The log as operators see it (D6): the newest entries, oldest dropped. Written by the hub's own logger and by
// operators' pages; read by whoever shows it.

import type { LogEntry } from '@arcp/protocol/model'

export interface LogBook {
  /** O(1). Messages are cut at `DASHBOARD_LOG_MESSAGE_MAXLEN`. */
  readonly append: (entry: LogEntry) => void
  /** Newest first. */
  readonly newest: (limit: number) => readonly LogEntry[]
  /** Entries ever appended: a number that moved means that there is something new. */
  readonly count: () => number
  readonly clear: () => void
  /** @returns a function that ends the listening */
  readonly onEntry: (listener: () => void) => () => void
}

export interface LogBookOptions {
  /** `DASHBOARD_LOG_BUFFER_MAXLEN`. */
  readonly maxEntries: number
  /** `DASHBOARD_LOG_MESSAGE_MAXLEN`, in UTF-16 units. */
  readonly maxMessage: number
}

const ELLIPSIS = '…'

// Never between the halves of a character.
const cut = (message: string, max: number): string => {
  if (message.length <= max) return message
  const end = /[\uD800-\uDBFF]/.test(message.charAt(max - 2)) ? max - 2 : max - 1
  return `${message.slice(0, end)}${ELLIPSIS}`
}

export const createLogBook = ({ maxEntries, maxMessage }: LogBookOptions): LogBook => {
  // Grows by appending until it is full, then turns: no entry is ever moved.
  let ring: LogEntry[] = []
  let next = 0
  let appended = 0
  let telling = false
  const listeners = new Set<() => void>()

  const tell = (): void => {
    // A listener that writes to the log would otherwise be told of its own line, for ever.
    if (telling) return
    telling = true
    try {
      for (const listener of listeners) {
        try {
          listener()
        } catch {
          // Logging goes on whoever listens; saying so here would be a log line of its own.
        }
      }
    } finally {
      telling = false
    }
  }

  return {
    append: (entry) => {
      ring[next] = { ...entry, message: cut(entry.message, maxMessage) }
      next = (next + 1) % maxEntries
      appended += 1
      tell()
    },
    newest: (limit) => {
      const wanted = Math.min(limit, ring.length)
      const found: LogEntry[] = []
      for (let back = 1; back <= wanted; back += 1) {
        const entry = ring[(next - back + maxEntries) % maxEntries]
        if (entry !== undefined) found.push(entry)
      }
      return found
    },
    count: () => appended,
    clear: () => {
      ring = []
      next = 0
    },
    onEntry: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
