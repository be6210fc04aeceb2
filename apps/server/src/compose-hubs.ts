// This hub among others: what it says of itself, and which sockets it holds.

import { createConnections, type Connections } from './channels/connections.ts'
import type { Reception } from './channels/receive.ts'
import type { HubFacts, HubSelf, OtherHubs } from './domain/hubs.ts'
import type { Clock } from './kernel/clock.ts'
import type { Random } from './kernel/random.ts'
import { ok } from './kernel/result.ts'

export interface HubParts {
  readonly reception: Pick<Reception, 'sessions' | 'count' | 'close'>
  readonly offset: () => number
  readonly loopDelayMs: () => number
  /** Another hub's operator cleared it. */
  readonly cleared: (what: 'logs' | 'alerts', user: string) => void
}

export interface ComposedHub {
  readonly self: HubSelf
  readonly connections: Connections
  /** Parts that are built after the store, which asks for the facts from its start. */
  readonly built: (parts: HubParts) => void
}

/** A store that is not shared. */
export const NO_OTHERS: OtherHubs = {
  list: async () => ok([]),
  passOn: async () => ok(false),
  tellAll: async () => ok(0),
}

export const composeHub = (version: string, clock: Clock, random: Pick<Random, 'token'>): ComposedHub => {
  const id = random.token(9)
  const startedAt = clock.wall()
  let parts: HubParts | undefined
  const connections = createConnections(
    {
      sessions: () => parts?.reception.sessions() ?? [],
      close: (...how) => parts?.reception.close(...how),
    },
    clock,
  )
  const facts = (): HubFacts => {
    const count = parts?.reception.count ?? (() => 0)
    return {
      id,
      version,
      startedAt,
      sockets: { public: count('public'), agents: count('agents'), dashboard: count('dashboard') },
      offset: parts?.offset() ?? 0,
      loopDelayMs: Math.round((parts?.loopDelayMs() ?? 0) * 100) / 100,
      memoryBytes: process.memoryUsage.rss(),
    }
  }
  return {
    self: {
      id,
      facts,
      obey: (order) => {
        if (order.kind === 'close') connections.dismiss(order.socketId)
        else parts?.cleared(order.what, order.user)
      },
    },
    connections,
    built: (given) => {
      parts = given
    },
  }
}
