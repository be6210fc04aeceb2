// A program of its own: the `ws` package that sends back what it gets, and pings everybody twice a minute as its
// documentation shows. The package is the one the interop tests use.
import { createRequire } from 'node:module'

interface Peer {
  readonly on: (event: string, run: (data: Buffer, isBinary: boolean) => void) => void
  readonly send: (data: Buffer, options: { readonly binary: boolean }) => void
  readonly ping: () => void
}

interface Server {
  readonly clients: ReadonlySet<Peer>
  readonly on: (event: string, run: (peer: Peer) => void) => void
}

type ServerConstructor = new (options: { readonly host: string; readonly port: number }) => Server

const PING_MS = 30_000

const isServerConstructor = (value: unknown): value is ServerConstructor => typeof value === 'function'

const require = createRequire(new URL('../../interop/package.json', import.meta.url))
const found: unknown = require('ws')
const WebSocketServer: unknown = typeof found === 'function' ? Reflect.get(found, 'WebSocketServer') : undefined
if (!isServerConstructor(WebSocketServer)) throw new Error('The ws package is not as expected.')

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env['PORT']) })
server.on('connection', (peer) => {
  peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }))
})
setInterval(() => {
  for (const peer of server.clients) peer.ping()
}, PING_MS)
process.on('SIGTERM', () => process.exit(0))
