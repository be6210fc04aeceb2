// A program of its own: uWebSockets.js that sends back what it gets, and pings who is silent for half a minute.
import uWS from 'uWebSockets.js'

const app = uWS.App()
app.ws('/*', {
  idleTimeout: 40,
  sendPingsAutomatically: true,
  message: (ws, message, isBinary) => void ws.send(message, isBinary),
})
app.listen('127.0.0.1', Number(process.env['PORT']), (socket) => {
  if (socket === false) process.exit(1)
})
process.on('SIGTERM', () => process.exit(0))
