/**
 * Owns: the rows of the table: one element an agent for as long as it is there.
 * Must not know: where agents come from. Everything an agent says is set as text.
 */
import type { AgentRow } from './agent-row.ts'
import { diffRows } from './diff-rows.ts'
import { make, setText } from './elements.ts'
import { clockTime, exactTime, relativeTime } from './hub-time.ts'

/** Milliseconds a row is marked as new. */
const NEW_MS = 8000
const CHIPS = 3

export interface RowTimes {
  /** Now by the hub's clock. */
  readonly now: number
  /** The hub's clock minus ours. */
  readonly skew: number
  /** Not connected: times are exact, as nothing is known since. */
  readonly stale: boolean
}

export interface RowsView {
  /** Makes the table show these rows, in this order. `quiet`: the reader asked for it, so none is marked new or gone. */
  readonly show: (rows: readonly AgentRow[], quiet: boolean) => void
  readonly tick: (times: RowTimes) => void
}

interface Line {
  readonly element: HTMLTableRowElement
  readonly name: HTMLElement
  readonly id: HTMLElement
  readonly type: HTMLElement
  readonly capabilities: HTMLElement
  readonly version: HTMLElement
  readonly owner: HTMLElement
  readonly endpoint: HTMLElement
  readonly seen: HTMLElement
  row: AgentRow
}

export function createRowsView(body: HTMLTableSectionElement): RowsView {
  const lines = new Map<string, Line>()
  let present: string[] = []
  /** While the pointer is on the table nothing below it moves: rows that go stay, marked, until it leaves. */
  let held = false
  const gone = new Set<Line>()

  body.addEventListener('pointerenter', (event) => {
    held = event.pointerType === 'mouse'
  })
  body.addEventListener('pointerleave', () => {
    held = false
    dropGone()
  })

  const dropGone = () => {
    for (const line of gone) line.element.remove()
    gone.clear()
  }

  const remove = (id: string, atOnce: boolean) => {
    const line = lines.get(id)
    if (line === undefined) return
    lines.delete(id)
    if (atOnce || !held) return line.element.remove()
    line.element.dataset['gone'] = ''
    gone.add(line)
  }

  return {
    show: (rows, quiet) => {
      const { removed, placed } = diffRows(
        present,
        rows.map(({ id }) => id),
      )
      const atOnce = quiet || rows.length === 0
      if (atOnce) dropGone()
      for (const id of removed) remove(id, atOnce)
      for (const row of rows) {
        const line = lines.get(row.id)
        if (line === undefined) lines.set(row.id, createLine(row, quiet))
        else if (line.row !== row) fill(line, row)
      }
      for (const { id, before } of placed) {
        const line = lines.get(id)
        const anchor = before === null ? undefined : lines.get(before)
        if (line !== undefined) body.insertBefore(line.element, anchor?.element ?? null)
      }
      present = rows.map(({ id }) => id)
    },
    tick: (times) => {
      for (const line of lines.values()) showSeen(line, times)
    },
  }
}

function createLine(row: AgentRow, quiet: boolean): Line {
  const element = document.createElement('tr')
  element.setAttribute('role', 'row')
  const cell = (label: string, className: string) => {
    const made = make(label === 'Agent' ? 'th' : 'td', className)
    made.setAttribute('role', label === 'Agent' ? 'rowheader' : 'cell')
    made.dataset['label'] = label
    element.append(made)
    return made
  }
  const agent = cell('Agent', 'agent')
  agent.setAttribute('scope', 'row')
  const name = make('span', 'name')
  const id = make('span', 'id')
  agent.append(name, id)
  const type = make('span', 'type')
  cell('Type', '').append(type)
  const line: Line = {
    element,
    name,
    id,
    type,
    capabilities: cell('Capabilities', 'capabilities'),
    version: cell('Version', 'version'),
    owner: cell('Owner', 'owner'),
    endpoint: make('span', ''),
    seen: make('time', ''),
    row,
  }
  cell('Endpoint', 'endpoint').append(line.endpoint)
  cell('Last seen', 'seen end').append(line.seen)
  fill(line, row)
  if (!quiet) markNew(line, agent)
  return line
}

function markNew({ element }: Line, agent: HTMLElement): void {
  const badge = make('span', 'badge', 'new')
  agent.querySelector('.name')?.after(badge)
  element.classList.add('fresh')
  setTimeout(() => {
    badge.remove()
    element.classList.remove('fresh')
  }, NEW_MS)
}

function fill(line: Line, row: AgentRow): void {
  line.row = row
  setText(line.name, row.name)
  setText(line.id, row.id)
  setText(line.type, row.type)
  setText(line.version, row.version === '' ? '–' : row.version)
  setText(line.owner, row.owner === '' ? '–' : row.owner)
  setText(line.endpoint, row.endpoint)
  line.endpoint.title = row.endpoint
  fillChips(line.capabilities, row.capabilities)
}

function fillChips(cell: HTMLElement, capabilities: readonly string[]): void {
  const all = capabilities.join(', ')
  // The title doubles as what is shown now: agents seldom change.
  if (cell.title === all && cell.childElementCount > 0) return
  cell.title = all
  const chips = capabilities.slice(0, CHIPS).map((text) => make('span', 'chip', text))
  const more = capabilities.length - CHIPS
  if (more > 0) chips.push(make('span', 'more', `+${more}`))
  cell.replaceChildren(...chips)
}

function showSeen({ seen, row }: Line, { now, skew, stale }: RowTimes): void {
  if (row.lastSeen === null) return setText(seen, '–')
  const local = row.lastSeen - skew
  setText(seen, stale ? clockTime(local) : relativeTime(row.lastSeen, now))
  const exact = exactTime(local)
  if (seen.title === exact) return
  seen.title = exact
  seen.setAttribute('datetime', new Date(row.lastSeen).toISOString())
}
