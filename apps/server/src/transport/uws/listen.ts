// Taking the port, and saying exactly why it cannot be taken.

import { createServer } from 'node:net'

import type { TemplatedApp, us_listen_socket } from 'uWebSockets.js'

import { err, ok, type Result } from '../../kernel/result.ts'

declare module 'uWebSockets.js' {
  // The library takes options with a host; its types do not say so.
  interface TemplatedApp {
    listen(host: string, port: number, options: number, done: (socket: us_listen_socket | false) => void): TemplatedApp
  }
}

/** `EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`, `ENOTFOUND` … */
export type ListenFault = string

/** Without it two processes share one port, and each gets half of the connections. */
const EXCLUSIVE_PORT = 1

/** The library does not say why it could not listen; Node does. */
const whyNot = (host: string, port: number): Promise<ListenFault> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', (cause) => resolve('code' in cause ? String(cause.code) : 'EUNKNOWN'))
    server.listen({ host, port }, () => server.close(() => resolve('EUNKNOWN')))
  })

export const takePort = async (
  app: TemplatedApp,
  host: string,
  port: number,
): Promise<Result<us_listen_socket, ListenFault>> => {
  const taken = await new Promise<us_listen_socket | false>((resolve) => {
    app.listen(host, port, EXCLUSIVE_PORT, resolve)
  })
  return taken === false ? err(await whyNot(host, port)) : ok(taken)
}
