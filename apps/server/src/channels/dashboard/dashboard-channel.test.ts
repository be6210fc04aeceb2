import { describe, expect, it } from 'vitest'

import { settled } from '../../../test/channels-rig.ts'
import { anAlert, createDashboardRig, frames, logLine, seen } from '../../../test/dashboard-rig.ts'

const FIRST = ['monitoring', 'health', 'agents', 'logs']
const auth = (token: string, more: object = {}): string => JSON.stringify({ type: 'auth', token, ...more })

describe('the first frame', () => {
  it('[D1] [D2] a good token: nothing before it, then everything there is to see', async () => {
    const hub = createDashboardRig()
    const client = hub.connect()
    expect(seen(client)).toEqual([])
    client.say(auth('admin'))
    await settled()
    expect(seen(client)).toEqual(FIRST)
    expect([...client.socket.topics]).toEqual(['dashboard'])
    expect(client.session.state).toMatchObject({ kind: 'authenticated', live: false })
  })

  it.each([
    ['text that is no JSON', 'let me in', 4001, 'Auth frame required'],
    ['no object', '[]', 4001, 'Auth frame required'],
    ['another request', '{"type":"refresh_request"}', 4001, 'Auth frame required'],
    ['a token without its type', '{"token":"admin"}', 4001, 'Auth frame required'],
    ['an unknown live version', auth('admin', { live: 2 }), 4001, 'Auth frame required'],
    ['no token', '{"type":"auth"}', 4001, 'Authentication token required'],
    ['an empty token', auth(''), 4001, 'Authentication token required'],
    ['a token that is a number', '{"type":"auth","token":5}', 4001, 'Invalid token'],
    ['a token that is none', auth('none'), 4001, 'Invalid token'],
    ['a token of a session that ended', auth('admin:gone'), 4001, 'Invalid token'],
    ["an agent's token", auth('agent'), 4003, 'Admin role required'],
  ])('[D1] %s is refused', async (_, text, code, reason) => {
    const { connect } = createDashboardRig()
    const { socket, say } = connect()
    say(text)
    await settled()
    expect(socket.closed()).toEqual({ code, reason })
    expect(socket.sent).toEqual([])
  })

  it('[D1] who says nothing in time is closed with 4001; a ping does not buy time', () => {
    const { connect, rig } = createDashboardRig()
    const { socket, say } = connect()
    rig.pass(2900)
    say('ping')
    say('{"type":"ping"}')
    say('{"type":"pong"}')
    expect(socket.frames()).toMatchObject(['pong', { type: 'pong' }])
    expect(socket.closed()).toBeUndefined()
    rig.pass(150)
    expect(socket.closed()).toEqual({ code: 4001, reason: 'Authentication timeout' })
  })

  it('[D1] a fault of the hub closes with 4000', async () => {
    const { watch, rig } = createDashboardRig()
    const { socket } = await watch('broken')
    expect(socket.closed()).toEqual({ code: 4000, reason: 'Internal error' })
    expect(rig.errors).toEqual(['socket_handler_failed'])
  })

  it('[D1] a frame before the verdict closes with 4001, and nothing is done; a ping is answered', async () => {
    const hub = createDashboardRig()
    hub.log.append(logLine('one'))
    const { socket, say } = hub.connect()
    say(auth('admin'))
    say('{"type":"ping"}')
    expect(socket.frames()).toMatchObject([{ type: 'pong' }])
    say('{"type":"clear_logs"}')
    expect(socket.closed()).toEqual({ code: 4001, reason: 'Authentication required' })
    await settled()
    expect(hub.log.newest(10)).toHaveLength(1)
    expect(socket.topics.size).toBe(0)
  })

  it('[D1] a session that ends while it is looked up ends the socket', async () => {
    const hub = createDashboardRig()
    let release = (): void => undefined
    hub.state.held = new Promise((resolve) => {
      release = resolve
    })
    const { socket, say } = hub.connect()
    say(auth('admin'))
    await settled()
    hub.endSession('s1')
    expect(socket.closed()).toEqual({ code: 4001, reason: 'Session ended' })
    hub.openSession('s1')
    release()
    await settled()
    expect(socket.sent).toEqual([])
  })

  it('[D2] with "live":1 nothing comes until it is asked for', async () => {
    const hub = createDashboardRig()
    const client = hub.connect()
    client.say(auth('admin', { live: 1 }))
    await settled()
    hub.alerts.raise(anAlert('a'))
    hub.rig.pass(6000)
    expect(seen(client)).toEqual([])
    client.say('{"type":"agents_request"}')
    client.say('{"type":"pause_monitoring"}')
    client.say('{"type":"resume_monitoring"}')
    expect(seen(client)).toEqual(['agents', 'agents_ack', 'pause_ack', 'monitoring', 'health', 'resume_ack'])
    expect(client.socket.topics.size).toBe(0)
  })

  it('[C8] 1013 beyond the limit of authenticated sockets, after the token was looked at', async () => {
    const hub = createDashboardRig({ max: 1 })
    const silent = hub.connect()
    const first = await hub.watch()
    expect(first.socket.closed()).toBeUndefined()
    expect((await hub.watch('none')).socket.closed()).toMatchObject({ code: 4001 })
    expect((await hub.watch()).socket.closed()).toEqual({ code: 1013, reason: 'WebSocket capacity reached' })
    hub.rig.reception().close(first.session, 1000, '')
    expect((await hub.watch()).socket.closed()).toBeUndefined()
    expect(silent.socket.closed()).toBeUndefined()
  })

  it('[C8] who has not authenticated after a second is counted as pending until it has, or is gone', async () => {
    const hub = createDashboardRig()
    const one = hub.connect()
    const other = hub.connect()
    hub.rig.pass(1100)
    expect(hub.pending()).toBe(2)
    one.say(auth('admin'))
    await settled()
    other.say('x')
    expect(hub.pending()).toBe(0)
  })
})

