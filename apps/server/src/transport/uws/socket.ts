// The Socket port on one uWebSockets.js socket. The library throws when a closed socket is used: guarded here, once.

import type { WebSocket } from 'uWebSockets.js'

import type { Session } from '../../channels/session.ts'
import type { Socket } from '../../channels/socket.ts'

/** What hangs on a native socket. */
export interface SocketData {
  readonly address: string
  session: Session | undefined
  closed: boolean
}

export const createSocket = (ws: WebSocket<SocketData>): Socket => {
  const data = ws.getUserData()
  return {
    send: (text) => {
      if (!data.closed) ws.send(text)
    },
    ping: () => {
      if (!data.closed) ws.ping()
    },
    join: (topic) => {
      if (!data.closed) ws.subscribe(topic)
    },
    leave: (topic) => {
      if (!data.closed) ws.unsubscribe(topic)
    },
    buffered: () => (data.closed ? 0 : ws.getBufferedAmount()),
    end: (code, reason) => {
      if (!data.closed) ws.end(code, reason)
    },
  }
}
