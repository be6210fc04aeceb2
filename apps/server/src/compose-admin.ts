// Wires what administrators need: passwords, sessions, and the way in.

import { createMemorySessions } from './adapters/memory/memory-sessions.ts'
import { createScryptPasswords } from './adapters/passwords/scrypt-passwords.ts'
import type { Config } from './config/options.ts'
import { createAdminSessions } from './domain/admin-sessions.ts'
import type { Passwords } from './domain/passwords.ts'
import type { AdminSessions } from './domain/sessions.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import type { Meter } from './kernel/meter.ts'
import type { Random } from './kernel/random.ts'

export interface AdminDeps {
  readonly config: Pick<Config, 'SESSION_TIMEOUT' | 'SESSION_ABSOLUTE_MAX' | 'MAX_SESSIONS'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
  readonly meter: Meter
}

export interface Admin {
  readonly passwords: Passwords
  readonly sessions: AdminSessions
  readonly stop: () => Promise<void>
}

/** Sessions end within a second of their time. */
const SWEEP_MS = 250
const MINUTE_MS = 60_000

export const composeAdmin = ({ config, clock, scheduler, random, logger, meter }: AdminDeps): Admin => {
  const passwords = createScryptPasswords(meter)
  const store = createMemorySessions(
    {
      timeoutMs: config.SESSION_TIMEOUT * MINUTE_MS,
      absoluteMs: config.SESSION_ABSOLUTE_MAX * MINUTE_MS,
      maxPerUser: config.MAX_SESSIONS,
    },
    clock,
  )
  const sessions = createAdminSessions({ store, passwords, random, meter })
  const stopSweep = scheduler.every(SWEEP_MS, () => {
    sessions.sweep().catch((cause: unknown) => logger.error('session_sweep_failed', {}, cause))
  })
  return {
    passwords,
    sessions,
    stop: async () => {
      stopSweep()
      await store.close()
    },
  }
}
