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
