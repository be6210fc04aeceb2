/**
 * Owns: putting what is known on the page.
 * Must not know: how it came to be known.
 */
import type { AgentRow } from './agent-row.ts'
import { stateText, staleText, type Connected } from './connection-view.ts'
import { createCommand } from './copy-command.ts'
import { element, setText } from './elements.ts'
import { filterOf, matches, searchWith } from './filter.ts'
import { clockTime } from './hub-time.ts'
import type { RegistryView } from './registry-view.ts'
import { createRowsView } from './rows-view.ts'
import { createThemeSwitch } from './theme.ts'

export interface Page {
  readonly show: (view: RegistryView, connected: Connected) => void
}

const numbers = new Intl.NumberFormat('en')
const agents = (count: number) => `${numbers.format(count)} ${count === 1 ? 'agent' : 'agents'}`

export function createPage(): Page {
  const [text, input, button] = [HTMLElement, HTMLInputElement, HTMLButtonElement]
  const rowsView = createRowsView(element('rows', HTMLTableSectionElement))
  const filter = element('filter', input)
  const banner = element('stale', text)
  let last: { readonly view: RegistryView; readonly connected: Connected } | null = null
  let listedBefore = false
  let filterBefore = ''

  setText(element('hub', text), location.host)
  createThemeSwitch(element('theme', button), element('theme-text', text))
  createCommand(element('command', text), element('copy', button), `node examples/first-agent.mjs ${location.origin}`)

  const showConnection = (connected: Connected) => {
    element('connection', text).dataset['state'] = connected.state
    setText(element('connection-text', text), stateText(connected))
    const stale = staleText(connected)
    document.body.classList.toggle('stale', stale !== null)
    banner.hidden = stale === null
    if (stale !== null) setText(element('stale-text', text), stale)
  }

  const showCounts = ({ counts }: RegistryView) => {
    if (counts === null) return
    for (const name of ['total', 'alive', 'dead', 'types'] as const) {
      setText(element(`count-${name}`, text), numbers.format(counts[name]))
    }
    const note = counts.stores ? '' : '. It cannot store anything at the moment: what is shown may be behind'
    setText(element('counts-note', text), `Counted by the hub at ${clockTime(counts.at)}${note}`)
  }

  const showRows = (view: RegistryView, rows: readonly AgentRow[]) => {
    const shown = rows.filter((row) => matches(row, filter.value))
    // What a filter brings back is not new.
    rowsView.show(shown, !listedBefore || filter.value !== filterBefore)
    listedBefore = true
    filterBefore = filter.value
    element('table', text).hidden = shown.length === 0
    element('empty', text).hidden = rows.length > 0
    setText(element('empty-title', text), (view.counts?.total ?? 0) > 0 ? 'No agent is alive' : 'No agents yet')
    element('unmatched', text).hidden = rows.length === 0 || shown.length > 0
    setText(element('unmatched-text', text), `“${filter.value.trim()}”`)
    setText(element('shown', text), summary(view, rows.length, shown.length))
  }

  const tick = () => {
    if (last === null) return
    const { skew } = last.view
    rowsView.tick({ now: Date.now() + skew, skew, stale: document.body.classList.contains('stale') })
  }

  const show = (view: RegistryView, connected: Connected) => {
    last = { view, connected }
    showConnection(connected)
    showCounts(view)
    element('waiting', text).hidden = view.rows !== null
    if (view.rows !== null) showRows(view, view.rows)
    document.title = title(view, connected)
    tick()
  }

  const again = () => last !== null && show(last.view, last.connected)
  const setFilter = (value: string) => {
    filter.value = value
    again()
  }
  filter.value = filterOf(location.search)
  filterBefore = filter.value
  filter.addEventListener('input', () => {
    history.replaceState(null, '', `${location.pathname}${searchWith(location.search, filter.value)}${location.hash}`)
    again()
  })
  addEventListener('popstate', () => setFilter(filterOf(location.search)))
  element('clear-filter', button).addEventListener('click', () => {
    history.replaceState(null, '', `${location.pathname}${searchWith(location.search, '')}${location.hash}`)
    setFilter('')
    filter.focus()
  })
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target === filter) return
    event.preventDefault()
    filter.focus()
  })
  setInterval(() => {
    if (!document.hidden) tick()
  }, 1000)
  return { show }
}

function summary({ listed }: RegistryView, known: number, shown: number): string {
  if (known === 0) return ''
  if (shown < known) return `${numbers.format(shown)} of ${agents(known)}`
  return listed > known ? `The first ${numbers.format(known)} of ${agents(listed)}` : agents(known)
}

function title({ rows, listed }: RegistryView, { state }: Connected): string {
  if (rows === null) return 'ARCP'
  return `${state === 'live' ? '' : '(stale) '}${numbers.format(listed)} alive · ARCP`
}
