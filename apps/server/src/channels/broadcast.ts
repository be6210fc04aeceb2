// The guide's pushes: lists when something changed (P3, A3), lists and stats at their interval (P2, A3). Each text is
// built once for all sockets, and not at all when nobody listens.

import type { Clock, Scheduler } from '../kernel/clock.ts'
import { createCoalescer } from '../live/coalescer.ts'
import { agentListText, agentsUpdateText, statsUpdateText } from '../live/legacy-lists.ts'
import type { Replica } from '../live/replica.ts'
import type { FanOut } from './fan-out.ts'
import type { ChannelSettings } from './settings.ts'
import { AGENTS_TOPIC, PUBLIC_TOPIC } from './topics.ts'

export interface Broadcast {
  readonly start: () => void
  readonly stop: () => void
}

export interface BroadcastDeps {
  readonly replica: Replica
  readonly fanOut: Pick<FanOut, 'publish' | 'wanted'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly settings: ChannelSettings
}

/** The newest full frame of each topic. */
export const createNewest = (replica: Replica, clock: Pick<Clock, 'wall'>, maxAgents: number) => ({
  [PUBLIC_TOPIC]: (): string => agentsUpdateText(replica, maxAgents, clock.wall()),
  [AGENTS_TOPIC]: (): string => agentListText(replica, maxAgents),
})

export const createBroadcast = ({ replica, fanOut, clock, scheduler, settings }: BroadcastDeps): Broadcast => {
  const newest = createNewest(replica, clock, settings.legacyListMax)

  const publish = (topic: typeof PUBLIC_TOPIC | typeof AGENTS_TOPIC): void => {
    if (fanOut.wanted(topic)) fanOut.publish(topic, newest[topic]())
  }

  const rhythm = { clock, scheduler, intervalMs: settings.broadcastMs }
  const publicLists = createCoalescer({ ...rhythm, flush: () => publish(PUBLIC_TOPIC) })
  const agentLists = createCoalescer({ ...rhythm, flush: () => publish(AGENTS_TOPIC) })
  const cancels: (() => void)[] = []

  return {
    start: () => {
      replica.onApplied(() => {
        publicLists.mark()
        agentLists.mark()
      })
      cancels.push(
        scheduler.every(settings.endpoints.public.intervalMs, () => {
          if (fanOut.wanted(PUBLIC_TOPIC)) {
            fanOut.publish(PUBLIC_TOPIC, statsUpdateText(replica.counts(), clock.wall()))
          }
        }),
        // Through the same rhythm, so that a list due by the clock never doubles one due by a change.
        scheduler.every(settings.endpoints.agents.intervalMs, agentLists.mark),
      )
    },
    stop: () => {
      for (const cancel of cancels) cancel()
      publicLists.stop()
      agentLists.stop()
    },
  }
}
