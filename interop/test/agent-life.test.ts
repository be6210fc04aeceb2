// An agent's own socket as its life: what keeps it alive there, what does not, and heartbeats over the socket.
// Nearly all of the time here is waiting for timeouts, so the tests wait side by side.
import { afterAll, describe, expect, it } from 'vitest'
import { ADMIN_NAME, loginAdmin } from '../src/admin.ts'
import { isObject, openFrames, type FrameSocket } from '../src/frames.ts'
import { send } from '../src/http.ts'
import type { Hub } from '../src/hub.ts'
import { numberAt, textAt } from '../src/pick.ts'
import { answerPings, openWs, type RawSocket } from '../src/raw-socket.ts'
import { registerAgent } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { signalHub } from '../src/signal-hub.ts'
import { frameBytes, jsonFrame, OPCODE, textFrame } from '../src/ws-frames.ts'

const TIMEOUT_MS = 2000
/** A hub that was held up itself gives everybody more time: then a death comes late. */
const EVENT_DEADLINE_MS = 30_000

const env = (more: Record<string, string>) => ({
  AGENT_HEARTBEAT_TIMEOUT: String(TIMEOUT_MS / 1000),
  // So long that only what keeps agents alive can make the hub ping.
  AGENT_WS_PING_INTERVAL: '3600',
  AGENT_WS_INTERVAL: '3600',
  LEASE_MASS_LOSS_RATIO: '1',
  ...more,
})

const cleanUps: (() => void)[] = []

/** A hub for the tests of one group. Their sockets end before it does. */
const lifeHub = (more: Record<string, string> = {}): (() => Hub) => {
  const hub = sharedHub({ env: env(more) })
  afterAll(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp()
  })
  return hub
}

let made = 0
const freshId = (): string => `life-${(made += 1)}`

const events = (hub: Hub, id: string): unknown[] =>
  hub
    .logs()
    .filter(({ agent_id }) => agent_id === id)
    .map(({ event }) => event)

const happens = (hub: Hub, id: string, event: string) =>
  hub.waitForLog((entry) => entry['event'] === event && entry['agent_id'] === id, EVENT_DEADLINE_MS)

/** As long as others need to be born and to die, one after the other. */
const timeoutsPass = async (hub: Hub, count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) {
    const { agentId } = await registerAgent(hub, freshId())
    await happens(hub, agentId, 'agent_died')
  }
}

