// /dashboard/ws against a hub, rule by rule.
import { DashboardAgentRecord } from '@arcp/protocol/model'
import { describe, expect, it } from 'vitest'
import { loginAdmin } from '../src/admin.ts'
import { conforming } from '../src/conforms.ts'
import { isObject, openFrames, type FrameSocket } from '../src/frames.ts'
import { startHub, type Hub } from '../src/hub.ts'
import { numberAt, objectsAt, textAt } from '../src/pick.ts'
import { openWs } from '../src/raw-socket.ts'
import { registerAgent, requestTempToken } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { expired, forged, resign } from '../src/tokens.ts'
import { openViewer, watch } from '../src/viewer.ts'
import { jsonFrame } from '../src/ws-frames.ts'

const FIRST = ['monitoring', 'health', 'agents', 'logs']
/** No round comes by itself. */
const QUIET = { DASHBOARD_WS_INTERVAL: '3600', DASHBOARD_WS_MAX_CONNECTIONS: '0' }

/** How a socket is closed that says this first. */
const refusal = async (hub: Hub, first: unknown): Promise<readonly [frames: number, code: number, reason: string]> => {
  const viewer = await openViewer(hub)
  viewer.send(first)
  const { code, reason } = await viewer.closed()
  return [viewer.frames.length, code, reason]
}

/** Messages of the log a socket is shown. */
const messagesIn = (frame: unknown): readonly string[] =>
  objectsAt(frame, 'data', 'logs').map((entry) => textAt(entry, 'message'))

const nextLogs = async (socket: FrameSocket, message: string): Promise<readonly string[]> => {
  const { json } = await socket.next(
    (frame) => isObject(frame.json) && frame.json['type'] === 'logs' && messagesIn(frame.json).includes(message),
  )
  return messagesIn(json)
}

