// Runs the scripts and knows whether Redis is there. What got no answer is neither sent again nor taken for done.

import type { Logger } from '../../kernel/logger.ts'
import type { Connection } from './connection.ts'

export interface Scripts {
  /** @returns undefined when Redis is away or did not answer in time: it may or may not have been carried out */
  readonly run: (script: string, ...args: readonly string[]) => Promise<{ readonly reply: unknown } | undefined>
  readonly available: () => boolean
  /** Something else than a script failed: Redis counts as away until the next answer. */
  readonly failed: (cause: unknown) => void
}

export const createScripts = (
  connection: Pick<Connection, 'run'>,
  settings: () => string,
  logger: Pick<Logger, 'info' | 'error'>,
): Scripts => {
  let available = true

  const failed = (cause: unknown): void => {
    if (!available) return
    available = false
    logger.error('store_away', { store: 'redis' }, cause)
  }

  return {
    run: async (script, ...args) => {
      try {
        const reply = await connection.run(script, settings(), ...args)
        if (!available) logger.info('store_back', { store: 'redis' })
        available = true
        return { reply }
      } catch (cause) {
        failed(cause)
        return undefined
      }
    },
    available: () => available,
    failed,
  }
}
