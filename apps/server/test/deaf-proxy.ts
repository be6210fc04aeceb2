// A proxy before Redis that can swallow what goes to the listening connections, as a network that loses one direction
// does: nobody is told, the connection looks sound. Connections made later are not affected.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface DeafProxy {
  readonly url: string
  readonly deafen: () => void
  readonly stop: () => Promise<void>
}

export const createDeafProxy = async (redisUrl: string): Promise<DeafProxy> => {
  const target = Number(new URL(redisUrl).port)
  const sockets = new Set<Socket>()
  const listening = new Set<Socket>()
  const deaf = new Set<Socket>()
  const server = createServer((client) => {
    const redis = connect(target, '127.0.0.1')
    for (const socket of [client, redis]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        redis.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => {
      if (/\bsubscribe\b/i.test(chunk.toString('latin1'))) listening.add(client)
      redis.write(chunk)
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
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
