// Alerts as operators see them (D7): what is wrong now and what was lately. Raised by the hub's own rules or handed in
// by an operator's page. Bounded: the oldest go, those whose condition lasts included.

import type { Alert } from '@arcp/protocol/model'

export interface StoredAlert extends Alert {
  /** Who acknowledged it, and when (ISO 8601). */
  readonly acknowledged: { readonly by: string; readonly at: string } | undefined
  /** When its condition ended (ISO 8601); undefined while it lasts, and for alerts handed in. */
  readonly cleared: string | undefined
}

export interface AlertBook {
  /** Newest first. */
  readonly all: () => readonly StoredAlert[]
  /** Keeps those whose id is not known yet. @returns the new ones */
  readonly add: (alerts: readonly Alert[]) => readonly Alert[]
  /** Keeps alerts of the hub itself and tells who listens. */
  readonly raise: (alerts: readonly Alert[]) => void
  /** The condition of an alert ended. */
  readonly end: (id: string) => void
  readonly find: (id: string) => StoredAlert | undefined
  /** @returns false when there is no such alert; one that is acknowledged already stays as it is */
  readonly acknowledge: (id: string, by: string) => boolean
  /** @returns how many were there */
  readonly clear: () => number
  /** Told of alerts the hub itself raised. @returns a function that ends the listening */
  readonly onRaised: (listener: (alerts: readonly Alert[]) => void) => () => void
}

export interface AlertBookOptions {
  /** `ALERTS_MAX`. */
  readonly max: number
  /** ISO 8601. */
  readonly now: () => string
  /** One had to go to make room. */
  readonly onFull: () => void
}

export const createAlertBook = ({ max, now, onFull }: AlertBookOptions): AlertBook => {
  // In the order they came; a Map keeps it and finds by id.
  const kept = new Map<string, StoredAlert>()
  const listeners = new Set<(alerts: readonly Alert[]) => void>()

  const keep = (alert: Alert): void => {
    kept.set(alert.id, { ...alert, acknowledged: undefined, cleared: undefined })
    if (kept.size <= max) return
    const [oldest] = kept.keys()
    if (oldest !== undefined) kept.delete(oldest)
    onFull()
  }

  const add = (alerts: readonly Alert[]): readonly Alert[] =>
    alerts.filter((alert) => {
      if (kept.has(alert.id)) return false
      keep(alert)
      return true
    })

  const change = (id: string, how: (alert: StoredAlert) => StoredAlert): boolean => {
    const found = kept.get(id)
    if (found === undefined) return false
    kept.set(id, how(found))
    return true
  }

  return {
    all: () => [...kept.values()].reverse(),
    add,
    raise: (alerts) => {
      const raised = add(alerts)
      if (raised.length > 0) for (const listener of listeners) listener(raised)
    },
    end: (id) => void change(id, (alert) => ({ ...alert, cleared: alert.cleared ?? now() })),
    find: (id) => kept.get(id),
    acknowledge: (id, by) =>
      change(id, (alert) => ({ ...alert, acknowledged: alert.acknowledged ?? { by, at: now() } })),
    clear: () => {
      const { size } = kept
      kept.clear()
      return size
    },
    onRaised: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
