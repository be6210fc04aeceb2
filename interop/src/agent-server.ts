// An HTTP server that an agent names as its endpoint: it keeps what it was asked and answers as a test tells it to.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: unknown
}

export interface AgentServer {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string
  readonly port: number
  readonly asked: readonly Asked[]
  readonly close: () => Promise<void>
}

export type Reply = (response: ServerResponse, request: IncomingMessage) => void

/** The answer of an agent that is well. */
export const accept: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** @param host an address of this machine */
export const startAgentServer = (reply: Reply = accept, host = '127.0.0.1'): Promise<AgentServer> =>
  new Promise((resolve, reject) => {
    const asked: Asked[] = []
    const listener: RequestListener = (request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      request.on('end', () => {
        asked.push({
          method: request.method ?? '',
          path: request.url ?? '',
          headers: request.headers,
          body: parse(text),
        })
        reply(response, request)
      })
    }
    const server = createServer(listener)
    server.once('error', reject)
    server.listen({ host, port: 0 }, () => {
      const address = server.address()
      if (typeof address !== 'object' || address === null) return reject(new Error('no port'))
      resolve({
        url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
        port: address.port,
        asked,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