describe('authentication', () => {
  const hub = sharedHub({ env: QUIET })

  it('[D1] [D2] nothing before the token; then everything there is to see', async () => {
    const { token } = await loginAdmin(hub())
    await registerAgent(hub(), 'seen-first')
    const viewer = await openViewer(hub())
    viewer.send('ping')
    viewer.send({ type: 'ping' })
    expect((await viewer.next()).text).toBe('pong')
    expect((await viewer.next()).json).toStrictEqual({ type: 'pong', timestamp: expect.any(Number) })
    expect(viewer.frames).toHaveLength(2)
    viewer.send({ type: 'auth', token })
    const [monitoring, health, agents, logs] = await viewer.inOrder(...FIRST)
    expect(viewer.types().slice(2, 6)).toStrictEqual(FIRST)
    expect(monitoring).toMatchObject({ timestamp: expect.stringMatching(/Z$/), data: { agent_count: 1 } })
    expect(health).toMatchObject({ data: { components: { storage: { status: 'healthy', redis: 'embedded' } } } })
    expect(agents).toMatchObject({
      data: { total_count: 1, active_count: 1, agent_types: { testing: 1 }, status_summary: { alive: 1, dead: 0 } },
    })
    const [record] = objectsAt(agents, 'data', 'agents')
    expect(conforming(DashboardAgentRecord, record)).toMatchObject({ agent_id: 'seen-first', status: 'alive' })
    expect(numberAt(logs, 'data', 'count')).toBe(objectsAt(logs, 'data', 'logs').length)
    expect(objectsAt(logs, 'data', 'logs')).toContainEqual(
      expect.objectContaining({ event_type: 'agent_registered', agent_id: 'seen-first', agent_type: 'testing' }),
    )
  })

  it.each([
    ['text that is no JSON', 'let me in', 4001, 'Auth frame required'],
    ['a token without its type', { token: 'x' }, 4001, 'Auth frame required'],
    ['a request', { type: 'clear_logs' }, 4001, 'Auth frame required'],
    ['no token', { type: 'auth' }, 4001, 'Authentication token required'],
    ["the guide's token", { type: 'auth', token: 'your-admin-jwt-token' }, 4001, 'Invalid token'],
  ])('[D1] %s is refused', async (_, first, code, reason) => {
    expect(await refusal(hub(), first)).toStrictEqual([0, code, reason])
  })

  it('[D1] tokens that are forged, expired, of an ended session or of somebody else are refused', async () => {
    const { token, ask } = await loginAdmin(hub())
    const agent = await registerAgent(hub(), 'no-operator')
    const temp = await requestTempToken(hub(), 'no-operator-either')
    const invalid = [0, 4001, 'Invalid token']
    const forbidden = [0, 4003, 'Admin role required']
    const auth = (given: string) => ({ type: 'auth', token: given })
    expect(await refusal(hub(), auth(forged(token)))).toStrictEqual(invalid)
    expect(await refusal(hub(), auth(await expired('admin', token)))).toStrictEqual(invalid)
    expect(await refusal(hub(), auth(agent.token))).toStrictEqual(forbidden)
    expect(await refusal(hub(), auth(temp))).toStrictEqual(forbidden)
    await watch(hub(), token)
    await ask('POST', '/auth/logout')
    expect(await refusal(hub(), auth(token))).toStrictEqual(invalid)
  })

  it('[D1] logging out closes every socket of the session within a second, and no other', async () => {
    const [leaving, staying] = await Promise.all([loginAdmin(hub()), loginAdmin(hub())])
    const sockets = await Promise.all([watch(hub(), leaving.token), watch(hub(), leaving.token)])
    const other = await watch(hub(), staying.token)
    const from = performance.now()
    await leaving.ask('POST', '/auth/logout')
    for (const socket of sockets) {
      expect(await socket.closed()).toMatchObject({ code: 4001, reason: 'Session ended' })
    }
    expect(performance.now() - from).toBeLessThan(1000)
    other.send({ type: 'agents_request' })
    await other.nextOfType('agents_ack')
  })

  it('[D1] a fresh token of the same session is acknowledged; one of another session ends the socket', async () => {
    const [one, other] = await Promise.all([loginAdmin(hub()), loginAdmin(hub())])
    const viewer = await watch(hub(), one.token)
    const refreshed = await one.ask('POST', '/tokens/refresh')
    viewer.send({ type: 'auth', token: textAt(refreshed.body, 'access_token') })
    expect(await viewer.nextOfType('auth_ack')).toMatchObject({ data: { status: 'ok' } })
    viewer.send({ type: 'auth', token: other.token })
    expect(await viewer.closed()).toMatchObject({ code: 4001, reason: 'Invalid token' })
  })

  it('[D1] a frame in the same breath as the token is not acted on: 4001', async () => {
    const { token } = await loginAdmin(hub())
    const watching = await watch(hub(), token)
    const raw = await openWs(hub(), { path: '/dashboard/ws' })
    // The hub knows what it signed itself and says so at once; this one it has to verify.
    const unseen = await resign('admin', token, {})
    raw.write(Buffer.concat([jsonFrame({ type: 'auth', token: unseen }), jsonFrame({ type: 'clear_logs' })]))
    expect(await raw.closed()).toMatchObject({ code: 4001, reason: 'Authentication required' })
    watching.send({ type: 'dashboard_log', data: { level: 'INFO', message: 'still here' } })
    expect((await nextLogs(watching, 'still here')).filter((line) => line.includes('cleared the log'))).toStrictEqual(
      [],
    )
  })

  it('[D2] with "live":1 nothing comes until it is asked for', async () => {
    const { token } = await loginAdmin(hub())
    const viewer = await openViewer(hub())
    viewer.send({ type: 'auth', token, live: 1 })
    const marker = await watch(hub(), token)
    marker.send({ type: 'dashboard_log', data: { level: 'INFO', message: 'a marker' } })
    await nextLogs(marker, 'a marker')
    expect(viewer.frames).toStrictEqual([])
    viewer.send({ type: 'agents_request' })
    await viewer.inOrder('agents', 'agents_ack')
    expect(viewer.types()).toStrictEqual(['agents', 'agents_ack'])
  })
})

