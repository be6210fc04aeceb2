// Memory of another process, as Linux counts it.
import { readFileSync } from 'node:fs'

/** The bytes behind a name in a table of `/proc` like `Rss:   1234 kB`. */
export const bytesIn = (text: string, name: string): number => {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
  if (found === undefined) throw new Error(`No ${name} in ${text.slice(0, 200)}`)
  return Number(found) * 1024
}

/** Resident bytes. Counted page by page: the figure in `statm` may lag by some hundred kilobytes. */
export const residentBytes = (pid: number): number => bytesIn(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Rss')
