// The guide's pushes: lists when something changed (P3, A3), lists and stats at their interval (P2, A3). Each text is
// built once for all sockets, and not at all when nobody listens.

import type { Position } from '../domain/change.ts'
import type { Clock, Scheduler } from '../kernel/clock.ts'
import { createCoalescer } from '../live/coalescer.ts'
import { agentListText, agentsUpdateText, statsUpdateText, type SystemStatus } from '../live/legacy-lists.ts'
import type { Replica } from '../live/replica.ts'
import type { FanOut } from './fan-out.ts'
import type { ChannelSettings } from './settings.ts'
import { AGENTS_TOPIC, PUBLIC_TOPIC, type ListTopic } from './topics.ts'

export interface Broadcast {
  readonly start: () => void
  readonly stop: () => void
}

export interface BroadcastDeps {
  readonly replica: Replica
  readonly newest: Newest
  readonly fanOut: Pick<FanOut, 'publish' | 'wanted'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly settings: ChannelSettings
  readonly status: () => SystemStatus
}

/** The newest list of each topic. */
export type Newest = Readonly<Record<ListTopic, () => string>>

export interface NewestDeps {
  readonly replica: Replica
  readonly clock: Clock
  readonly settings: Pick<ChannelSettings, 'legacyListMax' | 'broadcastMs'>
}

export const createNewest = ({ replica, clock, settings }: NewestDeps): Newest => {
  // Thousands of sockets may authenticate or drain between two changes: they share one text. What moves without a
  // change (`timestamp`, `last_seen`) may be as old as the pause between two pushes.
  const shared = (build: () => string) => {
    let text = ''
    let of: Position | undefined
    let builtAt = 0
    return (): string => {
      const position = replica.position()
      const now = clock.monotonic()
      const current = of?.offset === position.offset && of.epoch === position.epoch
      if (!current || now - builtAt >= settings.broadcastMs) {
        text = build()
        of = position
        builtAt = now
      }
      return text
    }
  }
  return {
    [PUBLIC_TOPIC]: shared(() => agentsUpdateText(replica, settings.legacyListMax, clock.wall())),
    [AGENTS_TOPIC]: shared(() => agentListText(replica, settings.legacyListMax)),
  }
}

export const createBroadcast = (deps: BroadcastDeps): Broadcast => {
  const { replica, newest, fanOut, clock, scheduler, settings, status } = deps

  const publish = (topic: ListTopic): void => {
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
            fanOut.publish(PUBLIC_TOPIC, statsUpdateText(replica.counts(), status(), clock.wall()))
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
