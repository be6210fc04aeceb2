// Listening on a host with options: the library does it, its types do not say so.

import type { TemplatedApp, us_listen_socket } from 'uWebSockets.js'

declare module 'uWebSockets.js' {
  interface TemplatedApp {
    listen(host: string, port: number, options: number, done: (socket: us_listen_socket | false) => void): TemplatedApp
  }
}

/** Without it two processes share one port, and each gets half of the connections. */
const EXCLUSIVE_PORT = 1

export const listenExclusively = (
  app: TemplatedApp,
  host: string,
  port: number,
): Promise<us_listen_socket | undefined> =>
  new Promise((resolve) => {
    app.listen(host, port, EXCLUSIVE_PORT, (socket) => resolve(socket === false ? undefined : socket))
  })
