// Looks at the figures again and again: keeps what stands, fills the book of alerts, and says in the log what began and
// what ended. An alert in whose place a graver or milder one was raised has not ended for whoever reads the log.

import type { Logger } from '../kernel/logger.ts'
import type { Meter } from '../kernel/meter.ts'
import type { AlertBook } from './alert-book.ts'
import type { AlertFigures } from './alert-rules.ts'
import { evaluateAlerts, NO_ALERTS } from './alerts.ts'

export interface AlertWatchDeps {
  readonly book: Pick<AlertBook, 'raise' | 'end'>
  readonly logger: Pick<Logger, 'info' | 'warn'>
  readonly meter: Pick<Meter, 'alert'>
  /** Makes ids of this hub and this start its own. */
  readonly prefix: string
}

/** @param now epoch milliseconds */
export type AlertWatch = (figures: AlertFigures, now: number) => void

export const createAlertWatch = ({ book, logger, meter, prefix }: AlertWatchDeps): AlertWatch => {
  const titles = new Map<string, string>()
  let state = NO_ALERTS
  return (figures, now) => {
    const done = evaluateAlerts(state, { figures, now, prefix })
    state = done.state
    for (const id of done.ended) logger.info('alert_cleared', { alert: id, title: titles.get(id) })
    for (const id of [...done.ended, ...done.replaced]) {
      book.end(id)
      titles.delete(id)
    }
    for (const { id, type, severity, title, message } of done.raised) {
      titles.set(id, title)
      meter.alert(type, severity)
      const log = severity === 'info' ? logger.info : logger.warn
      log('alert_raised', { alert: id, type, severity, title, message })
    }
    book.raise(done.raised)
  }
}
