// Wires what agents report of themselves: the book on this hub, and who may write in it.

import { createAgentReports, type AgentReports } from './domain/agent-reports.ts'
import { createMetricsBook, type MetricsBook } from './domain/metrics-book.ts'
import type { Follower } from './domain/ports.ts'
import type { Clock } from './kernel/clock.ts'
import type { Replica } from './live/replica.ts'

export interface MetricsParts {
  readonly book: MetricsBook
  readonly reports: AgentReports
  /** What the copy does with what the store tells of other hubs. */
  readonly follower: Pick<Follower, 'measured' | 'reset'>
}

export const composeMetrics = (replica: Replica, clock: Pick<Clock, 'wall'>): MetricsParts => {
  const { kept: get, set } = replica.metrics
  const book = createMetricsBook({ view: replica, copy: { get, set }, clock })
  return {
    book,
    reports: createAgentReports(book, replica),
    follower: {
      measured: book.heard,
      reset: (state) => {
        replica.reset(state)
        book.rebase()
      },
    },
  }
}
