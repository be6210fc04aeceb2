import { describe, expect, it } from 'vitest'

import { settled } from '../../../test/channels-rig.ts'
import { anAlert, createDashboardRig, frames, logLine, seen } from '../../../test/dashboard-rig.ts'

const ROUND = ['monitoring', 'health', 'agents']

describe('rounds', () => {
  it('[D2] everything comes again each interval, the log only when there is something new', async () => {
    const hub = createDashboardRig()
    hub.log.append(logLine('before'))
    const client = await hub.watch()
    seen(client)
    hub.rig.pass(4999)
    expect(seen(client)).toEqual([])
    hub.rig.pass(1)
    expect(seen(client)).toEqual(ROUND)
    hub.log.append(logLine('new'))
    hub.rig.pass(5000)
    expect(frames(client)).toMatchObject([
      { type: 'monitoring' },
      { type: 'health' },
      { type: 'agents' },
      { type: 'logs', data: { count: 2, logs: [{ message: 'new' }, { message: 'before' }] } },
    ])
    hub.rig.pass(5000)
    expect(seen(client)).toEqual(ROUND)
  })

  it('[D2] a frame is built once for all who get it', async () => {
    const hub = createDashboardRig()
    const clients = [await hub.watch(), await hub.watch(), await hub.watch()]
    for (const client of clients) seen(client)
    const before = { ...hub.calls }
    hub.rig.pass(5000)
    for (const client of clients) expect(seen(client)).toEqual(ROUND)
    expect(hub.calls.monitoring - before.monitoring).toBe(1)
    expect(hub.calls.health - before.health).toBe(1)
  })

  it('[D2] without a viewer nothing is measured; with the next it begins again', async () => {
    const hub = createDashboardRig()
    hub.rig.pass(60_000)
    expect(hub.calls).toEqual({ monitoring: 0, health: 0, sessions: 0 })
    const client = await hub.watch()
    hub.rig.pass(5000)
    expect(hub.calls.monitoring).toBe(2)
    hub.rig.reception().close(client.session, 1000, '')
    hub.rig.pass(60_000)
    hub.alerts.raise(anAlert('unseen'))
    expect(hub.calls.monitoring).toBe(2)
    const next = await hub.watch('later')
    expect(seen(next)).toEqual([...ROUND, 'logs', 'alert'])
    hub.rig.pass(5000)
    expect(seen(next)).toEqual(ROUND)
  })

  it('[D8] while all have paused nothing is measured either', async () => {
    const hub = createDashboardRig()
    const client = await hub.watch()
    client.say('{"type":"pause_monitoring"}')
    const { monitoring } = hub.calls
    hub.rig.pass(20_000)
    expect(hub.calls.monitoring).toBe(monitoring)
  })

  it('[D7] a new alert comes at once, alone, to everybody', async () => {
    const hub = createDashboardRig()
    hub.alerts.add([anAlert('stored')])
    const [watching, paused] = [await hub.watch(), await hub.watch()]
    paused.say('{"type":"pause_monitoring"}')
    seen(watching)
    seen(paused)
    hub.alerts.raise(anAlert('new'))
    for (const client of [watching, paused]) {
      expect(frames(client)).toMatchObject([{ type: 'alert', data: { alerts: [{ id: 'new' }] } }])
    }
    hub.rig.pass(5000)
    expect(seen(paused)).toEqual(['agents'])
  })

  it('[D6] at most 500 entries, newest first', async () => {
    const hub = createDashboardRig()
    for (let n = 1; n <= 600; n += 1) hub.log.append(logLine(`line ${n}`))
    const sent = frames(await hub.watch())
    const logs = sent.find((frame) => frame.type === 'logs')
    const messages = logs?.type === 'logs' ? logs.data.logs.map(({ message }) => message) : []
    expect(logs).toMatchObject({ data: { count: 500 } })
    expect(messages).toEqual(Array.from({ length: 500 }, (_, at) => `line ${600 - at}`))
  })

  it('[D8] many lines of a page are shown together after the first', async () => {
    const hub = createDashboardRig()
    const client = await hub.watch()
    seen(client)
    const line = '{"type":"dashboard_log","data":{"level":"INFO","message":"again"}}'
    client.say(line)
    hub.rig.pass(1)
    for (let n = 0; n < 10; n += 1) client.say(line)
    hub.rig.pass(50)
    expect(seen(client)).toEqual(['logs'])
    hub.rig.pass(100)
    expect(frames(client)).toMatchObject([{ type: 'logs', data: { count: 11 } }])
  })

  it('when the hub stops nothing runs any more', async () => {
    const hub = createDashboardRig()
    const client = await hub.watch()
    seen(client)
    hub.stop()
    hub.alerts.raise(anAlert('late'))
    hub.rig.pass(20_000)
    expect(seen(client)).toEqual([])
    expect(hub.alerts.listeners()).toBe(0)
  })
})

describe('a viewer that cannot keep up', () => {
  it('[L6] [D2] is left out after the round it has not taken, and gets everything anew when it has', async () => {
    const hub = createDashboardRig({ settings: { maxBackpressure: 100 } })
    const [slow, quick] = [await hub.watch(), await hub.watch()]
    seen(slow)
    seen(quick)
    slow.socket.stall()
    hub.rig.pass(5000)
    expect(seen(slow)).toEqual(ROUND)
    expect(slow.session.behindSince).toBe(0)
    hub.rig.pass(5000)
    expect(seen(slow)).toEqual([])
    expect(slow.session.behindSince).toBeGreaterThan(0)
    hub.alerts.raise(anAlert('missed'))
    expect(seen(quick)).toEqual([...ROUND, ...ROUND, 'alert'])
    slow.socket.drain()
    hub.rig.fanOut.drained(slow.session)
    expect(seen(slow)).toEqual([...ROUND, 'logs', 'alert'])
    expect(slow.session.behindSince).toBe(0)
    hub.rig.pass(5000)
    expect(seen(slow)).toEqual(ROUND)
  })

  it('[L6] one that paused while it was behind gets no monitoring when it has drained', async () => {
    const hub = createDashboardRig({ settings: { maxBackpressure: 100 } })
    const slow = await hub.watch()
    slow.socket.stall()
    hub.rig.pass(10_000)
    slow.say('{"type":"pause_monitoring"}')
    await settled()
    expect(slow.socket.topics.size).toBe(0)
    seen(slow)
    slow.socket.drain()
    hub.rig.fanOut.drained(slow.session)
    expect(seen(slow)).toEqual(['agents', 'logs'])
    expect([...slow.socket.topics]).toEqual(['dashboard-paused'])
  })

  it('[L6] one that stays behind is closed with 4501', async () => {
    const hub = createDashboardRig({ settings: { maxBackpressure: 100, slowConsumerMs: 3000 } })
    const slow = await hub.watch()
    slow.socket.stall()
    hub.rig.pass(10_000)
    slow.pong()
    hub.rig.pass(3100)
    expect(slow.socket.closed()).toEqual({ code: 4501, reason: 'Too slow to follow' })
  })
})