/** A socket that answers protocol pings and says nothing else. */
const ownSocket = async (hub: Hub, token: string): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}/agents/ws`)
  cleanUps.push(() => socket.terminate())
  socket.send({ token, live: 1 })
  await socket.nextOfType('auth_success')
  return socket
}

/** A socket that answers nothing at all. */
const deafSocket = async (hub: Hub, token: string): Promise<RawSocket> => {
  const socket = await openWs(hub, { path: '/agents/ws' })
  cleanUps.push(() => socket.destroy())
  await socket.text()
  socket.write(jsonFrame({ token, live: 1 }))
  expect(await socket.text()).toContain('auth_success')
  return socket
}

/** Sends `frame` whenever the hub asks for a sign of life with a frame of `opcode`, until the socket ends. */
const answerEach = async (socket: RawSocket, opcode: number, fits: (text: string) => boolean, frame: Uint8Array) => {
  for (let from = 0; socket.isOpen();) {
    const asked = await socket.frames
      .find((one) => one.opcode === opcode && fits(one.payload.toString()), { from, deadlineMs: 60_000 })
      .catch(() => undefined)
    if (asked === undefined) return
    socket.write(frame)
    from = asked.index + 1
  }
}

const record = async (hub: Hub, id: string, token: string): Promise<Readonly<Record<string, unknown>>> => {
  const { body } = await send(hub, 'GET', `/agents/${id}`, { token })
  if (!isObject(body)) throw new Error('no record')
  return body
}

describe.concurrent('an open socket', () => {
  const hub = lifeHub()

  it('[A6] that answers protocol pings keeps its agent alive; when it goes the agent dies once, a timeout later', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const first = await ownSocket(hub(), token)
    const second = await ownSocket(hub(), token)
    await timeoutsPass(hub(), 2)
    // One of two is enough.
    first.terminate()
    await timeoutsPass(hub(), 2)
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered'])
    expect((await record(hub(), agentId, token))['status']).toBe('alive')
    // The hub asked with protocol pings only: nothing a program sees.
    expect(second.frames.map(({ text }) => text).filter((text) => text === 'ping')).toStrictEqual([])

    const before = performance.now()
    second.send('ping')
    await second.next(({ text }) => text === 'pong')
    second.terminate()
    await happens(hub(), agentId, 'agent_died')
    expect(performance.now() - before).toBeGreaterThanOrEqual(TIMEOUT_MS)
    await timeoutsPass(hub(), 1)
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered', 'agent_died'])
  })

  it('[A6] that answers nothing keeps nobody alive, though it is asked and stays open', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const socket = await deafSocket(hub(), token)
    await happens(hub(), agentId, 'agent_died')
    expect(socket.isOpen()).toBe(true)
    expect(socket.frames.items.filter(({ opcode }) => opcode === OPCODE.ping).length).toBeGreaterThan(0)
    expect(socket.frames.items.map(({ payload }) => payload.toString())).not.toContain('ping')
  })

  it('[A6] that stops answering keeps its agent for one timeout more', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const socket = await deafSocket(hub(), token)
    void answerPings(socket)
    await timeoutsPass(hub(), 2)
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered'])
    socket.pause()
    await happens(hub(), agentId, 'agent_died')
    // What it had not answered brings the agent back.
    socket.resume()
    await happens(hub(), agentId, 'agent_revived')
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered', 'agent_died', 'agent_revived'])
  })

  it('[A6] of an administrator keeps nobody alive, whatever name it has', async () => {
    const { token } = await loginAdmin(hub())
    const { agentId } = await registerAgent(hub(), ADMIN_NAME)
    const socket = await ownSocket(hub(), token)
    const chatter = setInterval(() => socket.send({ type: 'ping' }), 100)
    cleanUps.push(() => clearInterval(chatter))
    await happens(hub(), agentId, 'agent_died')
    expect(socket.raw.readyState).toBe(socket.raw.OPEN)
  })

  it('[A6] brings a dead agent back when it is opened', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    await happens(hub(), agentId, 'agent_died')
    await deafSocket(hub(), token)
    await happens(hub(), agentId, 'agent_revived')
    // That was its one sign of life.
    await hub().waitForLog(
      () => events(hub(), agentId).filter((event) => event === 'agent_died').length === 2,
      EVENT_DEADLINE_MS,
    )
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered', 'agent_died', 'agent_revived', 'agent_died'])
  })

  it.each([
    ['a word', textFrame('pong')],
    ['a protocol pong nobody asked for', frameBytes({ opcode: OPCODE.pong })],
    ['a frame', jsonFrame({ type: 'ping' })],
    ['a frame that is none', textFrame('{')],
  ])('[A6] brings a dead agent back with %s, in the same incarnation', async (_, frame) => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const socket = await deafSocket(hub(), token)
    await happens(hub(), agentId, 'agent_died')
    socket.write(frame)
    expect(await happens(hub(), agentId, 'agent_revived')).toMatchObject({ incarnation: 1 })
    expect((await send(hub(), 'POST', `/agents/${agentId}/heartbeat`, { token })).status).toBe(200)
  })
})

describe('a hub that stood still', () => {
  const hub = lifeHub()

  it('[A6] [S4] finds the agents with open sockets alive', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    await ownSocket(hub(), token)
    signalHub(hub(), 'SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS * 2))
    signalHub(hub(), 'SIGCONT')
    await hub().waitForLog(({ event, away_ms }) => event === 'outage_grace' && Number(away_ms) > TIMEOUT_MS)
    await timeoutsPass(hub(), 2)
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered'])
  })
})

describe('a client that knows no protocol pings', () => {
  const hub = lifeHub({ AGENT_WS_PING_INTERVAL: '0.4' })

  it('[A6] [C2] lives by its answers to the text ping', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const socket = await deafSocket(hub(), token)
    void answerEach(socket, OPCODE.text, (text) => text === 'ping', textFrame('pong'))
    await timeoutsPass(hub(), 3)
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered'])
    socket.destroy()
    await happens(hub(), agentId, 'agent_died')
  })
})

describe.concurrent('heartbeats over the socket', () => {
  const hub = lifeHub()

  it('[A5] are acknowledged with the time of the next, and keep the agent alive', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const socket = await deafSocket(hub(), token)
    void answerEach(socket, OPCODE.ping, () => true, jsonFrame({ type: 'heartbeat', metrics: { success_rate: 1 } }))
    const before = await record(hub(), agentId, token)
    await timeoutsPass(hub(), 3)
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered'])
    const ack: unknown = JSON.parse(await socket.text())
    expect(ack).toStrictEqual({
      type: 'heartbeat_ack',
      last_seen: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      next_ms: expect.any(Number),
    })
    expect(textAt(ack, 'last_seen') > textAt(before, 'last_seen')).toBe(true)
    expect(numberAt(ack, 'next_ms')).toBeGreaterThanOrEqual(Math.floor(TIMEOUT_MS / 3))
    expect(numberAt(ack, 'next_ms')).toBeLessThanOrEqual(TIMEOUT_MS / 2)
    // The metrics came with them and are kept; nothing else of the record moved.
    const after = await record(hub(), agentId, token)
    expect(after).toStrictEqual({ ...before, last_seen: after['last_seen'], metrics: after['metrics'] })
    expect(after['metrics']).toMatchObject({ agent_id: agentId, success_rate: 1, reputation_score: 1 })
    expect(textAt(after, 'last_seen') >= textAt(ack, 'last_seen')).toBe(true)
    socket.destroy()
    await happens(hub(), agentId, 'agent_died')
  })

  it('[A5] bring a dead agent back', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const socket = await deafSocket(hub(), token)
    await happens(hub(), agentId, 'agent_died')
    socket.write(jsonFrame({ type: 'heartbeat' }))
    expect(JSON.parse(await socket.text())).toMatchObject({ type: 'heartbeat_ack' })
    // It was brought back before the answer, and once.
    expect(await record(hub(), agentId, token)).toMatchObject({ status: 'alive' })
    expect(events(hub(), agentId)).toStrictEqual(['agent_registered', 'agent_died', 'agent_revived'])
  })

  it('[A5] [C6] with bad metrics are refused by field', async () => {
    const { token } = await registerAgent(hub(), freshId())
    const socket = await ownSocket(hub(), token)
    const paths: unknown[] = []
    for (const metrics of [{ success_rate: 1.5 }, { total_requests: -1 }, { agent_id: 'another' }, [], null]) {
      socket.send({ type: 'heartbeat', metrics })
      paths.push((await socket.nextOfType('error'))['path'])
    }
    expect(paths).toStrictEqual([
      '/metrics/success_rate',
      '/metrics/total_requests',
      '/metrics/agent_id',
      '/metrics',
      '/metrics',
    ])
    socket.send({ type: 'heartbeat', metrics: { success_rate: 1, reputation_score: 50, unknown: true } })
    await socket.nextOfType('heartbeat_ack')
  })
})

describe('heartbeats of more agents than a key may have', () => {
  const hub = lifeHub({ AGENT_KEY_MAX_AGENTS: '1' })

  it('[A5] are refused with a reason, and the socket stays', async () => {
    const { agentId, token } = await registerAgent(hub(), freshId())
    const socket = await deafSocket(hub(), token)
    await happens(hub(), agentId, 'agent_died')
    const { token: other } = await registerAgent(hub(), freshId())
    await ownSocket(hub(), other)
    socket.write(jsonFrame({ type: 'heartbeat' }))
    expect(JSON.parse(await socket.text())).toStrictEqual({
      type: 'error',
      message: 'This key may have 1 agents alive at a time',
    })
    expect(await record(hub(), agentId, token)).toMatchObject({ status: 'dead' })
  })
})
