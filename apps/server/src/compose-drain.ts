// The end of a hub, in order: everybody is sent away, what was heard last is kept, the store is closed. None of them
// may hold it up for longer than its deadline.

import type { Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'

export interface DrainParts {
  readonly deadlineMs: number
  readonly after: Scheduler['after']
  readonly logger: Pick<Logger, 'warn' | 'error'>
  /** Resolves when nobody is left. @param withinMs by then all must have been told to go */
  readonly sendAway: (withinMs: number) => Promise<void>
  readonly stopTimers: () => void
  /** Hands the store the last signs of life. */
  readonly keepSigns: () => Promise<void>
  readonly closeStore: () => Promise<void>
  readonly closeTransport: () => Promise<void>
}

/** Sockets that do not go leave the store this much of the time: enough for one that is there. */
const STORE_MS = 1000

/** Resolves within the deadline. */
export const drainHub = async (parts: DrainParts): Promise<void> => {
  const { deadlineMs, after, logger } = parts
  const passed = (ms: number): Promise<'late'> => new Promise((resolve) => void after(ms, () => resolve('late')))
  const socketsMs = deadlineMs - Math.min(STORE_MS, deadlineMs / 4)
  const deadline = passed(deadlineMs)
  await Promise.race([passed(socketsMs), parts.sendAway(socketsMs)])
  parts.stopTimers()
  if ((await Promise.race([deadline, leaveStore(parts)])) === 'late') {
    logger.warn('store_not_closed', { reason: 'it gave no answer before DRAIN_DEADLINE_S' })
  }
  await parts.closeTransport()
}

const leaveStore = async ({ keepSigns, closeStore, logger }: DrainParts): Promise<void> => {
  await keepSigns().catch((cause: unknown) => logger.error('signs_of_life_not_kept', {}, cause))
  await closeStore().catch((cause: unknown) => logger.error('store_not_closed', {}, cause))
}
