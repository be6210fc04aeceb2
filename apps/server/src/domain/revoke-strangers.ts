// Agents whose key is no key of this hub: a removed key ends the agents that were registered with it.

import type { Logger } from '../kernel/logger.ts'
import type { Agent } from './agent.ts'
import type { AgentRef, Command } from './command.ts'
import type { AgentKeys } from './ports.ts'

export interface Strangers {
  /** Says how many there are. For the start of a hub: a key file in the wrong place must not end everybody. */
  readonly warn: () => void
  /** Ends them all; what the store does not take is tried again. Resolves when the first attempt is over. */
  readonly revoke: () => Promise<void>
  /** Plans no further attempt. One that is under way goes on, as the next start of the hub only says who is left. */
  readonly stop: () => void
}

export interface StrangersDeps {
  readonly agents: () => readonly Agent[]
  readonly keys: Pick<AgentKeys, 'knows'>
  /** @returns false when the store is away and nothing was committed */
  readonly commit: (command: Command) => Promise<boolean>
  readonly logger: Logger
  /** Lets the event loop turn: called between batches. */
  readonly pause: () => Promise<void>
  readonly after: (delayMs: number, run: () => void) => () => void
}

/** Agents ended by one command, so that the event loop is never held. */
const BATCH = 500
const RETRY_MS = 1000
/** A registration that was under way when its key went may be committed a little later: it is looked for once more. */
const LOOK_AGAIN_MS = 5000

export const createStrangers = ({ agents, keys, commit, logger, pause, after }: StrangersDeps): Strangers => {
  let cancel = (): void => undefined
  let stopped = false
  let last: Promise<void> = Promise.resolve()

  const strangers = (): readonly AgentRef[] => {
    // Few keys, many agents: each key is asked for once.
    const known = new Map<string, boolean>()
    const isStranger = ({ keyId }: Agent): boolean => {
      const before = known.get(keyId)
      if (before !== undefined) return !before
      const knows = keys.knows(keyId)
      known.set(keyId, knows)
      return !knows
    }
    return agents()
      .filter(isStranger)
      .map(({ id, incarnation }) => ({ id, incarnation }))
  }

  const attempt = async (lookAgain: boolean): Promise<void> => {
    cancel()
    const found = strangers()
    let revoked = 0
    try {
      for (; revoked < found.length; revoked += BATCH) {
        if (revoked > 0) await pause()
        if (!(await commit({ kind: 'revoke', agents: found.slice(revoked, revoked + BATCH) }))) break
      }
    } finally {
      if (revoked > 0) logger.warn('agents_revoked', { agents: Math.min(revoked, found.length), why: 'key removed' })
      planNext(found.length - revoked, lookAgain)
    }
  }

  const planNext = (left: number, lookAgain: boolean): void => {
    if (left > 0) {
      logger.error('agents_not_revoked', { agents: left, ...(stopped ? {} : { retry_s: RETRY_MS / 1000 }) })
    }
    if (stopped) return
    if (left > 0) {
      cancel = after(RETRY_MS, () => void run(lookAgain))
    } else if (lookAgain) {
      cancel = after(LOOK_AGAIN_MS, () => void run(false))
    }
  }

  // One after the other: keys may be replaced again while agents of the first are being ended.
  const run = (lookAgain: boolean): Promise<void> => {
    last = last.then(() => attempt(lookAgain)).catch((cause: unknown) => logger.error('revoking_failed', {}, cause))
    return last
  }

  return {
    warn: () => {
      const { length } = strangers()
      if (length > 0) logger.warn('agents_of_unknown_keys', { agents: length })
    },
    revoke: () => run(true),
    stop: () => {
      stopped = true
      cancel()
    },
  }
}