describe('the session', () => {
  it('[D1] its end closes every socket of it, and no other', async () => {
    const hub = createDashboardRig()
    hub.openSession('s2')
    const [one, two, other] = [await hub.watch(), await hub.watch(), await hub.watch('admin:s2')]
    hub.endSession('s1')
    expect(one.socket.closed()).toEqual({ code: 4001, reason: 'Session ended' })
    expect(two.socket.closed()).toEqual({ code: 4001, reason: 'Session ended' })
    expect(other.socket.closed()).toBeUndefined()
  })

  it('[D1] the end of the token closes with 4001; a later one of the same session puts it off', async () => {
    const hub = createDashboardRig({ settings: { slowConsumerMs: 1_000_000 } })
    const [ended, extended] = [await hub.watch(), await hub.watch()]
    for (const client of [ended, extended]) client.socket.frames()
    extended.say(auth('later'))
    await settled()
    expect(extended.socket.frames()).toEqual([
      { type: 'auth_ack', timestamp: expect.stringMatching(/Z$/), data: { status: 'ok' } },
    ])
    for (let passed = 0; passed < 101_000; passed += 5000) {
      hub.rig.pass(5000)
      ended.pong()
      extended.pong()
    }
    expect(ended.socket.closed()).toEqual({ code: 4001, reason: 'Token expired' })
    expect(extended.socket.closed()).toBeUndefined()
  })

  it.each([
    ['of another session', 'admin:s2', 4001, 'Invalid token'],
    ['that is none', 'none', 4001, 'Invalid token'],
    ['of an agent', 'agent', 4003, 'Admin role required'],
  ])('[D1] a later token %s ends the socket', async (_, token, code, reason) => {
    const hub = createDashboardRig()
    hub.openSession('s2')
    const { socket, say } = await hub.watch()
    say(auth(token))
    await settled()
    expect(socket.closed()).toEqual({ code, reason })
  })
})

