// Alerts as operators see them (D7): what is wrong now and what was lately. Raised by the hub's own rules or handed in
// by an operator's page.

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
  /** @returns false when there is no such alert */
  readonly acknowledge: (id: string, by: string) => boolean
  /** @returns how many were there */
  readonly clear: () => number
  /** Told of alerts the hub itself raised. @returns a function that ends the listening */
  readonly onRaised: (listener: (alerts: readonly Alert[]) => void) => () => void
}
