/** Owns: the filter's meaning and its place in the URL. Must not know: the page. */
import type { AgentRow } from './agent-row.ts'

const PARAMETER = 'q'
const MAX_LENGTH = 200

/** True when every word of the filter is somewhere in the row. An empty filter matches all. */
export function matches(row: Pick<AgentRow, 'text'>, filter: string): boolean {
  return wordsOf(filter).every((word) => row.text.includes(word))
}

function wordsOf(filter: string): string[] {
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}

export function filterOf(search: string): string {
  return (new URLSearchParams(search).get(PARAMETER) ?? '').slice(0, MAX_LENGTH)
}

/** The query part with the filter in it; other parameters stay. Empty when nothing is left. */
export function searchWith(search: string, filter: string): string {
  const query = new URLSearchParams(search)
  if (filter.trim() === '') query.delete(PARAMETER)
  else query.set(PARAMETER, filter)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
