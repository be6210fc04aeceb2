// Group B of the attack catalogue, sockets over time: silence, readers that do not read, and the hub's own end.
// These wait for real deadlines, so they run at the same time, each with a hub of its own.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, test } from 'vitest'
import { startTarget, type Target } from '../src/attack-target.ts'
import {
  answerPings,
  ask,
  handshakeBytes,
  openRaw,
  openWs,
  requestBytes,
  type RawClose,
  type RawSocket,
} from '../src/raw-socket.ts'
import { registerAgent } from '../src/rest.ts'
import { jsonFrame, OPCODE, textFrame } from '../src/ws-frames.ts'

const texts = (socket: RawSocket, wanted: string): number =>
  socket.frames.items.filter(({ opcode, payload }) => opcode === OPCODE.text && payload.toString() === wanted).length

/** Resolves with the `count`th text frame that is `wanted`. */
const reaches = async (socket: RawSocket, wanted: string, count: number): Promise<void> => {
  for (let from = 0, seen = 0; seen < count; seen += 1) {
    const fits = ({ opcode, payload }: (typeof socket.frames.items)[number]): boolean =>
      opcode === OPCODE.text && payload.toString() === wanted
    from = (await socket.frames.find(fits, { from, deadlineMs: 30_000 })).index + 1
  }
}

const openAgents = async (hub: Target, auth: Readonly<Record<string, unknown>>): Promise<RawSocket> => {
  const socket = await openWs(hub, { path: '/agents/ws' })
  await socket.text()
  socket.write(jsonFrame({ token: hub.token, ...auth }))
  return socket
}

/** Connections the hub still holds and has bytes for that their peers do not take, as the kernel sees it. */
const stalledConnections = ({ port }: Target): number =>
  readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , , queues, , , , , inode]) => {
      const isHubs = local?.endsWith(`:${port.toString(16).toUpperCase().padStart(4, '0')}`) ?? false
      return isHubs && Number.parseInt(queues ?? '', 16) > 65_536 && inode !== '0'
    }).length

