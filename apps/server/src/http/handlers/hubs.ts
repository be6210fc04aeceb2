// Routes about hubs and their sockets, for operators.

import { toIso } from '@arcp/protocol/codec'
import { parseConnectionsQuery, type Connection, type HubEntry } from '@arcp/protocol/rest'

import type { ConnectionFacts, Connections } from '../../channels/connections.ts'
import type { HubFacts, HubSelf, OtherHubs } from '../../domain/hubs.ts'
import type { AdminLog } from '../admin-log.ts'
import { invalid, json, problem, type Problem } from '../answer.ts'
import type { AdminHandler } from '../exchange.ts'
import { unavailable } from '../faults.ts'
import { asAdmin, type Gate } from '../gate.ts'
import type { Pinned } from '../pin-check.ts'
import type { Handlers } from '../router.ts'

export interface HubHandlerDeps {
  readonly gate: Gate
  readonly pinned: Pinned
  readonly self: Pick<HubSelf, 'id' | 'facts'>
  readonly others: OtherHubs
  readonly connections: Connections
  readonly log: Pick<AdminLog, 'did'>
}

type HubHandlers = Pick<Handlers, 'listHubs' | 'listSockets' | 'closeSocket'>

export const hubHandlers = (deps: HubHandlerDeps): HubHandlers => {
  const { gate, pinned, self, others, connections } = deps
  return {
    listHubs: gate('listHubs', async () => {
      const known = await others.list()
      const hubs = [self.facts(), ...(known.ok ? known.value.filter(({ id }) => id !== self.id) : [])]
      const head = Math.max(...hubs.map(({ offset }) => offset))
      return json({ hubs: hubs.map((hub) => hubEntry(hub, self.id, head)), complete: known.ok })
    }),

    listSockets: gate('listSockets', ({ query }) => {
      const wanted = parseConnectionsQuery(query)
      if (!wanted.ok) return invalid(wanted.issues)
      const { total, found } = connections.list(wanted.value.after, wanted.value.limit)
      return json({ hub: self.id, connections: found.map((one) => connectionEntry(one, self.id)), total })
    }),

    closeSocket: gate('closeSocket', pinned(asAdmin(closeSocket(deps)))),
  }
}

const notHere = (): Problem =>
  problem('not-found', 'No socket of this id is open: GET /dashboard/connections lists them')

const closeSocket =
  ({ self, others, connections, log }: HubHandlerDeps): AdminHandler =>
  async ({ params, session, request }) => {
    const { hub = '', id: text = '' } = params
    if (!/^[0-9]{1,15}$/.test(text)) return notHere()
    const id = Number(text)
    if (hub === self.id) {
      if (!connections.dismiss(id)) return notHere()
      log.did('socket_closed_by_admin', session.user, request.address, { hub, socket: text })
      return json({ status: 'success', message: 'The socket is closed' })
    }
    const passed = await others.passOn(hub, { kind: 'close', socketId: id })
    if (!passed.ok) return unavailable('Nothing can be passed on', passed.error.retryAfterS)
    if (!passed.value) return problem('not-found', 'No hub of this id is there: GET /dashboard/hubs lists them')
    log.did('socket_closed_by_admin', session.user, request.address, { hub, socket: text })
    return json({ status: 'accepted', message: 'The hub that holds it was told to close it', hub }, 202)
  }

const hubEntry = (facts: HubFacts, selfId: string, head: number): HubEntry => ({
  hub: facts.id,
  self: facts.id === selfId,
  version: facts.version,
  started: toIso(facts.startedAt),
  sockets: facts.sockets,
  offset: facts.offset,
  lag: head - facts.offset,
  loop_delay_ms: facts.loopDelayMs,
  memory_bytes: facts.memoryBytes,
})

const connectionEntry = (facts: ConnectionFacts, hub: string): Connection => ({
  hub,
  id: String(facts.id),
  endpoint: facts.endpoint,
  agent_id: facts.agentId ?? null,
  user: facts.user ?? null,
  address: facts.address,
  since: toIso(facts.since),
  last_heard: toIso(facts.lastHeard),
  frames_in: facts.framesIn,
  bytes_in: facts.bytesIn,
  frames_out: facts.framesOut,
  bytes_out: facts.bytesOut,
  buffered_bytes: facts.buffered,
  slow: facts.slow,
})
