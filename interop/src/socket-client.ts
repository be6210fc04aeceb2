// A WebSocket client as a process of its own, so that it can be paused like one. It answers protocol pings, as every
// library does, and nothing else. Prints a JSON line for everything that happens to its socket.
// Environment: ARCP_WS (the address), ARCP_TOKEN (sent at once when it is set).
import { WebSocket } from 'ws'

const { ARCP_WS: url = '', ARCP_TOKEN: token } = process.env
const tell = (event: string, facts: Readonly<Record<string, unknown>> = {}): void => {
  process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`)
}

const socket = new WebSocket(url)
socket.on('open', () => {
  if (token !== undefined) socket.send(JSON.stringify({ token }))
  tell('open')
})
socket.on('message', (data) => tell('message', { text: Buffer.isBuffer(data) ? data.toString('utf8') : null }))
socket.on('error', ({ message }) => tell('error', { message }))
socket.on('close', (code, reason) => tell('close', { code, reason: reason.toString('utf8') }))
