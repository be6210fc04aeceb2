// What a channel may do with a WebSocket. The transport implements it; tests have one in memory.

/** Every method is safe after the socket has closed; it then does nothing. */
export interface Socket {
  /** Never drops: the library's own limit is off (`maxBackpressure: 0`), the fan-out measures what is unsent. */
  readonly send: (text: string) => void
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
