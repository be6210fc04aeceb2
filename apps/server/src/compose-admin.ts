// Wires what administrators need: passwords, sessions, and the way in.

import { createMemorySessions } from './adapters/memory/memory-sessions.ts'
import { createScryptPasswords } from './adapters/passwords/scrypt-passwords.ts'
import type { Config } from './config/options.ts'
import { createAdminLogin, type AdminLogin } from './domain/admin-login.ts'
import { createAdminSessions } from './domain/admin-sessions.ts'
import type { AgentKeys, AgentView, RateLimits, Tokens } from './domain/ports.ts'
import { createMint, type Mint } from './domain/mint.ts'
import type { AdminSessions } from './domain/sessions.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import type { Meter } from './kernel/meter.ts'
import type { Random } from './kernel/random.ts'

export interface AdminDeps {
  readonly config: Config
  readonly password: string
  readonly tokens: Tokens
  readonly keys: AgentKeys
  readonly limits: Pick<RateLimits, 'reserveLogin'>
  readonly view: Pick<AgentView, 'get' | 'position'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
  readonly meter: Meter
}

export interface Admin {
  readonly login: AdminLogin
  readonly mint: Mint
  readonly sessions: AdminSessions
  readonly stop: () => Promise<void>
}

/** Sessions end within a second of their time. */
const SWEEP_MS = 250
const MINUTE_MS = 60_000

export const composeAdmin = (deps: AdminDeps): Admin => {
  const { config, password, tokens, keys, limits, view, clock, scheduler, random, logger, meter } = deps
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
  const account = { username: config.ADMIN_USERNAME, password }
  const login = createAdminLogin({ account, passwords, limits, sessions, tokens, clock, random })
  const tokenS = config.JWT_EXPIRE_MINUTES * 60
  const mint = createMint({ tokens, view, keys, signAdmin: login.sign, clock, random, tokenS })
  const stopSweep = scheduler.every(SWEEP_MS, () => {
    sessions.sweep().catch((cause: unknown) => logger.error('session_sweep_failed', {}, cause))
  })
  return {
    login,
    mint,
    sessions,
    stop: async () => {
      stopSweep()
      await store.close()
    },
  }
}
