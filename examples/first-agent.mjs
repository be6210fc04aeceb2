// Registers a demo agent, keeps it alive, and removes it again on Ctrl-C.
//
//   node examples/first-agent.mjs [http://localhost:8001]
import { setTimeout as sleep } from 'node:timers/promises'
import { agentKey, fail, hubUrl, loadClient } from './lib.mjs'

// A third of the time a silent agent stays alive, unless told otherwise.
const HEARTBEAT_MS = Number(process.env.ARCP_HEARTBEAT_S ?? 20) * 1000

const url = hubUrl()
const key = agentKey()
const { createClient, isArcpError } = await loadClient()
const arcp = createClient({ url })

/** @type {import('@arcp/client').AgentCard} */
const card = {
  agent_id: 'first-agent',
  name: 'First agent',
  agent_type: 'testing',
  endpoint: 'http://localhost:9100',
  capabilities: ['greeting', 'demo'],
  context_brief: 'A demo agent that does nothing but stay alive, to see one on the dashboard.',
  version: '1.0.0',
  owner: 'ARCP examples',
  public_key: 'demo-key-of-the-first-agent-which-signs-nothing',
  metadata: { example: 'examples/first-agent.mjs' },
  communication_mode: 'remote',
}

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`)
const time = () => new Date().toLocaleTimeString('en-GB')

/**
 * What went wrong, in one line.
 * @param {unknown} error
 */
function explain(error) {
  if (!isArcpError(error)) return String(error)
  if (error.code === 'network' || error.code === 'timeout')
    return `No hub answers at ${url}. Is it running? "npm start" starts one.`
  if (error.code === 'authentication-failed')
    return `The hub at ${url} does not know this agent key. Set ARCP_AGENT_KEY to one of its AGENT_KEYS.`
  return error.message
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop.abort())

async function register() {
  await arcp.agents.register(card, { agentKey: key, signal: stop.signal })
  say(`${time()}  registered "${card.agent_id}" at ${url}`)
}

async function heartbeat() {
  try {
    const { last_seen } = await arcp.agents.heartbeat(card.agent_id, { signal: stop.signal })
    say(`${time()}  heartbeat, last seen ${last_seen}`)
  } catch (error) {
    if (stop.signal.aborted) return
    // Silent for too long, or the hub started anew and has forgotten its agents: come back. An agent that was
    // replaced or revoked must not: two copies of it would take turns for ever.
    if (isArcpError(error) && error.code === 'agent-gone') {
      if (error.problem?.reason === 'expired') return register()
      return fail(`${time()}  stopped: ${error.message}`)
    }
    say(`${time()}  no heartbeat: ${explain(error)}`)
  }
}

/** Waits, but not beyond a signal. */
const pause = () => sleep(HEARTBEAT_MS, undefined, { signal: stop.signal }).catch(() => {})

async function run() {
  await register()
  say(`          see it at ${url}/dashboard/`)
  say(`          heartbeat every ${HEARTBEAT_MS / 1000} s; Ctrl-C removes the agent`)
  for (await pause(); !stop.signal.aborted; await pause()) await heartbeat()
}

async function leave() {
  try {
    await arcp.agents.unregister(card.agent_id, { timeout: 3000 })
    say(`${time()}  unregistered "${card.agent_id}"`)
  } catch (error) {
    say(`${time()}  not unregistered: ${explain(error)}`)
  }
}

try {
  await run()
} catch (error) {
  if (!stop.signal.aborted) fail(explain(error))
}
await leave()
process.exit(0)
