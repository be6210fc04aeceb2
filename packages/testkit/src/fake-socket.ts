// A socket in memory: keeps what was sent, and can be made to read slowly.

export interface FakeSocket {
  readonly send: (text: string) => void
  readonly ping: () => void
  readonly join: (topic: string) => void
  readonly leave: (topic: string) => void
  readonly buffered: () => number
  readonly end: (code: number, reason: string) => void
  /** Texts in the order they were sent. */
  readonly sent: string[]
  readonly topics: ReadonlySet<string>
  readonly pings: () => number
  readonly closed: () => { readonly code: number; readonly reason: string } | undefined
  /** Frames sent as JSON, since the last call. */
  readonly frames: () => unknown[]
  /** From now on nothing is read: what is sent is buffered. */
  readonly stall: () => void
  /** Reads everything that waits. */
  readonly drain: () => void
}

export const createFakeSocket = (): FakeSocket => {
  const sent: string[] = []
  const topics = new Set<string>()
  let read = 0
  let pings = 0
  let stalled = false
  let waiting = 0
  let end: { readonly code: number; readonly reason: string } | undefined

  return {
    send: (text) => {
      if (end !== undefined) return
      sent.push(text)
      if (stalled) waiting += Buffer.byteLength(text)
    },
    ping: () => {
      pings += 1
    },
    join: (topic) => void topics.add(topic),
    leave: (topic) => void topics.delete(topic),
    buffered: () => waiting,
    end: (code, reason) => {
      end ??= { code, reason }
    },
    sent,
    topics,
    pings: () => pings,
    closed: () => end,
    frames: () => {
      const fresh = sent
        .slice(read)
        .map((text): unknown => (text === 'ping' || text === 'pong' ? text : JSON.parse(text)))
      read = sent.length
      return fresh
    },
    stall: () => {
      stalled = true
    },
    drain: () => {
      stalled = false
      waiting = 0
    },
  }
}
