// Prints one line for each change seen on /public/ws: agents that come, change and go, and the connection itself.
//
//   node examples/watch.mjs [http://localhost:8001]      needs Node 22 for its WebSocket: npx -y node@22 examples/watch.mjs
import { fail, hubUrl, loadClient } from './lib.mjs'

const PAGE_SIZE = 100

const url = hubUrl()
if (typeof globalThis.WebSocket !== 'function') {
  fail(
    `This example needs Node 22 or newer for its built-in WebSocket; this is Node ${process.versions.node}. ` +
      'Run it with: npx -y node@22 examples/watch.mjs',
  )
}
const { createClient } = await loadClient()

/** @typedef {import('@arcp/client').LegacyAgentView} Agent */

/** @param {string} line */
const say = (line) => process.stdout.write(`${new Date().toLocaleTimeString('en-GB')}  ${line}\n`)

/** A record without what changes all by itself. @param {Agent} agent */
const card = ({ last_seen: _seen, metrics: _metrics, ...rest }) => JSON.stringify(rest)

/** @type {Map<string, Agent>} */
let known = new Map()

/** Says what differs from the last list. @param {readonly Agent[]} agents */
function compare(agents) {
  /** @type {Map<string, Agent>} */
  const now = new Map(agents.map((agent) => [agent.agent_id, agent]))
  for (const [id, agent] of now) {
    const before = known.get(id)
    if (before === undefined) say(`+ ${id}  ${agent.name}, ${agent.agent_type}, ${agent.endpoint}`)
    else if (card(before) !== card(agent)) say(`~ ${id}  ${agent.name}, ${agent.agent_type}, ${agent.endpoint}`)
  }
  for (const id of known.keys()) if (!now.has(id)) say(`- ${id}`)
  known = now
}

/** @param {import('@arcp/client').ConnectionStatus} status */
function onStatus(status) {
  if (status.state === 'open') say(`connected to ${url}`)
  if (status.state === 'waiting')
    say(`not connected (${status.code}); next try in ${(status.retryInMs / 1000).toFixed(1)} s`)
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort())

const frames = createClient({ url }).publicFrames({ signal: stop.signal, onStatus })
/** Pages of the list that is being fetched. @type {Agent[]} */
let pages = []

try {
  for await (const frame of frames) {
    switch (frame.type) {
      case 'welcome':
        pages = []
        frames.requestDiscovery({ page: 1, page_size: PAGE_SIZE })
        break
      case 'discovery_data': {
        const { agents, pagination } = frame.data
        pages.push(...agents)
        if (pagination.has_next) frames.requestDiscovery({ page: pagination.current_page + 1, page_size: PAGE_SIZE })
        else compare(pages)
        break
      }
      case 'agents_update':
        if (frame.data.truncated === true) say(`${frame.data.total_count} agents are alive, more than a list holds`)
        else compare(frame.data.agents)
        break
      case 'stats_update': {
        const { alive_agents, dead_agents, total_agents } = frame.data
        say(`= ${alive_agents} alive, ${dead_agents} dead, ${total_agents} in all`)
        break
      }
    }
  }
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}
process.exit(0)
