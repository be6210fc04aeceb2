// What the parts of the composition are handed.

import type { Config } from './config/options.ts'
import type { Secrets } from './config/secrets.ts'
import type { HubSelf } from './domain/hubs.ts'
import type { Clock, Scheduler } from './kernel/clock.ts'
import type { Logger } from './kernel/logger.ts'
import type { Random } from './kernel/random.ts'

export interface StoreDeps {
  readonly config: Config
  /** This hub, as it tells others on the same store. */
  readonly self: HubSelf
  readonly secrets: Pick<Secrets, 'jwtSecret' | 'agentKeys'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly logger: Logger
}