describe('requests', () => {
  const hub = sharedHub({ env: QUIET })

  it('[D8] pause, resume, refresh and agents are answered in their order', async () => {
    const viewer = await watch(hub(), (await loginAdmin(hub())).token)
    const before = viewer.frames.length
    for (const type of ['pause_monitoring', 'refresh_request', 'agents_request', 'resume_monitoring'])
      viewer.send({ type })
    const resumed = await viewer.nextOfType('resume_ack')
    expect(viewer.types().slice(before)).toStrictEqual([
      'pause_ack',
      ...FIRST,
      'refresh_ack',
      'agents',
      'agents_ack',
      'monitoring',
      'health',
      'resume_ack',
    ])
    expect(resumed).toStrictEqual({
      type: 'resume_ack',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: { status: 'resumed' },
    })
    const refreshed = viewer.frames
      .map(({ json }) => json)
      .find((json) => isObject(json) && json['type'] === 'refresh_ack')
    expect(refreshed).toMatchObject({ data: { status: 'completed', message: 'Fresh data sent' } })
  })

  it('[D8] [D6] a line of one operator is shown to all at once, with who wrote it and the level in short', async () => {
    const { token } = await loginAdmin(hub())
    const [writer, other] = await Promise.all([watch(hub(), token), watch(hub(), token)])
    writer.send({ type: 'pause_monitoring' })
    writer.send({ type: 'dashboard_log', data: { level: 'warning', message: 'Looks odd', timestamp: 'yesterday' } })
    for (const socket of [writer, other]) {
      const { json } = await socket.next((frame) => isObject(frame.json) && frame.json['type'] === 'logs')
      const [newest] = objectsAt(json, 'data', 'logs')
      expect(newest).toMatchObject({ level: 'WARN', message: 'Looks odd', source: 'dashboard admin' })
    }
  })

  it('[D8] [D7] an alert of an operator is stored once by its id and is news to nobody', async () => {
    const { token } = await loginAdmin(hub())
    const [writer, other] = await Promise.all([watch(hub(), token), watch(hub(), token)])
    const given = { title: 'Own', message: 'M', severity: 'info', type: 'page', timestamp: '2026-01-07T10:30:00Z' }
    const alerts = [{ ...given, id: 'own-1' }, given]
    writer.send({ type: 'dashboard_alert', data: { alerts } })
    writer.send({ type: 'dashboard_alert', data: { ...given, id: 'own-1', title: 'Again' } })
    writer.send({ type: 'refresh_request' })
    const { data } = await writer.nextOfType('alert')
    const own = objectsAt(data, 'alerts').filter(({ type }) => type === 'page')
    expect(own).toHaveLength(2)
    expect(own.map(({ title }) => title)).toStrictEqual(['Own', 'Own'])
    expect(own.map(({ id }) => id)).toContain('own-1')
    expect(own.every(({ id }) => typeof id === 'string' && id !== '')).toBe(true)
    other.send({ type: 'agents_request' })
    await other.nextOfType('agents_ack')
    const told = other.frames.filter(({ json }) => isObject(json) && json['type'] === 'alert')
    expect(told.flatMap(({ json }) => objectsAt(json, 'data', 'alerts')).filter(({ type }) => type === 'page')).toEqual(
      [],
    )
  })

  it('[D8] [C5] [C6] what is no request is answered, and the socket stays', async () => {
    const viewer = await watch(hub(), (await loginAdmin(hub())).token)
    viewer.send('no JSON')
    viewer.send({ type: 'subscribe', channel: 'agents' })
    viewer.send({ type: 'dashboard_alert', data: { alerts: [] } })
    const errors = await viewer.inOrder('error', 'error', 'error')
    expect(errors).toMatchObject([
      { message: 'Invalid JSON format' },
      { message: 'Unknown message type: subscribe' },
      { path: expect.stringMatching(/^\/data/) },
    ])
  })
})

