/** Owns: a world for tests: time that stands still until told, sockets and answers that do what the test says. */
import type { Environment, FetchInit, WebSocketConstructor, WebSocketLike } from '../src/environment.ts'

export interface SentRequest extends FetchInit {
  readonly url: string
}

/** What the hub answers; `never` leaves the call hanging until it is aborted. */
export type Answer =
  | { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }
  | 'never'
  | Error

export class FakeSocket implements WebSocketLike {
  readonly sent: string[] = []
  readonly url: string
  closedWith: number | null = null
  readonly #listeners = new Map<string, ((event: unknown) => void)[]>()

  constructor(url: string) {
    this.url = url
  }

  send(data: string): void {
    this.sent.push(data)
  }

  close(code = 1005): void {
    this.closedWith ??= code
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  open(): void {
    this.#emit('open', {})
  }

  say(frame: unknown): void {
    this.#emit('message', { data: typeof frame === 'string' ? frame : JSON.stringify(frame) })
  }

  end(code: number, reason = ''): void {
    this.#emit('close', { code, reason })
  }

  #emit(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
  }
}

interface Timer {
  readonly at: number
  readonly act: () => void
}

export interface ManualWorld extends Environment {
  readonly requests: SentRequest[]
  readonly sockets: FakeSocket[]
  readonly answer: (...answers: Answer[]) => void
  /** Runs what falls due within `ms`, in order. */
  readonly advance: (ms: number) => void
  /** Timers still set. */
  readonly timers: () => number
  readonly socket: () => FakeSocket
}

export function createManualWorld(): ManualWorld {
  let now = 1_700_000_000_000
  const timers = new Set<Timer>()
  const requests: SentRequest[] = []
  const sockets: FakeSocket[] = []
  const answers: Answer[] = []

  const WebSocket: WebSocketConstructor = class extends FakeSocket {
    constructor(url: string) {
      super(url)
      sockets.push(this)
    }
  }

  const nextDue = (until: number) =>
    [...timers]
      .filter(({ at }) => at <= until)
      .reduce<Timer | null>((a, b) => (a === null || b.at < a.at ? b : a), null)

  return {
    now: () => now,
    after: (ms, act) => {
      const timer = { at: now + ms, act }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    random: () => 0.5,
    fetch: (url, init) => {
      requests.push({ url, ...init })
      const answer = answers.shift() ?? new Error('no answer was prepared')
      if (answer instanceof Error) return Promise.reject(answer)
      if (answer === 'never') {
        return new Promise((_, reject) => {
          init.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')))
        })
      }
      const { status, body, headers = {} } = answer
      return Promise.resolve({
        status,
        headers: { get: (name: string) => headers[name] ?? null },
        text: () => Promise.resolve(typeof body === 'string' ? body : JSON.stringify(body)),
      })
    },
    WebSocket,
    requests,
    sockets,
    answer: (...more) => {
      answers.push(...more)
    },
    advance: (ms) => {
      const until = now + ms
      for (let due = nextDue(until); due !== null; due = nextDue(until)) {
        timers.delete(due)
        now = due.at
        due.act()
      }
      now = until
    },
    timers: () => timers.size,
    socket: () => {
      const last = sockets.at(-1)
      if (last === undefined) throw new Error('no socket was opened')
      return last
    },
  }
}
