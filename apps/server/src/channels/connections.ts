// Open sockets as operators see them, and how one is sent away.

import { CLOSE_REASONS } from '@arcp/protocol'

import type { Clock } from '../kernel/clock.ts'
import { dismissedCode } from './end-code.ts'
import type { Reception } from './receive.ts'
import type { Endpoint, Session } from './session.ts'

export interface ConnectionFacts {
  readonly id: number
  readonly endpoint: Endpoint
  readonly agentId: string | undefined
  readonly user: string | undefined
  readonly address: string
  /** Epoch milliseconds UTC, as `lastHeard`. */
  readonly since: number
  readonly lastHeard: number
  readonly framesIn: number
  readonly bytesIn: number
  readonly framesOut: number
  readonly bytesOut: number
  readonly buffered: number
  readonly slow: boolean
}

export interface Connections {
  /** Oldest first, those whose id is above `after`. */
  readonly list: (
    after: number,
    limit: number,
  ) => { readonly total: number; readonly found: readonly ConnectionFacts[] }
  /** @returns false when this hub has no such socket */
  readonly dismiss: (id: number) => boolean
}

export const createConnections = (reception: Pick<Reception, 'sessions' | 'close'>, clock: Clock): Connections => ({
  list: (after, limit) => {
    // In the order they came, and so by id.
    const sessions = reception.sessions()
    const found = sessions.filter(({ id }) => id > after).slice(0, limit)
    return { total: sessions.length, found: found.map((session) => factsOf(session, clock)) }
  },
  dismiss: (id) => {
    const session = reception.sessions().find((one) => one.id === id)
    if (session === undefined) return false
    reception.close(session, dismissedCode(session), CLOSE_REASONS.dismissed)
    return true
  },
})

const factsOf = (session: Session, clock: Clock): ConnectionFacts => {
  const { id, endpoint, address, state, openedAt, inboundAt } = session
  const wallAt = (monotonic: number): number => clock.wall() - (clock.monotonic() - monotonic)
  const claims = state.kind === 'authenticated' ? state.claims : undefined
  return {
    id,
    endpoint,
    agentId: claims?.kind === 'access' ? claims.agentId : undefined,
    user: claims?.kind === 'admin' ? claims.user : undefined,
    address,
    since: wallAt(openedAt),
    lastHeard: wallAt(inboundAt),
    framesIn: session.framesIn,
    bytesIn: session.bytesIn,
    framesOut: session.framesOut,
    bytesOut: session.bytesOut,
    buffered: session.socket.buffered(),
    slow: session.behindSince > 0,
  }
}
