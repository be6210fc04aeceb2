import { createFakeTime, FAKE_EPOCH, sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { createRig } from '../../../test/channels-rig.ts'
import { createReplica } from '../../live/replica.ts'
import { createPublicChannel } from './public-channel.ts'

const NOW_S = FAKE_EPOCH / 1000 + 60

const setUp = (agents: number, max = 0) => {
  const replica = createReplica(createFakeTime().scheduler)
  replica.load({
    position: { epoch: 'e', offset: 1 },
    agents: Array.from({ length: agents }, (_, n) => {
      const id = `agent-${String(n).padStart(3, '0')}`
      const status = n % 5 === 4 ? ('dead' as const) : ('alive' as const)
      const card = sampleCard(id, { agent_type: n % 2 === 0 ? 'testing' : 'security' })
      return { id, incarnation: 1, epoch: 'e', card, keyId: 'k', status, registeredAt: FAKE_EPOCH, seenAt: FAKE_EPOCH }
    }),
  })
  const rig = createRig({
    channels: ({ time, reception }) => ({
      public: createPublicChannel({
        replica,
        clock: time.clock,
        count: () => reception().count('public'),
        maxConnections: max,
      }),
    }),
  })
  return { rig, connect: () => rig.connect('public') }
}

interface Page {
  readonly type: string
  readonly timestamp: number
  readonly data: {
    readonly agents: readonly { readonly agent_id: string }[]
    readonly pagination: Readonly<Record<string, unknown>>
    readonly filters: { readonly agent_type: string | null }
  }
}

const ask = (agents: number, query: Readonly<Record<string, unknown>>): Page => {
  const { socket, say } = setUp(agents).connect()
  say(JSON.stringify({ type: 'get_discovery', ...query }))
  return JSON.parse(socket.sent[1] ?? '')
}

describe('welcome', () => {
  it("[P1] comes first, with the guide's words and the offer of live frames, and no list", () => {
    const { socket } = setUp(3).connect()
    expect(socket.frames()).toEqual([
      {
        type: 'welcome',
        message: 'Connected to ARCP Public API WebSocket',
        features: ['agent_updates', 'public_stats', 'discovery_events', 'paginated_discovery'],
        commands: { ping: 'Send ping to check connection', get_discovery: 'Get agent discovery data with pagination' },
        pagination: {
          default_page_size: 30,
          max_page_size: 100,
          usage: "Send {type: 'get_discovery', page: 1, page_size: 30, agent_type: 'optional'}",
        },
        live: { version: 1 },
      },
    ])
    expect([...socket.topics]).toEqual(['public'])
  })

  it('[P6] a frame that comes with the handshake is answered after it', () => {
    const { socket, say } = setUp(1).connect()
    say('{"type":"get_discovery"}')
    say('ping')
    expect(socket.frames()).toMatchObject([{ type: 'welcome' }, { type: 'discovery_data' }, 'pong'])
  })

  it('[C3] a JSON ping is answered, a JSON pong swallowed', () => {
    const { socket, say } = setUp(0).connect()
    say('{"type":"ping"}')
    say('{"type":"pong"}')
    expect(socket.frames().slice(1)).toEqual([{ type: 'pong', timestamp: NOW_S }])
  })

  it('[C8] a socket too many is told so', () => {
    const { connect, rig } = setUp(0, 1)
    connect()
    expect(() => connect()).toThrow('turned away')
    expect(rig.limits).toEqual(['ws_connections'])
    expect(rig.limits).toEqual(['ws_connections'])
  })
})

describe('get_discovery', () => {
  it('[P4] by default the first 30 alive agents, in order', () => {
    const { type, timestamp, data } = ask(50, {})
    expect([type, timestamp]).toEqual(['discovery_data', NOW_S])
    expect(data.agents).toHaveLength(30)
    expect(data.agents.map(({ agent_id: id }) => id)).toEqual(data.agents.map(({ agent_id: id }) => id).toSorted())
    expect(data.agents.map(({ agent_id: id }) => id)).not.toContain('agent-004')
    expect(data.pagination).toEqual({
      current_page: 1,
      page_size: 30,
      total_agents: 40,
      total_pages: 2,
      has_next: true,
      has_previous: false,
      next_page: 2,
      previous_page: null,
    })
    expect(data.filters).toEqual({ agent_type: null })
  })

  it('[P4] clamps page and page_size, and takes numeric strings', () => {
    for (const [query, page, size] of [
      [{ page: 0, page_size: 0 }, 1, 1],
      [{ page: -7, page_size: -1 }, 1, 1],
      [{ page: '2', page_size: '10' }, 2, 10],
      [{ page: 1, page_size: 100_000 }, 1, 100],
    ] as const) {
      const { data } = ask(50, query)
      expect([query, data.pagination['current_page'], data.pagination['page_size']]).toEqual([query, page, size])
    }
  })

  it('[P4] a page beyond the end is empty, an empty registry has no pages', () => {
    const beyond = ask(10, { page: 99 })
    expect(beyond.data.agents).toEqual([])
    expect(beyond.data.pagination).toMatchObject({ current_page: 99, total_pages: 1, has_next: false, next_page: null })
    const empty = ask(0, { page: 1 })
    expect(empty.data.agents).toEqual([])
    expect(empty.data.pagination).toMatchObject({
      total_agents: 0,
      total_pages: 0,
      next_page: null,
      previous_page: null,
    })
  })

  it('[P4] filters by type', () => {
    const { data } = ask(50, { agent_type: 'security', page_size: 100 })
    expect(data.filters).toEqual({ agent_type: 'security' })
    expect(data.agents.every(({ agent_id: id }) => Number(id.slice(-3)) % 2 === 1)).toBe(true)
    expect(data.pagination['total_agents']).toBe(data.agents.length)
  })

  it('[C6] bad fields are named', () => {
    const { socket, say } = setUp(1).connect()
    say('{"type":"get_discovery","page":{}}')
    say('{"type":"get_discovery","agent_type":7}')
    expect(socket.frames().slice(1)).toMatchObject([
      { type: 'error', path: '/page' },
      { type: 'error', path: '/agent_type' },
    ])
  })

  it('[X114] frames of other endpoints are not known here', () => {
    const { socket, say } = setUp(1).connect()
    const foreign = ['heartbeat', 'clear_logs', 'pause_monitoring', 'dashboard_log', 'refresh_request']
    for (const type of foreign) say(JSON.stringify({ type }))
    say('{"token":"t"}')
    expect(socket.frames().slice(1)).toEqual([
      ...foreign.map((type) => ({ type: 'error', message: `Unknown message type: ${type}` })),
      { type: 'error', message: 'Unknown message type: (none)' },
    ])
  })
})
