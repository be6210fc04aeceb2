// /public/ws against a hub, rule by rule.
import { WELCOME } from '@arcp/protocol'
import { FRAME_LIMITS } from '@arcp/protocol/codec'
import { DiscoveryDataFrame } from '@arcp/protocol/frames'
import { LegacyAgentRecord } from '@arcp/protocol/model'
import { describe, expect, it, onTestFinished } from 'vitest'
import { conforming } from '../src/conforms.ts'
import { crowdId, registerCrowd } from '../src/crowd.ts'
import { isObject, openFrames, type Frame, type FrameSocket } from '../src/frames.ts'
import { send } from '../src/http.ts'
import type { Hub } from '../src/hub.ts'
import { keepAlive } from '../src/keep-alive.ts'
import { objectsAt } from '../src/pick.ts'
import { handshakeBytes, openRaw } from '../src/raw-socket.ts'
import { registerAgent, sampleCard } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { jsonFrame, textFrame } from '../src/ws-frames.ts'

const NAIVE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/

const open = async (hub: Hub): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}/public/ws`)
  onTestFinished(() => socket.terminate())
  await socket.nextOfType('welcome')
  return socket
}

const textAfter = async (socket: FrameSocket, frame: unknown): Promise<string> => {
  socket.send(frame)
  return (await socket.next()).text
}

/** What the hub says to a frame: its next frame that is no push, as agents of the test before may still be told. */
const answerTo = async (socket: FrameSocket, frame: unknown): Promise<unknown> => {
  socket.send(frame)
  const { json } = await socket.next(({ json: one }) => !isObject(one) || one['type'] !== 'agents_update')
  return json
}

interface Listed {
  readonly agents: readonly Readonly<Record<string, unknown>>[]
  readonly total: unknown
  readonly truncated: unknown
}

const listIn = ({ json }: Pick<Frame, 'json'>): Listed | undefined => {
  if (!isObject(json) || json['type'] !== 'agents_update' || !isObject(json['data'])) return undefined
  const { agents, total_count: total, truncated } = json['data']
  return Array.isArray(agents) ? { agents: agents.filter(isObject), total, truncated } : undefined
}

/** The next `agents_update` whose agents fit. */
const nextList = async (socket: FrameSocket, fits: (list: Listed) => boolean = () => true): Promise<Listed> => {
  const list = listIn(
    await socket.next((frame) => {
      const found = listIn(frame)
      return found !== undefined && fits(found)
    }),
  )
  if (list === undefined) throw new Error('unreachable: it fits')
  return list
}

/** When the hub made the frame, epoch seconds. */
const timestampOf = (frame: Frame | undefined): number =>
  isObject(frame?.json) ? Number(frame.json['timestamp']) : Number.NaN

const idsOf = ({ agents }: Pick<Listed, 'agents'>): unknown[] => agents.map(({ agent_id }) => agent_id)
const has =
  (id: string) =>
  (list: Listed): boolean =>
    idsOf(list).includes(id)
const hasNot =
  (id: string) =>
  (list: Listed): boolean =>
    !idsOf(list).includes(id)

/** Its own intervals are far away: nothing comes that was not asked for. */
const QUIET = { PUBLIC_WS_INTERVAL: '3600', AGENT_HEARTBEAT_TIMEOUT: '3600' }

describe('first words', () => {
  const hub = sharedHub({ env: QUIET })

  it('[C1] [P1] welcomes in the words of the guide, and pushes no list', async () => {
    await registerAgent(hub(), 'was-there-before')
    const socket = await openFrames(`${hub().wsUrl}/public/ws`)
    expect((await socket.next()).text).toBe(JSON.stringify(WELCOME))
    // Whatever would be pushed on connecting stands before this answer.
    expect(await textAfter(socket, 'ping')).toBe('pong')
    expect(socket.frames).toHaveLength(2)
    expect(socket.frames.every(({ binary }) => !binary)).toBe(true)
    socket.close(1000)
    expect(await socket.closed()).toMatchObject({ code: 1000 })
  })

  it('[P6] a client that speaks before it has read the welcome is answered after it', async () => {
    const socket = await openRaw(hub())
    onTestFinished(() => socket.destroy())
    socket.write(handshakeBytes(hub()))
    expect((await socket.response()).status).toBe(101)
    socket.write(Buffer.concat([textFrame('ping'), jsonFrame({ type: 'get_discovery', page_size: 1 })]))
    expect(await socket.text()).toBe(JSON.stringify(WELCOME))
    expect(await socket.text()).toBe('pong')
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'discovery_data' })
  })

  it('[C2] answers the bare word ping in any dress, and swallows pong', async () => {
    const socket = await open(hub())
    for (const ping of ['ping', ' ping\n', 'PING', '\tPiNg ']) expect(await textAfter(socket, ping)).toBe('pong')
    for (const word of ['pong', ' PONG ', { type: 'pong' }]) socket.send(word)
    expect(await textAfter(socket, 'ping')).toBe('pong')
    expect(await answerTo(socket, 'pingping')).toStrictEqual({ type: 'error', message: 'Invalid JSON format' })
  })

  it('[C3] answers a JSON ping with the time', async () => {
    const socket = await open(hub())
    const before = Date.now() / 1000
    const pong = await answerTo(socket, { type: 'ping', extra: true })
    if (!isObject(pong)) throw new Error('no frame')
    expect(pong).toStrictEqual({ type: 'pong', timestamp: expect.any(Number) })
    expect(pong['timestamp']).toBeGreaterThanOrEqual(before - 0.01)
    expect(pong['timestamp']).toBeLessThanOrEqual(Date.now() / 1000 + 0.01)
  })

  it('[C5] says what is wrong with a frame and stays open', async () => {
    const socket = await open(hub())
    const unknown = (type: string) => ({ type: 'error', message: `Unknown message type: ${type}` })
    const notJson = { type: 'error', message: 'Invalid JSON format' }
    expect(await answerTo(socket, 'not json')).toStrictEqual(notJson)
    expect(await answerTo(socket, '')).toStrictEqual(notJson)
    expect(await answerTo(socket, '[]')).toStrictEqual(unknown('(none)'))
    expect(await answerTo(socket, '{}')).toStrictEqual(unknown('(none)'))
    expect(await answerTo(socket, { type: 5 })).toStrictEqual(unknown('(none)'))
    expect(await answerTo(socket, { type: 'Get_Discovery' })).toStrictEqual(unknown('Get_Discovery'))
    expect(await answerTo(socket, { type: 'x'.repeat(100) })).toStrictEqual(unknown('x'.repeat(64)))
    expect(await answerTo(socket, { type: 'a\u0000b\u001B[31m\u202Ec' })).toStrictEqual(unknown('ab[31mc'))
    // Types of other endpoints are none here.
    expect(await answerTo(socket, { type: 'auth', token: 'x' })).toStrictEqual(unknown('auth'))
    expect(await answerTo(socket, { type: 'clear_logs' })).toStrictEqual(unknown('clear_logs'))
    expect(await textAfter(socket, 'ping')).toBe('pong')
  })

  it('[C5] closes after more than 20 bad frames in 10 s', async () => {
    const socket = await open(hub())
    for (let bad = 0; bad < 20; bad += 1) {
      expect(await answerTo(socket, '{')).toStrictEqual({ type: 'error', message: 'Invalid JSON format' })
    }
    expect(await textAfter(socket, 'ping')).toBe('pong')
    expect(await answerTo(socket, '{')).toStrictEqual({ type: 'error', message: 'Invalid JSON format' })
    expect(await socket.closed()).toMatchObject({ code: 1008, reason: 'Too many bad messages' })
  })

  const bad: readonly (readonly [frame: Record<string, unknown>, path: string, message: string])[] = [
    [{ page: 'two' }, '/page', 'page must be an integer, or a string of digits'],
    [{ page: 1.5 }, '/page', 'page must be an integer, or a string of digits'],
    [{ page: null }, '/page', 'page must be an integer, or a string of digits'],
    [{ page_size: [30] }, '/page_size', 'page_size must be an integer, or a string of digits'],
    [{ page_size: '1e1' }, '/page_size', 'page_size must be an integer, or a string of digits'],
    [{ page_size: '1'.repeat(16) }, '/page_size', 'page_size must be an integer, or a string of digits'],
    [{ agent_type: 7 }, '/agent_type', 'agent_type must be null or 2 to 50 letters, digits, "_" or "-"'],
    [{ agent_type: 'no blank' }, '/agent_type', 'agent_type must be null or 2 to 50 letters, digits, "_" or "-"'],
  ]
  it.each(bad)('[C6] names the bad field of %j', async (fields, path, message) => {
    const socket = await open(hub())
    expect(await answerTo(socket, { type: 'get_discovery', ...fields })).toStrictEqual({ type: 'error', message, path })
    expect(await answerTo(socket, { type: 'get_discovery' })).toMatchObject({ type: 'discovery_data' })
  })

  it('[C6] refuses what is nested or cut up too much before it is read', async () => {
    const socket = await open(hub())
    const deep = `${'['.repeat(17)}${']'.repeat(17)}`
    expect(await answerTo(socket, `{"type":"get_discovery","x":${deep}}`)).toStrictEqual({
      type: 'error',
      message: `JSON is nested deeper than ${FRAME_LIMITS.maxDepth} levels`,
      path: '',
    })
    expect(await answerTo(socket, { type: 'get_discovery' })).toMatchObject({ type: 'discovery_data' })
  })
})

describe('discovery', () => {
  const hub = sharedHub({ env: QUIET })

  const discover = async (socket: FrameSocket, query: Record<string, unknown> = {}) => {
    const { data } = conforming(DiscoveryDataFrame, await answerTo(socket, { type: 'get_discovery', ...query }))
    return { ids: data.agents.map(({ agent_id }): string => agent_id), ...data }
  }

  const pagination = (page: number, size: number, total: number, pages: number, next: unknown, previous: unknown) => ({
    current_page: page,
    page_size: size,
    total_agents: total,
    total_pages: pages,
    has_next: next !== null,
    has_previous: previous !== null,
    next_page: next,
    previous_page: previous,
  })

  it('[P4] has no pages when there is no agent', async () => {
    const socket = await open(hub())
    const { ids, pagination: pages, filters } = await discover(socket)
    expect([ids, pages, filters]).toStrictEqual([[], pagination(1, 30, 0, 0, null, null), { agent_type: null }])
  })

  it('[P4] pages through the alive agents in the order they registered', async () => {
    await Promise.all(['pager-c', 'pager-a', 'pager-b'].map((id) => registerAgent(hub(), id)))
    for (const id of ['pager-2', 'pager-1']) await registerAgent(hub(), id, { agent_type: 'security' })
    const socket = await open(hub())
    const { ids: all, agents } = await discover(socket)
    const order = agents.map(({ registered_at, agent_id }) => `${String(registered_at)} ${String(agent_id)}`)
    expect(order).toStrictEqual(order.toSorted())
    expect(all).toHaveLength(5)
    expect(all.slice(3)).toStrictEqual(['pager-2', 'pager-1'])

    const page = async (query: Record<string, unknown>) => {
      const { ids, pagination: pages, filters } = await discover(socket, query)
      return [ids, pages, filters]
    }
    const any = { agent_type: null }
    const first = [all.slice(0, 2), pagination(1, 2, 5, 3, 2, null), any]
    expect(await page({ page: 1, page_size: 2 })).toStrictEqual(first)
    expect(await page({ page_size: 2 })).toStrictEqual(first)
    expect(await page({ page: 2, page_size: 2 })).toStrictEqual([all.slice(2, 4), pagination(2, 2, 5, 3, 3, 1), any])
    expect(await page({ page: 3, page_size: 2 })).toStrictEqual([all.slice(4), pagination(3, 2, 5, 3, null, 2), any])
    expect(await page({ page: 4, page_size: 2 })).toStrictEqual([[], pagination(4, 2, 5, 3, null, 3), any])
    // As text, with a sign, clamped at both ends.
    expect(await page({ page: '1', page_size: '+2' })).toStrictEqual(first)
    expect(await page({ page: -7, page_size: 2 })).toStrictEqual(first)
    expect(await page({ page: '0', page_size: 2 })).toStrictEqual(first)
    expect(await page({ page_size: 0 })).toStrictEqual([all.slice(0, 1), pagination(1, 1, 5, 5, 2, null), any])
    expect(await page({ page_size: 101 })).toStrictEqual([all, pagination(1, 100, 5, 1, null, null), any])
    expect(await page({ page_size: '999999999999999' })).toStrictEqual([all, pagination(1, 100, 5, 1, null, null), any])
    const far = Number.MAX_SAFE_INTEGER
    expect(await page({ page: far })).toStrictEqual([[], pagination(far, 30, 5, 1, null, 1), any])
    // By type, compared exactly; null is no filter.
    const security = { agent_type: 'security' }
    expect(await page({ ...security })).toStrictEqual([
      ['pager-2', 'pager-1'],
      pagination(1, 30, 2, 1, null, null),
      security,
    ])
    expect(await page({ agent_type: null })).toStrictEqual([all, pagination(1, 30, 5, 1, null, null), any])
    expect(await page({ agent_type: 'Security' })).toStrictEqual([
      [],
      pagination(1, 30, 0, 0, null, null),
      { agent_type: 'Security' },
    ])
  })

  it('[P5] [C11] records leave out what is not set, carry ai_context, and times without a zone', async () => {
    await registerAgent(hub(), 'record-plain', { agent_type: 'automation' })
    await registerAgent(hub(), 'record-full', {
      agent_type: 'automation',
      ai_context: 'Knows echoes.',
      max_tokens: 5,
      features: ['streaming'],
    })
    const socket = await open(hub())
    const { agents } = await discover(socket, { agent_type: 'automation' })
    const times = { registered_at: expect.stringMatching(NAIVE), last_seen: expect.stringMatching(NAIVE) }
    const plain = { ...sampleCard('record-plain'), agent_type: 'automation', features: [], policy_tags: [], ...times }
    expect(agents).toStrictEqual([
      { ...plain, status: 'alive' },
      {
        ...plain,
        agent_id: 'record-full',
        features: ['streaming'],
        max_tokens: 5,
        ai_context: 'Knows echoes.',
        status: 'alive',
      },
    ])
    for (const agent of agents) {
      conforming(LegacyAgentRecord, agent)
      const registered = `${String(agent['registered_at']).replace(' ', 'T')}Z`
      expect(Math.abs(Date.parse(registered) - Date.now())).toBeLessThan(60_000)
    }
    const frame = socket.frames.at(-1)?.json
    if (!isObject(frame)) throw new Error('no frame')
    expect(Math.abs(Number(frame['timestamp']) - Date.now() / 1000)).toBeLessThan(60)
  })
})

describe('pushes', () => {
  const BROADCAST_MS = 1500
  const hub = sharedHub({ env: { ...QUIET, BROADCAST_INTERVAL_MS: String(BROADCAST_MS) } })

  it('[P3] the first change after quiet goes out at once, the next ones together, the last state always', async () => {
    const socket = await open(hub())
    const began = performance.now()
    await registerAgent(hub(), 'burst-first')
    expect(idsOf(await nextList(socket))).toStrictEqual(['burst-first'])
    const first = performance.now()
    const rest = await registerCrowd(hub(), { count: 30, prefix: 'burst' })
    for (const { agentId, token } of rest.slice(0, 10)) await send(hub(), 'DELETE', `/agents/${agentId}`, { token })
    const burst = performance.now()
    const last = await nextList(socket, hasNot(crowdId('burst', 9)))
    expect(last.total).toBe(21)
    expect(new Set(idsOf(last))).toStrictEqual(
      new Set(['burst-first', ...rest.slice(10).map(({ agentId }) => agentId)]),
    )
    // At once: long before a pause would have been over.
    expect(first - began).toBeLessThan(BROADCAST_MS)
    // No more lists than pauses fit into the time, whatever this machine makes of it.
    const lists = socket.frames.filter((frame) => listIn(frame) !== undefined)
    expect(lists.length).toBeLessThanOrEqual(2 + Math.ceil((burst - first) / BROADCAST_MS))
    const gaps = lists.slice(1).map((frame, index) => timestampOf(frame) - timestampOf(lists[index]))
    for (const gap of gaps) expect(gap).toBeGreaterThan(BROADCAST_MS / 1000 - 0.01)
  })
})

describe('pushes while agents come and go', () => {
  const TIMEOUT_S = 0.7
  const hub = sharedHub({
    env: {
      PUBLIC_WS_INTERVAL: '0.4',
      AGENT_HEARTBEAT_TIMEOUT: String(TIMEOUT_S),
      BROADCAST_INTERVAL_MS: '20',
      LEASE_MASS_LOSS_RATIO: '1',
    },
  })

  it('[P3] [P5] every kind of change is pushed, the dead are not shown', async () => {
    const socket = await open(hub())
    const { token } = await registerAgent(hub(), 'lively')
    const registered = await nextList(socket, has('lively'))
    expect(registered).toMatchObject({ total: 1, truncated: undefined })
    conforming(LegacyAgentRecord, registered.agents[0])

    // Death comes by itself.
    expect(await nextList(socket, hasNot('lively'))).toStrictEqual({ agents: [], total: 0, truncated: undefined })
    const query = { type: 'get_discovery' }
    socket.send(query)
    const dead = await socket.nextOfType('discovery_data')
    expect(dead['data']).toMatchObject({ agents: [], pagination: { total_agents: 0 } })
    const hidden = await send(hub(), 'GET', '/public/agent/lively')
    expect(hidden.body).toMatchObject({ type: expect.stringMatching(/agent-not-available$/), status: 404 })
    expect((await send(hub(), 'GET', '/public/discover')).body).toStrictEqual([])
    expect((await send(hub(), 'GET', '/public/stats')).body).toMatchObject({
      total_agents: 1,
      alive_agents: 0,
      dead_agents: 1,
    })

    // A heartbeat brings it back, an update changes it, unregistering takes it away.
    const stop = keepAlive(hub(), { agentId: 'lively', token }, 100)
    expect(await nextList(socket, has('lively'))).toMatchObject({ total: 1 })
    const body = JSON.stringify(sampleCard('lively', { name: 'Has another name' }))
    expect((await send(hub(), 'POST', '/agents/register', { token, body })).status).toBe(200)
    await nextList(socket, ({ agents }) => agents[0]?.['name'] === 'Has another name')
    await stop()
    expect((await send(hub(), 'DELETE', '/agents/lively', { token })).status).toBe(200)
    expect(await nextList(socket, hasNot('lively'))).toMatchObject({ total: 0 })
  })

  it('[P2] stats come at their interval, add up, and agree with REST', async () => {
    const alive = await registerAgent(hub(), 'stats-alive', { agent_type: 'security' })
    keepAlive(hub(), alive, 100)
    await registerAgent(hub(), 'stats-dead', { agent_type: 'monitoring' })
    const socket = await open(hub())
    const statsOf = (frame: Frame): Record<string, unknown> | undefined =>
      isObject(frame.json) && frame.json['type'] === 'stats_update' && isObject(frame.json['data'])
        ? frame.json['data']
        : undefined
    await socket.next((frame) => statsOf(frame)?.['dead_agents'] === 1)
    const settled = await socket.next((frame) => statsOf(frame) !== undefined)
    expect(settled.json).toStrictEqual({
      type: 'stats_update',
      timestamp: expect.any(Number),
      data: {
        total_agents: 2,
        alive_agents: 1,
        dead_agents: 1,
        agent_types_count: 2,
        available_types: ['security', 'monitoring'],
        system_status: 'operational',
      },
    })
    expect((await send(hub(), 'GET', '/public/stats')).body).toMatchObject({
      total_agents: 2,
      alive_agents: 1,
      dead_agents: 1,
      agent_types: 2,
      available_types: ['security', 'monitoring'],
    })
    const all = socket.frames.filter((frame) => statsOf(frame) !== undefined)
    for (const frame of all) {
      const { total_agents: total, alive_agents: up, dead_agents: down } = statsOf(frame) ?? {}
      expect(total).toBe(Number(up) + Number(down))
    }
    // An interval apart at least: timers are late, never early.
    expect(all.length).toBeGreaterThanOrEqual(2)
    const gaps = all.slice(1).map((frame, index) => timestampOf(frame) - timestampOf(all[index]))
    for (const gap of gaps) expect(gap).toBeGreaterThan(0.4 - 0.01)
  })
})

describe('frames that would be too big', () => {
  const hub = sharedHub({ env: QUIET })

  it('[C12] 1,500 agents: 1,000 of them, marked, with the true count', async () => {
    await registerCrowd(hub(), { count: 1499, prefix: 'many' })
    const socket = await open(hub())
    await registerAgent(hub(), 'the-last-one')
    const frame = await socket.next((one) => listIn(one)?.total === 1500)
    expect(Buffer.byteLength(frame.text)).toBeLessThanOrEqual(1_000_000)
    const list = listIn(frame)
    expect([list?.agents.length, list?.total, list?.truncated]).toStrictEqual([1000, 1500, true])
    // Discovery reaches those beyond.
    socket.send({ type: 'get_discovery', page: 15, page_size: 100 })
    const page = await socket.nextOfType('discovery_data')
    expect(page['data']).toMatchObject({ pagination: { total_agents: 1500, total_pages: 15, has_next: false } })
    expect(page['data']).not.toHaveProperty('truncated')
    expect(objectsAt(page, 'data', 'agents').at(-1)).toMatchObject({ agent_id: 'the-last-one' })
  })
})

describe('records that are big', () => {
  const hub = sharedHub({ env: QUIET })

  it('[C12] lists and pages are cut before 1,000,000 bytes, marked, with the true count', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`k${index}`, 'ä'.repeat(550)]))
    await registerCrowd(hub(), { count: 60, prefix: 'big', changes: () => ({ metadata }) })
    const socket = await open(hub())
    await registerAgent(hub(), 'small-one')
    const frame = await socket.next((one) => listIn(one)?.total === 61)
    const list = listIn(frame)
    const bytes = Buffer.byteLength(frame.text)
    expect(bytes).toBeLessThanOrEqual(1_000_000)
    // Cut no earlier than needed: one more of these records would not have fitted.
    expect(bytes).toBeGreaterThan(1_000_000 - 32_768 - 2048)
    expect([list?.total, list?.truncated]).toStrictEqual([61, true])
    expect(list?.agents.length).toBeLessThan(61)
    socket.send({ type: 'get_discovery', page_size: 100 })
    const page = await socket.next((one) => isObject(one.json) && one.json['type'] === 'discovery_data')
    expect(Buffer.byteLength(page.text)).toBeLessThanOrEqual(1_000_000)
    expect(page.json).toMatchObject({ data: { truncated: true, pagination: { total_agents: 61, total_pages: 1 } } })
  })
})
