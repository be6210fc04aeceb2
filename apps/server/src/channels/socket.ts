// What a channel may do with a WebSocket. The transport implements it; tests have one in memory.

/** `buffered`: taken, but the peer reads too slowly to have it sent at once. `closed`: nothing was sent. */
export type SendVerdict = 'sent' | 'buffered' | 'dropped' | 'closed'

/** Every method is safe after the socket has closed; it then does nothing. */
export interface Socket {
  readonly send: (text: string) => SendVerdict
  /** A protocol ping (RFC 6455, 5.5.2). */
  readonly ping: () => void
  readonly join: (topic: string) => void
  readonly leave: (topic: string) => void
  /** Bytes taken and not yet sent. */
  readonly buffered: () => number
  /** Sends a close frame and ends the connection. */
  readonly end: (code: number, reason: string) => void
}

/** Sends one text to every socket that joined a topic. Never drops: a slow socket buffers. */
export interface Publisher {
  readonly publish: (topic: string, text: string) => void
}
