// Leases on a running hub: who dies when, who does not, and what happens when the hub itself was away.
import { describe, expect, it, onTestFinished } from 'vitest'
import { registerCrowd } from '../src/crowd.ts'
import { isObject, openFrames, type Frame, type FrameSocket } from '../src/frames.ts'
import { send } from '../src/http.ts'
import { startHub, type Hub } from '../src/hub.ts'
import { keepAlive } from '../src/keep-alive.ts'
import { textAt } from '../src/pick.ts'
import { registerAgent } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { signalHub } from '../src/signal-hub.ts'

/** A wheel slot and a sweep, and what a busy machine adds to them. */
const LATE_MS = 2000

const env = (timeoutS: number, more: Record<string, string> = {}) => ({
  AGENT_HEARTBEAT_TIMEOUT: String(timeoutS),
  AGENT_WS_INTERVAL: '3600',
  PUBLIC_WS_INTERVAL: '3600',
  BROADCAST_INTERVAL_MS: '10',
  ...more,
})

/** What the hub granted on top because it had been held up itself, milliseconds: announced, so it is excused. */
const grace = (hub: Hub, timeoutMs: number): number =>
  hub
    .logs()
    .filter(({ event }) => event === 'outage_grace')
    .reduce((sum, { away_ms }) => sum + Number(away_ms) + timeoutMs, 0)

/** The length of a fault: nothing can be waited for while the hub stands still. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const heartbeat = (hub: Hub, id: string, token: string) => send(hub, 'POST', `/agents/${id}/heartbeat`, { token })

const statusIn = ({ json }: Pick<Frame, 'json'>, id: string): unknown =>
  Array.isArray(json) ? json.filter(isObject).find(({ agent_id }) => agent_id === id)?.['status'] : undefined

/** A socket that follows the list of all agents. It answers no pings: it keeps its agent alive by nothing it does. */
const follow = async (hub: Hub, token: string): Promise<FrameSocket> => {
  const socket = await openFrames(`${hub.wsUrl}/agents/ws`, { autoPong: false })
  onTestFinished(() => socket.terminate())
  socket.send({ token })
  await socket.next(({ json }) => Array.isArray(json))
  return socket
}

const becomes = (socket: FrameSocket, id: string, status: string, deadlineMs?: number): Promise<Frame> =>
  socket.next((frame) => statusIn(frame, id) === status, deadlineMs)

/** Every status the socket was ever shown for the agent, repeats left out. */
const history = (socket: FrameSocket, id: string): unknown[] => {
  const all = socket.frames.map((frame) => statusIn(frame, id)).filter((status) => status !== undefined)
  return all.filter((status, index) => status !== all[index - 1])
}

const statuses = async (hub: Hub, token: string): Promise<Record<string, unknown>> => {
  const { body } = await send(hub, 'GET', '/agents', { token })
  if (!Array.isArray(body)) throw new Error('no list')
  return Object.fromEntries(body.filter(isObject).map(({ agent_id, status }) => [String(agent_id), status]))
}

describe('a lease', () => {
  const TIMEOUT_MS = 1000
  const hub = sharedHub({ env: env(TIMEOUT_MS / 1000, { LEASE_MASS_LOSS_RATIO: '1' }) })

  it('[S3] ends after the timeout, not before, and that is pushed when it happens, once', async () => {
    const watcher = await registerAgent(hub(), 'watcher-1')
    keepAlive(hub(), watcher, 100)
    const socket = await follow(hub(), watcher.token)
    const visitors = await openFrames(`${hub().wsUrl}/public/ws`)
    onTestFinished(() => visitors.terminate())
    const before = performance.now()
    await registerAgent(hub(), 'mortal-1')
    const after = performance.now()
    const dead = await becomes(socket, 'mortal-1', 'dead')
    // The lease began between these two moments.
    expect(dead.at - before).toBeGreaterThanOrEqual(TIMEOUT_MS)
    expect(dead.at - after).toBeLessThan(TIMEOUT_MS + LATE_MS + grace(hub(), TIMEOUT_MS))
    const shown = await visitors.next(
      ({ json }) =>
        isObject(json) &&
        json['type'] === 'agents_update' &&
        isObject(json['data']) &&
        json['data']['total_count'] === 1,
    )
    expect(shown.text).not.toContain('mortal-1')
    expect(history(socket, 'mortal-1')).toStrictEqual(['alive', 'dead'])
    expect(history(socket, 'watcher-1')).toStrictEqual(['alive'])
    expect(
      hub()
        .logs()
        .filter(({ event, agent_id }) => event === 'agent_died' && agent_id === 'mortal-1'),
    ).toHaveLength(1)
  })

  it('[S3] never ends while heartbeats come', async () => {
    const watcher = await registerAgent(hub(), 'watcher-2')
    const socket = await follow(hub(), watcher.token)
    keepAlive(hub(), watcher, 100)
    // As long as others need to be born, die and come back, three times over.
    for (const id of ['clock-1', 'clock-2', 'clock-3']) {
      await registerAgent(hub(), id)
      await becomes(socket, id, 'dead')
    }
    expect(history(socket, 'watcher-2')).toStrictEqual(['alive'])
  })

  it('a heartbeat brings the dead back, and its token and socket have lived on', async () => {
    const watcher = await registerAgent(hub(), 'watcher-3')
    keepAlive(hub(), watcher, 100)
    const socket = await follow(hub(), watcher.token)
    const { agentId, token } = await registerAgent(hub(), 'phoenix')
    const own = await follow(hub(), token)
    await becomes(socket, agentId, 'dead')
    const whileDead = (await send(hub(), 'GET', `/agents/${agentId}`, { token: watcher.token })).body
    const beat = await heartbeat(hub(), agentId, token)
    expect(beat.status).toBe(200)
    await becomes(socket, agentId, 'alive')
    const back = (await send(hub(), 'GET', `/agents/${agentId}`, { token })).body
    if (!isObject(whileDead) || !isObject(back) || !isObject(beat.body)) throw new Error('no record')
    expect(back).toStrictEqual({ ...whileDead, status: 'alive', last_seen: beat.body['last_seen'] })
    expect(history(socket, agentId)).toStrictEqual(['alive', 'dead', 'alive'])
    own.send('ping')
    await own.next(({ text }) => text === 'pong')
  })

  it('the last time an agent was seen stays what it was when it died', async () => {
    const watcher = await registerAgent(hub(), 'watcher-4')
    keepAlive(hub(), watcher, 100)
    const socket = await follow(hub(), watcher.token)
    const { agentId, token } = await registerAgent(hub(), 'last-words')
    const beat = await heartbeat(hub(), agentId, token)
    await becomes(socket, agentId, 'dead')
    const dead = await send(hub(), 'GET', `/agents/${agentId}`, { token: watcher.token })
    expect(dead.body).toMatchObject({ status: 'dead', last_seen: textAt(beat.body, 'last_seen') })
  })
})

