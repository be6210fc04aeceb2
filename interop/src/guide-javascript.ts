// What the guide's JavaScript does wherever it runs. It reads every message as JSON, also the bare words `ping` and
// `pong`, which are none: in a page that is an error nobody caught, and the socket lives on; in Node it is the end.
import type { Recording } from './recording.ts'

export const HOURS = { PUBLIC_WS_INTERVAL: '3600', AGENT_WS_INTERVAL: '3600' }

/** A socket from which nothing comes for 2.25 s is closed: `ROUNDS` pings take longer. */
export const PINGED: Readonly<Record<string, string>> = {
  ...HOURS,
  PUBLIC_WS_PING_INTERVAL: '0.25',
  PUBLIC_WS_TIMEOUT: '2',
  AGENT_WS_PING_INTERVAL: '0.25',
  AGENT_WS_TIMEOUT: '2',
}
export const ROUNDS = 12

export const notJson = (word: 'ping' | 'pong'): string =>
  `SyntaxError: Unexpected token 'p', "${word}" is not valid JSON`

/** Waits for lines one after the other, each behind the one before. */
export const reader = <T>(lines: Recording<T>) => {
  let from = 0
  return async (fits: (line: T) => boolean): Promise<T> => {
    const { item, index } = await lines.find(fits, { from })
    from = index + 1
    return item
  }
}