describe('clearing', () => {
  const hub = sharedHub({ env: QUIET })

  it('[D9] clears for everybody, and one line says who did', async () => {
    const { token } = await loginAdmin(hub())
    const [viewer, other] = await Promise.all([watch(hub(), token), watch(hub(), token)])
    viewer.send({ type: 'clear_logs' })
    const ack = await viewer.nextOfType('clear_logs_ack')
    expect(ack).toMatchObject({ data: { status: 'completed', message: 'Logs cleared' } })
    expect((await nextLogs(other, 'admin cleared the log')).at(-1)).toBe('admin cleared the log')
    viewer.send({ type: 'dashboard_alert', data: { title: 'T', message: 'M', severity: 'info', type: 'page' } })
    viewer.send({ type: 'clear_alerts' })
    await viewer.nextOfType('clear_alerts_ack')
    await nextLogs(other, 'admin cleared the alerts')
    viewer.send({ type: 'refresh_request' })
    await viewer.nextOfType('refresh_ack')
    expect(viewer.types()).not.toContain('alert')
    expect(hub().logs()).toContainEqual(expect.objectContaining({ event: 'logs_cleared', user: 'admin' }))
  })

  it('[D9] in a session with a PIN it must be shown, unless it was lately', async () => {
    const admin = await loginAdmin(hub())
    const viewer = await watch(hub(), admin.token)
    expect((await admin.ask('POST', '/auth/set_pin', { body: { pin: '4711' } })).status).toBe(200)
    viewer.send({ type: 'clear_logs' })
    viewer.send({ type: 'clear_alerts', pin: '4712' })
    expect(await viewer.inOrder('error', 'error')).toMatchObject([
      { message: 'This session has a PIN: send it as "pin"', path: '/pin' },
      { message: 'Wrong PIN: 4 tries left before the session ends', path: '/pin' },
    ])
    viewer.send({ type: 'clear_logs', pin: '4711' })
    await viewer.nextOfType('clear_logs_ack')
    viewer.send({ type: 'clear_alerts' })
    await viewer.nextOfType('clear_alerts_ack')
  })

  it('[D9] too many wrong ones end the session and all its sockets', async () => {
    const admin = await loginAdmin(hub())
    await admin.ask('POST', '/auth/set_pin', { body: { pin: '4711' } })
    const [viewer, other] = await Promise.all([watch(hub(), admin.token), watch(hub(), admin.token)])
    for (let left = 5; left > 0; left -= 1) viewer.send({ type: 'clear_logs', pin: '0000' })
    for (const socket of [viewer, other]) {
      expect(await socket.closed()).toMatchObject({ code: 4001, reason: 'Session ended' })
    }
    expect(viewer.types()).not.toContain('clear_logs_ack')
  })
})

describe('with rounds', () => {
  const hub = sharedHub({ env: { DASHBOARD_WS_INTERVAL: '0.3', DASHBOARD_WS_MAX_CONNECTIONS: '0' } })

  it('[D2] [D3] [D4] [D5] each interval brings everything, the log when it has something new', async () => {
    const viewer = await watch(hub(), (await loginAdmin(hub())).token)
    await registerAgent(hub(), 'in-a-round')
    const { json } = await viewer.next(
      (frame) => isObject(frame.json) && frame.json['type'] === 'agents' && frame.text.includes('in-a-round'),
    )
    expect(numberAt(json, 'data', 'total_count')).toBeGreaterThan(0)
    await nextLogs(viewer, 'Agent in-a-round (testing) registered')
    const [monitoring, health] = await viewer.inOrder('monitoring', 'health')
    expect(monitoring).toMatchObject({ data: { resource_utilization: { memory: expect.any(Number) } } })
    expect(health).toMatchObject({ data: { components: { agents: { total: expect.any(Number) } } } })
    // Once nothing happens any more, rounds go on without the log.
    const bare = 'agents monitoring health agents'
    while (!viewer.types().join(' ').includes(bare)) await viewer.nextOfType('agents')
  })

  it('[D7] [D8] alerts, agents and logs reach who paused; monitoring and health do not', async () => {
    const { token } = await loginAdmin(hub())
    const viewer = await watch(hub(), token)
    viewer.send({ type: 'pause_monitoring' })
    await viewer.nextOfType('pause_ack')
    const from = viewer.frames.length
    viewer.send({ type: 'dashboard_log', data: { level: 'INFO', message: 'while paused' } })
    await nextLogs(viewer, 'while paused')
    for (let round = 0; round < 3; round += 1) await viewer.nextOfType('agents')
    const came = viewer.types().slice(from)
    expect(came.filter((type) => type === 'monitoring' || type === 'health')).toStrictEqual([])
    viewer.send({ type: 'resume_monitoring' })
    await viewer.inOrder('resume_ack', 'monitoring', 'health', 'agents')
  })
})