describe('requests', () => {
  it('[D8] pause stops monitoring and health for who asked; alerts, agents and logs keep coming', async () => {
    const hub = createDashboardRig()
    const [paused, other] = [await hub.watch(), await hub.watch()]
    seen(paused)
    seen(other)
    paused.say('{"type":"pause_monitoring"}')
    expect(frames(paused)).toMatchObject([{ type: 'pause_ack', data: { status: 'paused' } }])
    hub.log.append(logLine('new'))
    hub.alerts.raise(anAlert('a'))
    hub.rig.pass(5000)
    expect(seen(paused)).toEqual(['alert', 'agents', 'logs'])
    expect(seen(other)).toEqual(['alert', 'monitoring', 'health', 'agents', 'logs'])
    paused.say('{"type":"resume_monitoring"}')
    expect(seen(paused)).toEqual(['monitoring', 'health', 'resume_ack'])
    hub.rig.pass(5000)
    expect(seen(paused)).toEqual(['monitoring', 'health', 'agents'])
  })

  it('[D8] refresh and agents are answered whether paused or not, the acknowledgement last', async () => {
    const hub = createDashboardRig()
    hub.alerts.add([anAlert('a')])
    const client = await hub.watch()
    expect(seen(client)).toEqual([...FIRST, 'alert'])
    client.say('{"type":"refresh_request"}')
    expect(seen(client)).toEqual([...FIRST, 'alert', 'refresh_ack'])
    client.say('{"type":"pause_monitoring"}')
    seen(client)
    client.say('{"type":"refresh_request"}')
    client.say('{"type":"agents_request"}')
    const answers = frames(client)
    expect(answers.map(({ type }) => type)).toEqual([...FIRST, 'alert', 'refresh_ack', 'agents', 'agents_ack'])
    expect(answers[5]).toMatchObject({ data: { status: 'completed', message: 'Fresh data sent' } })
  })

  it('[D8] a line of a page is kept with who wrote it, and shown to everybody at once', async () => {
    const hub = createDashboardRig()
    const [writer, other] = [await hub.watch(), await hub.watch()]
    seen(writer)
    seen(other)
    writer.say('{"type":"dashboard_log","data":{"level":"SUCCESS","message":"PIN was right","timestamp":"whenever"}}')
    hub.rig.pass(1)
    for (const client of [writer, other]) {
      expect(frames(client)).toMatchObject([
        { type: 'logs', data: { logs: [{ level: 'SUCS', message: 'PIN was right', source: 'dashboard root' }] } },
      ])
    }
    hub.rig.pass(5000)
    expect(seen(other)).toEqual(['monitoring', 'health', 'agents'])
  })

  it('[D8] an alert of a page is kept once, and is news to nobody', async () => {
    const hub = createDashboardRig()
    const client = await hub.watch()
    seen(client)
    const given = {
      id: 'own',
      title: 'T',
      message: 'M',
      severity: 'info',
      type: 'page',
      timestamp: '2026-01-02T03:04Z',
    }
    const { id: _, ...nameless } = given
    client.say(JSON.stringify({ type: 'dashboard_alert', data: given }))
    client.say(JSON.stringify({ type: 'dashboard_alert', data: { alerts: [given, { ...nameless, timestamp: 'x' }] } }))
    hub.rig.pass(5000)
    expect(seen(client)).toEqual(['monitoring', 'health', 'agents'])
    expect(hub.alerts.all()).toMatchObject([
      { id: 'random', timestamp: expect.stringMatching(/^2026-.*Z$/) },
      { id: 'own', timestamp: '2026-01-02T03:04:00.000Z' },
    ])
    client.say('{"type":"refresh_request"}')
    expect(frames(client)[4]).toMatchObject({ type: 'alert', data: { alerts: [{ id: 'random' }, { id: 'own' }] } })
  })

  it.each(['+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00Z'])(
    '[D8] an alert with the time %s does not spoil the frame for all who watch',
    async (timestamp) => {
      const hub = createDashboardRig()
      const client = await hub.watch()
      const given = { title: 't', message: 'm', severity: 'info', type: 'x', timestamp }
      client.say(JSON.stringify({ type: 'dashboard_alert', data: given }))
      expect(hub.alerts.all()).toMatchObject([{ timestamp: expect.stringMatching(/^2026-.*Z$/) }])
    },
  )

  it('[D8] [C5] [C6] what is no request says so, and the socket stays', async () => {
    const hub = createDashboardRig()
    const client = await hub.watch()
    seen(client)
    client.say('no JSON')
    client.say('{"type":"subscribe"}')
    client.say('{"type":"dashboard_log","data":{"level":"LOUD","message":"m"}}')
    expect(frames(client)).toMatchObject([
      { type: 'error', message: 'Invalid JSON format' },
      { type: 'error', message: 'Unknown message type: subscribe' },
      { type: 'error', path: '/data/level' },
    ])
    expect(hub.log.count()).toBe(0)
    expect(client.socket.closed()).toBeUndefined()
  })
})

