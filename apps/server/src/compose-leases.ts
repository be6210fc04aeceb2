// Who ends agents that fell silent: this hub, or a store that several hubs share.

import type { StoreDeps } from './compose-deps.ts'
import { createLeases, type Leases } from './domain/leases.ts'
import type { Store } from './domain/ports.ts'
import type { Replica } from './live/replica.ts'

export interface LeaseParts extends Pick<StoreDeps, 'config' | 'clock' | 'scheduler' | 'logger'> {
  readonly store: Pick<Store, 'commit'>
  readonly replica: Replica
  readonly sweepMs: number
  /** The leases of the store, when it keeps them for all hubs together. */
  readonly shared: Pick<Leases, 'sweep'> | undefined
}

export const composeLeases = (parts: LeaseParts): Leases => {
  const { config, clock, scheduler, logger, store, replica, sweepMs, shared } = parts
  if (shared !== undefined) {
    const ignored = (): void => undefined
    return { follow: ignored, renew: ignored, sweep: shared.sweep, size: () => replica.counts().alive }
  }
  const leases = createLeases({
    clock,
    logger,
    settings: {
      timeoutMs: config.AGENT_HEARTBEAT_TIMEOUT * 1000,
      sweepMs,
      massLossRatio: config.LEASE_MASS_LOSS_RATIO,
    },
    get: replica.get,
    lastSeen: replica.lastSeen,
    pause: () => new Promise((resolve) => scheduler.soon(resolve)),
    commit: async (command) => (await store.commit(command)).ok,
  })
  // Nobody could be heard while the hub was down: who was alive then has a whole timeout from now.
  for (const { agent } of replica.entries()) leases.follow(agent, agent.id)
  return leases
}
