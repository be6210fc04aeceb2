// Names by the system's resolver, a few at a time: it works on threads that the whole process shares, and a name server
// that does not answer holds one of them.

import { lookup } from 'node:dns/promises'

import type { Clock } from '../../kernel/clock.ts'
import type { Resolve } from './resolve.ts'

/** Of four threads. */
const MAX_LOOKUPS = 2

/**
 * @param patienceMs whoever waited longer for his turn is gone and is not looked up any more
 */
export const createLookup = (
  clock: Pick<Clock, 'monotonic'>,
  patienceMs: number,
  ask: Resolve = askSystem,
): Resolve => {
  const waiting: (() => void)[] = []
  let running = 0

  const turn = (): Promise<void> | undefined => {
    if (running < MAX_LOOKUPS) {
      running += 1
      return undefined
    }
    return new Promise((resolve) => waiting.push(resolve))
  }

  return async (host) => {
    const asked = clock.monotonic()
    await turn()
    try {
      return clock.monotonic() - asked > patienceMs ? [] : await ask(host)
    } finally {
      // The turn goes to the next one as it is.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

const askSystem: Resolve = async (host) => {
  const found = await lookup(host, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}
