// Runs the scripts and knows whether Redis is there. What got no answer is neither sent again nor taken for done.

import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Connection } from './connection.ts'

export interface Scripts {
  /** @returns undefined when Redis is away or did not answer in time: it may or may not have been carried out */
  readonly run: (script: string, ...args: readonly string[]) => Promise<{ readonly reply: unknown } | undefined>
  readonly available: () => boolean
  /** A question to Redis outside of `run` failed: it is told, and counts, in the same way. */
  readonly failed: (cause: unknown) => void
}

export interface ScriptsDeps {
  readonly connection: Pick<Connection, 'run' | 'address' | 'reason' | 'isRefusal'>
  readonly settings: () => string
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Pick<Logger, 'info' | 'error'>
  readonly onBack: () => void
}

/** While Redis is away it is said again this often. */
const REMIND_MS = 60_000

const CONSEQUENCE =
  'reads, sockets and heartbeats go on; registering and removing are answered 503 until it is back; ' +
  'connecting again by itself'

export const createScripts = ({ connection, settings, clock, logger, onBack }: ScriptsDeps): Scripts => {
  /** Monotonic milliseconds; undefined while Redis is there. */
  let awaySince: number | undefined
  let saidAt = 0
  let refusedAt = Number.NEGATIVE_INFINITY

  const awayS = (): number => Math.round((clock.monotonic() - (awaySince ?? clock.monotonic())) / 1000)

  const away = (cause: unknown): void => {
    const now = clock.monotonic()
    if (awaySince !== undefined && now - saidAt < REMIND_MS) return
    awaySince ??= now
    saidAt = now
    logger.error('store_away', {
      store: 'redis',
      address: connection.address,
      reason: connection.reason(cause),
      away_s: awayS(),
      detail: CONSEQUENCE,
    })
  }

  // Redis is there: others may be served, and this may be one record or one right. Said once a minute.
  const refused = (cause: unknown): void => {
    const now = clock.monotonic()
    if (now - refusedAt < REMIND_MS) return
    refusedAt = now
    logger.error('store_refused', { store: 'redis', address: connection.address, reason: connection.reason(cause) })
  }

  const failed = (cause: unknown): void => (connection.isRefusal(cause) ? refused(cause) : away(cause))

  const back = (): void => {
    if (awaySince === undefined) return
    logger.info('store_back', { store: 'redis', address: connection.address, away_s: awayS() })
    awaySince = undefined
    onBack()
  }

  return {
    run: async (script, ...args) => {
      try {
        const reply = await connection.run(script, settings(), ...args)
        back()
        return { reply }
      } catch (cause) {
        failed(cause)
        return undefined
      }
    },
    available: () => awaySince === undefined,
    failed,
  }
}
