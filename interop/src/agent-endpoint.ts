// An agent as the hub calls it: an HTTP server that takes everything with 200 and remembers it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { recording, type Recording } from './recording.ts'

export interface Taken {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly body: unknown
}

export interface AgentEndpoint {
  readonly url: string
  readonly taken: Recording<Taken>
  readonly stop: () => Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text === '' ? undefined : JSON.parse(text)
}

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null

export const startAgentEndpoint = async (): Promise<AgentEndpoint> => {
  const taken = recording<Taken>('calls of an agent', (call) => JSON.stringify(call))
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    taken.push({ method: request.method, path: request.url, body: await bodyOf(request) })
    response.setHeader('content-type', 'application/json').end('{"status":"accepted"}')
  }
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  const address = server.address()
  if (!isAddress(address)) throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    taken,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
