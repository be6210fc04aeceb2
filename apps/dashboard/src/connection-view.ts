/**
 * Owns: what the page says about its connection: the state in the header, the banner when what it shows is old.
 * Must not know: agents.
 */
import type { ConnectionStatus } from '@arcp/client'
import { clockTime } from './hub-time.ts'

export interface Connected {
  readonly state: 'connecting' | 'live' | 'reconnecting' | 'closed'
  /** When the hub was last heard, epoch milliseconds; null before the first time. */
  readonly heard: number | null
  /** What the hub said when it closed, empty when it said nothing. */
  readonly reason: string
}

export const NOT_YET: Connected = { state: 'connecting', heard: null, reason: '' }

export function connectionChanged(before: Connected, status: ConnectionStatus): Connected {
  switch (status.state) {
    case 'open':
      // Live only once the hub has spoken.
      return before
    case 'connecting':
      return { ...before, state: before.heard === null && status.attempt === 1 ? 'connecting' : 'reconnecting' }
    case 'waiting':
      return { ...before, state: 'reconnecting', reason: status.reason }
    case 'closed':
      return { ...before, state: 'closed', reason: status.reason }
  }
}

export function heard(now: number): Connected {
  return { state: 'live', heard: now, reason: '' }
}

export function stateText({ state }: Connected): string {
  return { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', closed: 'Disconnected' }[state]
}

/** The banner's text, or null when what is shown is true. */
export function staleText({ state, heard, reason }: Connected): string | null {
  if (state === 'live' || state === 'connecting') return null
  const said = reason === '' ? '' : ` The hub said: ${reason}.`
  const next = state === 'closed' ? 'Reload the page to try again.' : 'Trying again by itself.'
  if (heard === null) return `The hub has not answered yet.${said} ${next}`
  return `Stale since ${clockTime(heard)}. Everything below is what was last known.${said} ${next}`
}
