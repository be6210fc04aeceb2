// When a token ends, on the clock that sockets are watched by.

import type { Clock } from '../kernel/clock.ts'

/**
 * @param expiresAt epoch seconds
 * @returns monotonic milliseconds
 */
export const untilExpiry = (clock: Clock, expiresAt: number): number =>
  clock.monotonic() + Math.max(0, expiresAt * 1000 - clock.wall())
