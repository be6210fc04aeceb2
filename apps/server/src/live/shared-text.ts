// A text that many are sent: built for the first who asks, handed to all who ask soon after.

import type { Clock } from '../kernel/clock.ts'

export interface SharedTextOptions {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Building may take a tenth of a core: the text is kept for nine times as long as it took. */
  readonly build: () => string
  /** Another value means another text, however young the last one is. */
  readonly version?: () => unknown
}

const KEPT_PER_COST = 9

export const createSharedText = ({ clock, build, version }: SharedTextOptions): (() => string) => {
  let text: string | undefined
  let of: unknown
  let until = 0
  return () => {
    const current = version?.()
    const start = clock.monotonic()
    if (text !== undefined && current === of && start < until) return text
    text = build()
    of = current
    const end = clock.monotonic()
    until = end + (end - start) * KEPT_PER_COST
    return text
  }
}
