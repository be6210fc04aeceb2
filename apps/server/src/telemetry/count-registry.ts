// Counts what the registry was asked for, and what came of it.

import type { Registry } from '../domain/registry.ts'
import type { Applied } from '../live/replica.ts'
import type { Metrics } from './meter.ts'

/** The registry, with what it did counted. */
export const counted = (metrics: Metrics, registry: Registry): Registry => ({
  ...registry,
  register: async (card, principal) => {
    const registered = await registry.register(card, principal)
    metrics.registered(registered.ok ? 'success' : 'failed', card.agent_type)
    return registered
  },
  unregister: async (id, principal) => {
    const ended = await registry.unregister(id, principal)
    if (!ended.ok) metrics.ended('failed', ended.error.kind)
    return ended
  },
  heartbeat: async (id, principal) => {
    const seen = await registry.heartbeat(id, principal)
    metrics.heartbeat(seen.ok ? 'success' : 'failed')
    return seen
  },
})

export const countChange = (metrics: Metrics, { committed: { change }, before, after }: Applied): void => {
  metrics.change(change.op)
  if (change.op === 'remove') metrics.ended('success', change.tombstone.reason)
  if (change.op === 'status' && change.status === 'dead' && after !== undefined && before?.status !== 'dead') {
    metrics.died()
  }
}
