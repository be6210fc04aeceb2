/** Owns: reading and writing moments. Must not know: the page. Every function is handed epoch milliseconds. */

const NAIVE = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}\.\d{3})\d*$/

/** A `YYYY-MM-DD HH:MM:SS.ffffff` of the hub, which is UTC, as epoch milliseconds; null for anything else. */
export function parseHubTime(text: string): number | null {
  const parts = NAIVE.exec(text)
  const ms = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2]}Z`)
  return Number.isNaN(ms) ? null : ms
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, in two units at most. What lies in the future by a skewed clock is now. */
export function relativeTime(at: number, now: number): string {
  const ago = Math.max(0, now - at)
  if (ago < 2 * SECOND) return 'now'
  if (ago < MINUTE) return `${Math.floor(ago / SECOND)} s ago`
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min ago`
  if (ago < DAY) {
    const minutes = Math.floor((ago % HOUR) / MINUTE)
    return `${Math.floor(ago / HOUR)} h${minutes === 0 ? '' : ` ${minutes} min`} ago`
  }
  return `${Math.floor(ago / DAY)} d ago`
}

const pad = (value: number) => String(value).padStart(2, '0')

/** `hh:mm:ss` where the reader is. */
export function clockTime(at: number): string {
  const date = new Date(at)
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
}

/** Day and time where the reader is, and in UTC. */
export function exactTime(at: number): string {
  const date = new Date(at)
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  return `${day} ${clockTime(at)} local time (${date.toISOString()})`
}
