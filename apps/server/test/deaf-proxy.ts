// A proxy before Redis that can swallow what goes to the listening connections, as a network that loses one direction
// does, or hold back what is sent to Redis: nobody is told, the connections look sound. Those made later are not affected.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface DeafProxy {
  readonly url: string
  readonly deafen: () => void
  /** What is sent over the connections there are now waits until the release, or the end of its connection. */
  readonly hold: () => void
  readonly release: () => void
  readonly stop: () => Promise<void>
}

export const createDeafProxy = async (redisUrl: string): Promise<DeafProxy> => {
  const target = Number(new URL(redisUrl).port)
  const sockets = new Set<Socket>()
  const listening = new Set<Socket>()
  const deaf = new Set<Socket>()
  const clients = new Set<Socket>()
  const held = new Map<Socket, (() => void)[]>()
  const server = createServer((client) => {
    const redis = connect(target, '127.0.0.1')
    clients.add(client)
    for (const socket of [client, redis]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        clients.delete(client)
        held.delete(client)
        client.destroy()
        redis.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => {
      if (/\bsubscribe\b/i.test(chunk.toString('latin1'))) listening.add(client)
      const pass = (): void => void redis.write(chunk)
      const waiting = held.get(client)
      if (waiting === undefined) pass()
      else waiting.push(pass)
    })
    redis.on('data', (chunk: Buffer) => {
      if (!deaf.has(client)) client.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `redis://127.0.0.1:${address.port}`,
    deafen: () => {
      for (const client of listening) deaf.add(client)
    },
    hold: () => {
      for (const client of clients) held.set(client, [])
    },
    release: () => {
      for (const waiting of held.values()) for (const pass of waiting) pass()
      held.clear()
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