describe('alerts', () => {
  it('[D7] a new alert of the hub reaches all who watch, those who paused included', async () => {
    const hub = await startHub({ env: { DASHBOARD_WS_INTERVAL: '0.3', AGENT_HEARTBEAT_TIMEOUT: '0.5' } })
    try {
      const { token } = await loginAdmin(hub)
      const [viewer, paused] = await Promise.all([watch(hub, token), watch(hub, token)])
      paused.send({ type: 'pause_monitoring' })
      await paused.nextOfType('pause_ack')
      // Only now: what is raised before they watch would be no new alert for them.
      await registerAgent(hub, 'falls-silent')
      for (const socket of [viewer, paused]) {
        const { json } = await socket.next(
          (frame) =>
            isObject(frame.json) &&
            frame.json['type'] === 'alert' &&
            objectsAt(frame.json, 'data', 'alerts').some(
              ({ severity }) => severity === 'warning' || severity === 'critical',
            ),
        )
        expect(objectsAt(json, 'data', 'alerts')).toContainEqual(
          expect.objectContaining({ type: 'agents', id: expect.stringMatching(/./) }),
        )
      }
    } finally {
      await hub.stop()
    }
  })
})

describe('limits', () => {
  const hub = sharedHub({
    env: {
      DASHBOARD_WS_INTERVAL: '3600',
      DASHBOARD_WS_TIMEOUT: '1',
      DASHBOARD_WS_PING_INTERVAL: '0.5',
      DASHBOARD_WS_MAX_CONNECTIONS: '1',
      WS_MAX_PAYLOAD_BYTES: '2048',
    },
  })

  it('[D1] [C4] who says nothing is closed with 4001; who has authenticated is pinged and stays', async () => {
    const { token } = await loginAdmin(hub())
    const [silent, viewer] = await Promise.all([openViewer(hub()), watch(hub(), token)])
    expect(await silent.closed()).toMatchObject({ code: 4001, reason: 'Authentication timeout' })
    for (let pings = 0; pings < 4; pings += 1) await viewer.next(({ text }) => text === 'ping')
    viewer.send({ type: 'agents_request' })
    await viewer.nextOfType('agents_ack')
    viewer.close()
    await viewer.closed()
  })

  it('[C8] only authenticated sockets count, and 1013 comes after the token check', async () => {
    const { token } = await loginAdmin(hub())
    const stranger = await openViewer(hub())
    const first = await watch(hub(), token)
    expect(await refusal(hub(), { type: 'auth', token: 'none' })).toStrictEqual([0, 4001, 'Invalid token'])
    expect(await refusal(hub(), { type: 'auth', token })).toStrictEqual([0, 1013, 'WebSocket capacity reached'])
    first.close()
    await first.closed()
    stranger.send({ type: 'auth', token })
    await stranger.inOrder(...FIRST)
    stranger.close()
    await stranger.closed()
  })

  it('[C7] [D8] frames up to WS_MAX_PAYLOAD_BYTES are taken, bigger ones close with 1009, binary ones with 1003', async () => {
    const { token } = await loginAdmin(hub())
    const viewer = await watch(hub(), token)
    viewer.send({ type: 'dashboard_log', data: { level: 'INFO', message: 'x'.repeat(1500) } })
    await nextLogs(viewer, 'x'.repeat(1500))
    viewer.send({ type: 'dashboard_log', data: { level: 'INFO', message: 'x'.repeat(2100) } })
    expect(await viewer.closed()).toMatchObject({ code: 1009 })
    const binary = await watch(hub(), token)
    binary.sendBinary(new Uint8Array([1]))
    expect(await binary.closed()).toMatchObject({ code: 1003 })
  })

  it('[C9] pages of another origin are refused before the upgrade, those of this machine pass in development', async () => {
    const url = `${hub().wsUrl}/dashboard/ws`
    await expect(openFrames(url, { origin: 'https://elsewhere.example' })).rejects.toThrow('403')
    const own = await openFrames(url, { origin: 'http://localhost:5173' })
    own.terminate()
  })
})

it('[C10] a stopping hub sends viewers away with 1012', async () => {
  const hub = await startHub()
  const { token } = await loginAdmin(hub)
  const [viewer, live] = await Promise.all([watch(hub, token), openViewer(hub)])
  live.send({ type: 'auth', token, live: 1 })
  live.send('ping')
  await live.next(({ text }) => text === 'pong')
  await hub.stop()
  // Who asked for live frames is told before it goes.
  expect(await live.nextOfType('draining')).toMatchObject({ deadline_ms: expect.any(Number) })
  expect(viewer.types()).not.toContain('draining')
  expect(await live.closed()).toMatchObject({ code: 1012 })
  expect(await viewer.closed()).toMatchObject({ code: 1012, reason: 'Hub is restarting, come back' })
})
