// Once a second a hub says that it is there and how it is, hears itself, looks at the head, at who else is there and at
// what they ask of it.

import type { HubSelf } from '../../domain/hubs.ts'
import type { Scheduler } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { Connection } from './connection.ts'
import { BEAT_SCRIPT, LEAVE_SCRIPT } from './lease-scripts.ts'
import { parseOrder } from './other-hubs.ts'
import { parseBeat } from './parse-reply.ts'
import type { Scripts } from './scripts.ts'

export interface HubPulse {
  /** Resolves after the first beat. */
  readonly start: () => Promise<void>
  /** This hub heard itself on the channel. */
  readonly heard: () => void
  /** Says goodbye: the hub's agents have one timeout from now. */
  readonly stop: () => Promise<void>
}

export interface HubPulseDeps {
  readonly self: HubSelf
  readonly scripts: Pick<Scripts, 'run'>
  readonly feed: () => Pick<ChangeFeed, 'headIs' | 'position'>
  readonly connection: Pick<Connection, 'listenAgain'>
  readonly scheduler: Pick<Scheduler, 'every'>
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>
}

const BEAT_MS = 1000
/** Without a beat for so long a hub counts as gone. */
export const PRESENT_MS = 4000
/** So many of its own beats unheard, and a hub takes its listening connection for deaf. */
const DEAF_BEATS = 3

export const createHubPulse = ({ self, scripts, feed, connection, scheduler, logger }: HubPulseDeps): HubPulse => {
  const hub = self.id
  let unheard = 0
  let present: ReadonlySet<string> | undefined
  let stopBeat = (): void => undefined

  const meet = (hubs: ReadonlySet<string>): void => {
    const known = present ?? new Set([hub])
    for (const other of hubs) if (!known.has(other)) logger.info('hub_joined', { hub: other, hubs: hubs.size })
    for (const other of known) if (!hubs.has(other)) logger.warn('hub_left', { hub: other, hubs: hubs.size })
    present = hubs
  }

  const listen = (): void => {
    unheard += 1
    if (unheard <= DEAF_BEATS) return
    // A connection can look sound and hear nothing.
    unheard = 0
    logger.warn('store_subscriber_deaf', { store: 'redis' })
    connection.listenAgain()
  }

  const beat = async (): Promise<boolean> => {
    const asked = feed().position()
    const ran = await scripts.run(BEAT_SCRIPT, String(PRESENT_MS), JSON.stringify(self.facts()))
    if (ran === undefined) return false
    const { position, hubs, asked: orders } = parseBeat(ran.reply)
    feed().headIs(position, asked)
    meet(new Set(hubs))
    for (const text of orders) {
      const order = parseOrder(text)
      if (order !== undefined) self.obey(order)
    }
    listen()
    return true
  }

  return {
    start: async () => {
      if (!(await beat())) throw new Error('no answer in time')
      stopBeat = scheduler.every(BEAT_MS, () => {
        beat().catch((cause: unknown) => logger.error('store_beat_failed', {}, cause))
      })
    },
    heard: () => {
      unheard = 0
    },
    stop: async () => {
      stopBeat()
      await scripts.run(LEAVE_SCRIPT)
    },
  }
}