describe('clearing', () => {
  const clearLogs = (pin?: string): string => JSON.stringify({ type: 'clear_logs', pin })

  it('[D9] without a PIN it is done, and one line says by whom', async () => {
    const hub = createDashboardRig()
    hub.log.append(logLine('old'))
    hub.alerts.add([anAlert('a')])
    const client = await hub.watch()
    seen(client)
    client.say(clearLogs())
    client.say('{"type":"clear_alerts"}')
    await settled()
    expect(frames(client)).toMatchObject([
      { type: 'clear_logs_ack', data: { status: 'completed' } },
      { type: 'clear_alerts_ack', data: { status: 'completed' } },
    ])
    expect(hub.log.newest(10)).toEqual([])
    expect(hub.alerts.all()).toEqual([])
    expect(hub.lines).toEqual([
      { event: 'logs_cleared', fields: { user: 'root', client_ip: '192.0.2.1' } },
      { event: 'alerts_cleared', fields: { user: 'root', client_ip: '192.0.2.1' } },
    ])
  })

  it.each([
    ['is missing', undefined, { kind: 'right' }, 'This session has a PIN: send it as "pin"', 0],
    ['is wrong', '1111', { kind: 'wrong', triesLeft: 2 }, 'Wrong PIN: 2 tries left before the session ends', 1],
    ['was tried too often', '1111', { kind: 'busy', retryAfterS: 7 }, 'Too many tries: wait 7 s', 1],
  ] as const)('[D9] a PIN that %s: nothing is cleared', async (_, pin, verdict, message, asked) => {
    const hub = createDashboardRig()
    hub.openSession('s1', { pinSet: true })
    hub.log.append(logLine('old'))
    hub.state.verdict = verdict
    const client = await hub.watch()
    seen(client)
    client.say(clearLogs(pin))
    await settled()
    expect(frames(client)).toEqual([{ type: 'error', message, path: '/pin' }])
    expect(hub.log.newest(10)).toHaveLength(1)
    const refused = { event: 'pin_refused', fields: { reason: verdict.kind, user: 'root', client_ip: '192.0.2.1' } }
    expect(hub.lines).toEqual(asked === 0 ? [] : [expect.objectContaining(refused)])
    expect(hub.attempts).toEqual(asked === 0 ? [] : ['pin failed'])
  })

  it('[D9] what the other hubs cannot be told of is not cleared', async () => {
    const hub = createDashboardRig()
    hub.log.append(logLine('old'))
    hub.state.told = false
    const client = await hub.watch()
    seen(client)
    client.say(clearLogs())
    await settled()
    expect(frames(client)).toMatchObject([{ type: 'error', message: expect.stringMatching(/try again/) }])
    expect(hub.log.newest(10)).toHaveLength(1)
    expect(hub.lines).toEqual([])
  })

  it('[D9] what was cleared at another hub is cleared here, and shown', async () => {
    const hub = createDashboardRig()
    hub.log.append(logLine('old'))
    hub.alerts.add([anAlert('a')])
    hub.clearedElsewhere('logs')
    hub.clearedElsewhere('alerts')
    expect([hub.log.newest(10), hub.alerts.all()]).toEqual([[], []])
    expect(hub.lines).toEqual([
      { event: 'logs_cleared', fields: { user: 'ann' } },
      { event: 'alerts_cleared', fields: { user: 'ann' } },
    ])
  })

  it('[D9] a PIN that is right clears', async () => {
    const hub = createDashboardRig()
    hub.openSession('s1', { pinSet: true })
    const client = await hub.watch()
    seen(client)
    client.say(clearLogs('2222'))
    await settled()
    expect(seen(client)).toEqual(['clear_logs_ack'])
    expect(hub.pins).toEqual(['2222'])
    expect(hub.attempts).toEqual(['pin success'])
  })

  it('[D9] one that was right within five minutes need not be given again; a wrong one never passes', async () => {
    const hub = createDashboardRig()
    const client = await hub.watch()
    seen(client)
    const verifiedAgo = (ms: number): void =>
      hub.openSession('s1', { pinSet: true, pinVerifiedAt: hub.rig.time.clock.wall() - ms })
    verifiedAgo(300_000)
    client.say(clearLogs())
    await settled()
    expect(seen(client)).toEqual(['clear_logs_ack'])
    hub.state.verdict = { kind: 'wrong', triesLeft: 1 }
    client.say(clearLogs('1111'))
    await settled()
    expect(seen(client)).toEqual(['error'])
    verifiedAgo(300_001)
    client.say(clearLogs())
    await settled()
    expect(seen(client)).toEqual(['error'])
  })

  it('[D9] too many wrong ones end the session, and with it the socket', async () => {
    const hub = createDashboardRig()
    hub.openSession('s1', { pinSet: true })
    hub.state.verdict = { kind: 'session-ended' }
    const { socket, say } = await hub.watch()
    say(clearLogs('1111'))
    await settled()
    expect(socket.closed()).toEqual({ code: 4001, reason: 'Session ended' })
  })
})
