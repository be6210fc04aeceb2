// A program of its own: the `ws` package that sends back what it gets, and pings everybody twice a minute as its
// documentation shows.
import { WebSocketServer } from 'ws'

const PING_MS = 30_000

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env['PORT']) })
server.on('connection', (peer) => {
  peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }))
})
setInterval(() => {
  for (const peer of server.clients) peer.ping()
}, PING_MS)
process.on('SIGTERM', () => process.exit(0))
