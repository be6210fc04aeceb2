/**
 * Owns: the loop: frames of the hub in, page out.
 * Must not know: elements, frames' meaning.
 */
import { createClient } from '@arcp/client'
import { NOT_YET, connectionChanged, heard } from './connection-view.ts'
import { createPage } from './page.ts'
import { NOTHING_KNOWN, PAGE_SIZE, countsLag, see } from './registry-view.ts'

/** Heartbeats are no change the hub pushes: the list is asked for again, so that "last seen" is true. */
const REFRESH_MS = 10_000
/** Least time between two questions for the counts, which the hub itself sends every 30 s only. */
const COUNTS_MS = 1000

const arcp = createClient({ url: location.origin })
const page = createPage()
let view = NOTHING_KNOWN
let connected = NOT_YET

/** One flush a frame of the screen; a hidden tab paints nothing. */
let flushing = false
function changed(): void {
  if (flushing) return
  flushing = true
  requestAnimationFrame(() => {
    flushing = false
    page.show(view, connected)
  })
}

let countsAsked = Number.NEGATIVE_INFINITY
let countsTimer: ReturnType<typeof setTimeout> | undefined
function askCounts(): void {
  if (countsTimer !== undefined) return
  countsTimer = setTimeout(
    () => {
      countsAsked = performance.now()
      void readCounts().finally(() => {
        countsTimer = undefined
      })
    },
    Math.max(0, countsAsked + COUNTS_MS - performance.now()),
  )
}

async function readCounts(): Promise<void> {
  try {
    const { total_agents: total, alive_agents: alive, agent_types: types, system_status: status } = await arcp.stats()
    const counts = { total, alive, dead: total - alive, types, stores: status !== 'degraded', at: Date.now() }
    view = { ...view, counts }
    changed()
  } catch {
    // The last counts stay, with their time; the hub's next stats_update brings new ones.
  }
}

const frames = arcp.publicFrames({
  onStatus: (status) => {
    connected = connectionChanged(connected, status)
    changed()
  },
})

const askPage = (page: number) => frames.requestDiscovery({ page, page_size: PAGE_SIZE })

function refresh(): void {
  if (document.hidden || connected.state !== 'live') return
  view = { ...view, pages: [] }
  askPage(1)
}
setInterval(refresh, REFRESH_MS)
document.addEventListener('visibilitychange', refresh)

async function follow(): Promise<void> {
  for await (const frame of frames) {
    const now = Date.now()
    const seen = see(view, frame, now)
    view = seen.view
    connected = heard(now)
    if (seen.askPage !== null) askPage(seen.askPage)
    if (frame.type === 'welcome' || (frame.type !== 'stats_update' && countsLag(view))) askCounts()
    changed()
  }
}

changed()
// When the hub closes for good, `onStatus` has said so and the page shows it.
follow().catch(() => changed())