describe('a hub that was away', () => {
  it('[S4] stopped for several timeouts, kills nobody: everybody gets one timeout from then', async () => {
    const TIMEOUT_MS = 500
    const hub = await startHub({ env: env(TIMEOUT_MS / 1000) })
    onTestFinished(async () => void (await hub.stop()))
    const crowd = await registerCrowd(hub, { count: 5, prefix: 'sleeper' })
    const [first] = crowd
    const socket = await follow(hub, first?.token ?? '')
    signalHub(hub, 'SIGSTOP')
    await pause(TIMEOUT_MS * 4)
    signalHub(hub, 'SIGCONT')
    const woken = performance.now()
    const grace = await hub.waitForLog(
      ({ event, away_ms }) => event === 'outage_grace' && Number(away_ms) > TIMEOUT_MS * 3,
    )
    expect(grace).toMatchObject({ level: 'warn', leases: 5 })
    // Those who speak up again within the timeout live on, the others die a whole timeout after it.
    for (const one of crowd.slice(0, 3)) keepAlive(hub, one, 50)
    const dead = await becomes(socket, 'sleeper-0004', 'dead')
    expect(dead.at - woken).toBeGreaterThanOrEqual(TIMEOUT_MS)
    await hub.waitForLog(({ event, agent_id }) => event === 'agent_died' && agent_id === 'sleeper-0003')
    expect(await statuses(hub, first?.token ?? '')).toStrictEqual({
      'sleeper-0000': 'alive',
      'sleeper-0001': 'alive',
      'sleeper-0002': 'alive',
      'sleeper-0003': 'dead',
      'sleeper-0004': 'dead',
    })
    for (const { agentId } of crowd.slice(0, 3)) expect(history(socket, agentId)).toStrictEqual(['alive'])
  })

  it('mass loss: when many fall silent at once they get one more timeout, and only one', async () => {
    const TIMEOUT_MS = 800
    const hub = await startHub({ env: env(TIMEOUT_MS / 1000) })
    onTestFinished(async () => void (await hub.stop()))
    const crowd = await registerCrowd(hub, { count: 25, prefix: 'mass' })
    const watcher = await registerAgent(hub, 'mass-watcher')
    keepAlive(hub, watcher, 50)
    const socket = await follow(hub, watcher.token)
    // After a pause of the hub all deadlines are the same moment: from here on they fall silent in one sweep.
    signalHub(hub, 'SIGSTOP')
    await pause(TIMEOUT_MS)
    signalHub(hub, 'SIGCONT')
    const woken = performance.now()
    const brake = await hub.waitForLog(({ event }) => event === 'mass_loss_brake')
    expect(brake).toMatchObject({ level: 'warn', silent: 25, agents: 26, grace_s: TIMEOUT_MS / 1000 })
    for (const { agentId } of crowd) expect(history(socket, agentId)).toStrictEqual(['alive'])
    // One of them speaks up and lives; the rest dies one timeout later, without a second brake.
    for (const survivor of crowd.slice(0, 1)) keepAlive(hub, survivor, 50)
    const dead = await becomes(socket, 'mass-0024', 'dead')
    expect(dead.at - woken).toBeGreaterThanOrEqual(TIMEOUT_MS * 2)
    await hub.waitForLog(({ event, agent_id }) => event === 'agent_died' && agent_id === 'mass-0001')
    const now = await statuses(hub, watcher.token)
    expect(Object.values(now).filter((status) => status === 'dead')).toHaveLength(24)
    expect([now['mass-0000'], now['mass-watcher']]).toStrictEqual(['alive', 'alive'])
    expect(hub.logs().filter(({ event }) => event === 'mass_loss_brake')).toHaveLength(1)
  })
})