describe.concurrent('sockets over time', () => {
  test('[C4][X43] after silence come a text ping and a protocol ping; who answers nothing is closed with 1001, who answers protocol pings stays', async ({
    expect,
  }) => {
    const settings = { INTERVAL: '3600', TIMEOUT: '2', PING_INTERVAL: '0.25' }
    const env = ['PUBLIC_WS', 'AGENT_WS'].flatMap((prefix) =>
      Object.entries(settings).map(([name, value]) => [`${prefix}_${name}`, value] as const),
    )
    const hub = await startTarget(Object.fromEntries(env))
    const both = async (): Promise<RawSocket[]> => [await openWs(hub), await openAgents(hub, { live: 1 })]
    const [mute, browsers] = await Promise.all([both(), both()])
    for (const socket of browsers) void answerPings(socket)

    const silent: RawClose = { code: 1001, reason: 'No sign of life' }
    expect(await Promise.all(mute.map((socket) => socket.closed(30_000)))).toStrictEqual([silent, silent])
    for (const socket of mute) {
      expect(texts(socket, 'ping')).toBeGreaterThanOrEqual(3)
      expect(socket.frames.items.filter(({ opcode }) => opcode === OPCODE.ping).length).toBeGreaterThanOrEqual(3)
    }
    // 12 pings are 3 s: longer than silence is put up with.
    await Promise.all(browsers.map((socket) => reaches(socket, 'ping', 12)))
    expect(browsers.map((socket) => socket.isOpen())).toStrictEqual([true, true])
    for (const socket of browsers) socket.destroy()
    await hub.unharmed()
    await hub.stop()
  })

  test('[C4] who speaks is not pinged', async ({ expect }) => {
    const hub = await startTarget({ PUBLIC_WS_PING_INTERVAL: '3', PUBLIC_WS_TIMEOUT: '30' })
    const [quiet, talker] = await Promise.all([openWs(hub), openWs(hub)])
    const talk = setInterval(() => talker.write(textFrame('{"type":"ping"}')), 200)
    await reaches(quiet, 'ping', 2)
    clearInterval(talk)
    expect(texts(talker, 'ping')).toBe(0)
    for (const socket of [quiet, talker]) socket.destroy()
    await hub.unharmed()
    await hub.stop()
  })

  test('[X42] who never reads is closed with 4501, holds no more than its share of memory, and costs a reader nothing', async ({
    expect,
  }) => {
    const SLOW = 10
    const MIB = 1024 * 1024
    const hub = await startTarget({
      AGENT_WS_INTERVAL: '0.1',
      WS_SLOW_CONSUMER_S: '2',
      AGENT_WS_PING_INTERVAL: '60',
      WS_MAX_BACKPRESSURE_BYTES: String(MIB),
    })
    const fat = {
      context_brief: 'x'.repeat(500),
      metadata: { a: 'y'.repeat(990), b: 'y'.repeat(990), c: 'y'.repeat(990) },
    }
    for (let index = 0; index < 150; index += 1) await registerAgent(hub, `fat-${index}`, fat)

    const reader = await openAgents(hub, {})
    const slow = await Promise.all(Array.from({ length: SLOW }, () => openAgents(hub, {})))
    for (const socket of slow) socket.pause()

    const closes = 'arcp_websocket_closes_total{endpoint="agents",code="4501"}'
    let most = 0
    await hub.metricReaches('arcp_websocket_buffered_bytes', (bytes) => {
      most = Math.max(most, bytes)
      return bytes > SLOW * MIB
    })
    await hub.metricReaches(closes, (count) => count === SLOW)
    most = Math.max(most, await hub.metric('arcp_websocket_buffered_bytes'))
    // Each: the limit, one list that went over it, and one that was on its way.
    expect(most).toBeLessThan(SLOW * 3 * MIB)
    expect(await hub.metric('arcp_websocket_behind')).toBe(0)
    expect(await hub.metric('arcp_websocket_connections{endpoint="agents"}')).toBe(1)

    // The reader beside them gets lists as before.
    const before = reader.frames.items.length
    await reader.frames.find(({ opcode }) => opcode === OPCODE.text, { from: before + 3, deadlineMs: 30_000 })
    expect(reader.isOpen()).toBe(true)
    // What waits in front of the close frame is megabytes: the library gives up on it after some seconds and cuts, so
    // that a reader who wakes up late sees the end of the connection, and only an early one the code.
    const ends = await Promise.all(
      slow.map(async (socket) => {
        socket.resume()
        const { code } = await socket.closed(30_000)
        await socket.ended(30_000)
        return code
      }),
    )
    expect(ends.filter((code) => code !== 4501 && code !== undefined)).toStrictEqual([])
    expect(hub.logs().filter(({ level }) => level === 'error')).toStrictEqual([])
    reader.destroy()
    await hub.stop()
  })

  test('[X42] one that was closed with 4501, takes a few bytes of what waits and stalls again is cut', async ({
    expect,
  }) => {
    const MIB = 1024 * 1024
    const hub = await startTarget({
      AGENT_WS_INTERVAL: '0.1',
      AGENT_WS_PING_INTERVAL: '0.5',
      AGENT_WS_TIMEOUT: '0.5',
      WS_SLOW_CONSUMER_S: '0.5',
      WS_MAX_BACKPRESSURE_BYTES: String(8 * MIB),
    })
    const fat = { metadata: { a: 'y'.repeat(990), b: 'y'.repeat(990), c: 'y'.repeat(990), d: 'y'.repeat(990) } }
    for (let index = 0; index < 200; index += 1) await registerAgent(hub, `fat-${index}`, fat)
    const slow = await openAgents(hub, {})
    // Its voice is heard, so that it is only slow.
    const talk = setInterval(() => slow.write(textFrame('ping')), 100)
    slow.pause()
    await hub.metricReaches('arcp_websocket_closes_total{endpoint="agents",code="4501"}', (count) => count === 1)
    clearInterval(talk)

    const enough = slow.received() + 6 * MIB
    slow.resume()
    while (slow.received() < enough) await new Promise(setImmediate)
    slow.pause()
    expect(stalledConnections(hub)).toBe(1)
    const until = performance.now() + 25_000
    while (stalledConnections(hub) > 0 && performance.now() < until) await sleep(200)
    expect(stalledConnections(hub)).toBe(0)
    slow.destroy()
    await hub.stop()
  })

  test('[C10] SIGTERM: every socket is closed with 1012, nobody new is let in, and the hub ends with 0', async ({
    expect,
  }) => {
    const hub = await startTarget()
    const sockets = [
      ...(await Promise.all([openWs(hub), openWs(hub), openWs(hub)])),
      await openAgents(hub, { live: 1 }),
      await openWs(hub, { path: '/agents/ws' }),
    ]
    expect(await ask(sockets[3] ?? sockets[0]!, 'ping')).not.toBe('')
    const [exit, ...ends] = await Promise.all([hub.stop(), ...sockets.map((socket) => socket.closed(30_000))])
    expect(exit).toStrictEqual({ code: 0, signal: null })
    expect(ends).toStrictEqual(sockets.map(() => ({ code: 1012, reason: 'Hub is restarting, come back' })))
    await expect(openRaw(hub)).rejects.toThrow('ECONNREFUSED')
  })

  test('[C10] a connection that was open before SIGTERM gets no socket any more', async ({ expect }) => {
    const hub = await startTarget({ DRAIN_DEADLINE_S: '60' })
    if (hub.pid === undefined) throw new Error('the hub has no pid')
    const hanging = await openRaw(hub)
    const lines = [`Host: 127.0.0.1:${hub.port}`, 'Content-Type: application/json', 'Content-Length: 100']
    hanging.write(requestBytes('POST /auth/agent/request_temp_token HTTP/1.1', lines))
    const [early, late, witness] = await Promise.all([openRaw(hub), openRaw(hub), openWs(hub)])
    early.write(handshakeBytes(hub))
    expect(await early.response()).toMatchObject({ status: 101 })
    process.kill(hub.pid, 'SIGTERM')
    expect(await witness.closed()).toMatchObject({ code: 1012 })
    late.write(handshakeBytes(hub))
    expect(await late.response()).toMatchObject({ status: 503 })
    process.kill(hub.pid, 'SIGKILL')
    await hub.exit
  })

  test('[C10] an answer of megabytes whose reader paused is written to its end before the hub stops', async ({
    expect,
  }) => {
    const hub = await startTarget({ DRAIN_DEADLINE_S: '30' })
    if (hub.pid === undefined) throw new Error('the hub has no pid')
    const long = 'y'.repeat(1000)
    const fat = { metadata: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`m${index}`, long])) }
    for (let index = 0; index < 800; index += 1) await registerAgent(hub, `fat-${index}`, fat)
    const [reader, witness] = await Promise.all([openRaw(hub), openWs(hub)])
    reader.pause()
    reader.write(
      requestBytes('GET /agents HTTP/1.1', [`Host: 127.0.0.1:${hub.port}`, `Authorization: Bearer ${hub.token}`, '']),
    )
    const until = performance.now() + 10_000
    while (stalledConnections(hub) === 0 && performance.now() < until) await sleep(20)
    process.kill(hub.pid, 'SIGTERM')
    await witness.closed()
    await sleep(500)
    reader.resume()
    const { status, body } = await reader.response(20_000)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toHaveLength(801)
    expect(await hub.exit).toStrictEqual({ code: 0, signal: null })
  })

  test('[C10] a second signal ends the hub at once, whatever still hangs', async ({ expect }) => {
    const hub = await startTarget({ DRAIN_DEADLINE_S: '60' })
    if (hub.pid === undefined) throw new Error('the hub has no pid')
    // A request that is never finished keeps the hub from ending by itself for some seconds.
    const hanging = await openRaw(hub)
    const lines = [`Host: 127.0.0.1:${hub.port}`, 'Content-Type: application/json', 'Content-Length: 100']
    hanging.write(requestBytes('POST /auth/agent/request_temp_token HTTP/1.1', lines))
    const witness = await openWs(hub)
    await ask(witness, 'ping')
    process.kill(hub.pid, 'SIGTERM')
    expect(await witness.closed()).toMatchObject({ code: 1012 })
    expect(hanging.isOpen()).toBe(true)
    process.kill(hub.pid, 'SIGTERM')
    expect(await hub.exit).toStrictEqual({ code: 1, signal: null })
    await hanging.ended()
  })
})
