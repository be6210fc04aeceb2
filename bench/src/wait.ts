// Pacing, and ports nobody listens on.
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export const delay = async (ms: number): Promise<void> => {
  await sleep(ms)
}

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
