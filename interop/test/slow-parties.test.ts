// Clients that do not keep up, and clients that fall silent: what the hub does with them, and that nobody else notices.
import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { startTarget, type Target } from '../src/attack-target.ts'
import { loginAdmin } from '../src/admin.ts'
import { registerCrowd } from '../src/crowd.ts'
import { openFrames, type FrameSocket } from '../src/frames.ts'
import { objectsAt } from '../src/pick.ts'
import { startProgram, type Program } from '../src/program.ts'
import { openWs, type RawSocket } from '../src/raw-socket.ts'
import { registerAgent, request, sampleCard } from '../src/rest.ts'
import { jsonFrame, OPCODE } from '../src/ws-frames.ts'

const CLIENT = fileURLToPath(new URL('../src/socket-client.ts', import.meta.url))
const KIB = 1024

const onBoth = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    ['PUBLIC_WS', 'AGENT_WS'].flatMap((endpoint) =>
      Object.entries(settings).map(([name, value]) => [`${endpoint}_${name}`, value]),
    ),
  )

const isNews = (text: string): boolean => text.startsWith('{"type":"agents_update"') || text.startsWith('[')

/** The ids in a list of either endpoint. */
const idsIn = (text: string): readonly unknown[] => {
  const json: unknown = JSON.parse(text)
  return (Array.isArray(json) ? objectsAt(json) : objectsAt(json, 'data', 'agents')).map(({ agent_id }) => agent_id)
}

/** Every list a socket has got so far. */
const listsOf = ({ frames }: RawSocket): readonly (readonly unknown[])[] =>
  frames.items
    .filter(({ opcode }) => opcode === OPCODE.text)
    .map(({ payload }) => payload.toString('utf8'))
    .filter(isNews)
    .map(idsIn)

/** Resolves when a text has come that names the agent. */
const shows = (socket: RawSocket, id: string): Promise<unknown> =>
  socket.frames.find(({ opcode, payload }) => opcode === OPCODE.text && payload.includes(`"agent_id":"${id}"`), {
    deadlineMs: 30_000,
  })

type OnTestFinished = (end: () => Promise<void>) => void

/** A hub that does not outlive the test, however that ends. */
const startFor = async (onTestFinished: OnTestFinished, env: Readonly<Record<string, string>>): Promise<Target> => {
  const hub = await startTarget(env)
  onTestFinished(async () => void (await hub.stop()))
  return hub
}

const openBoth = async (hub: Target): Promise<readonly RawSocket[]> => {
  const [onPublic, onAgents] = await Promise.all([openWs(hub), openWs(hub, { path: '/agents/ws' })])
  onAgents.write(jsonFrame({ token: hub.token }))
  await Promise.all([onPublic.text(), shows(onAgents, hub.witness)])
  return [onPublic, onAgents]
}

describe.concurrent('readers who stop reading', () => {
  test('[L6] [P3] [A3] get the newest list when they read again, none of those between, and follow from there', async ({
    expect,
    onTestFinished,
  }) => {
    const hub = await startFor(onTestFinished, {
      ...onBoth({ INTERVAL: '3600', PING_INTERVAL: '3600' }),
      BROADCAST_INTERVAL_MS: '10',
      WS_MAX_BACKPRESSURE_BYTES: String(512 * KIB),
      WS_SLOW_CONSUMER_S: '600',
    })
    // A list of all of them is 440 KiB: one waiting is not too much, two are.
    const long = 'y'.repeat(990)
    const fat = Array.from({ length: 100 }, (_, index) => `fat-${String(index).padStart(2, '0')}`)
    for (const id of fat) await registerAgent(hub, id, { metadata: { a: long, b: long, c: long, d: long } })
    const leaving = await registerAgent(hub, 'leaving')
    const slow = await openBoth(hub)
    for (const socket of slow) socket.pause()

    // One agent changes until what the two have not read is more than the system itself keeps for them.
    for (let patch = 0; (await hub.metric('arcp_websocket_behind')) < slow.length; patch += 1) {
      const body = sampleCard(hub.witness, { version: `1.0.${patch}` })
      await request(hub, 'POST', '/agents/register', { token: hub.token, body })
    }

    // Readers come only now, so that it was the other two who were behind. They are told of each of these.
    const readers = await openBoth(hub)
    const later = Array.from({ length: 10 }, (_, index) => `later-${index}`)
    for (const id of later) {
      await registerAgent(hub, id)
      await Promise.all(readers.map((socket) => shows(socket, id)))
    }
    await request(hub, 'DELETE', `/agents/${leaving.agentId}`, { token: leaving.token })
    await registerAgent(hub, 'the-last')
    await Promise.all(readers.map((socket) => shows(socket, 'the-last')))

    for (const socket of slow) socket.resume()
    await Promise.all(slow.map((socket) => shows(socket, 'the-last')))
    await registerAgent(hub, 'afterwards')
    await Promise.all([...readers, ...slow].map((socket) => shows(socket, 'afterwards')))

    const newest = [hub.witness, ...fat, ...later, 'the-last']
    for (const socket of slow) {
      const lists = listsOf(socket)
      expect(lists.slice(-2)).toStrictEqual([newest, [...newest, 'afterwards']])
      // Before them only what was under way when it stopped reading.
      const underWay = lists.slice(0, -2)
      expect(underWay.length).toBeGreaterThan(0)
      expect(underWay.filter((ids) => ids.length !== 102 || ids.at(-1) !== 'leaving')).toStrictEqual([])
    }
    await hub.metricReaches('arcp_websocket_behind', (count) => count === 0)
    expect([...slow, ...readers].map((socket) => socket.isOpen())).toStrictEqual([true, true, true, true])
    expect(hub.logs().filter(({ level }) => level === 'error')).toStrictEqual([])
    for (const socket of [...slow, ...readers]) socket.destroy()
  })
})

describe.concurrent('clients that fall silent', () => {
  /** A process that holds one socket. */
  const startClient = (url: string, token?: string): Program =>
    startProgram(process.execPath, [CLIENT], {
      env: { ARCP_WS: url, ...(token === undefined ? {} : { ARCP_TOKEN: token }) },
    })
  const tells = ({ stdout }: Program, line: string): Promise<unknown> =>
    stdout.find((one) => one === line, { deadlineMs: 30_000 })
  const PINGED = '{"event":"message","text":"ping"}'

  test('[C4] [K] a paused process is closed with 1001 and learns it when it runs again; others beside it stay', async ({
    expect,
    onTestFinished,
  }) => {
    const hub = await startFor(onTestFinished, onBoth({ INTERVAL: '3600', PING_INTERVAL: '0.5', TIMEOUT: '2' }))
    const startBoth = (): readonly Program[] => [
      startClient(`${hub.wsUrl}/public/ws`),
      startClient(`${hub.wsUrl}/agents/ws`, hub.token),
    ]
    const paused = startBoth()
    const running = startBoth()
    onTestFinished(async () => {
      await Promise.all([...paused, ...running].map((client) => client.end('SIGKILL')))
    })
    await Promise.all([...paused, ...running].map((client) => tells(client, PINGED)))
    for (const client of paused) client.signal('SIGSTOP')

    const closes = ['public', 'agents'].map(
      (endpoint) => `arcp_websocket_closes_total{endpoint="${endpoint}",code="1001"}`,
    )
    for (const line of closes) await hub.metricReaches(line, (count) => count === 1)
    for (const endpoint of ['public', 'agents']) {
      expect(await hub.metric(`arcp_websocket_connections{endpoint="${endpoint}"}`)).toBe(1)
    }
    await registerAgent(hub, 'appears-later')
    for (const { stdout } of running) await stdout.find((line) => line.includes('appears-later'))

    const heard = paused.map(({ stdout }) => stdout.items.length)
    for (const client of paused) client.signal('SIGCONT')
    for (const client of paused) await tells(client, '{"event":"close","code":1001,"reason":"No sign of life"}')
    for (const [index, { stdout }] of paused.entries()) {
      // It had been asked for a sign of life, and is not told of what came after its end.
      const missed = stdout.items.slice(heard[index])
      expect(missed.filter((line) => line === PINGED).length).toBeGreaterThan(0)
      expect(missed.filter((line) => line !== PINGED)).toHaveLength(1)
    }
    expect(running.flatMap(({ stdout }) => stdout.items.filter((line) => line.includes('"close"')))).toStrictEqual([])
    for (const line of closes) expect(await hub.metric(line)).toBe(1)
  })

  test('[C4] on both endpoints a protocol pong alone keeps a socket, the word alone keeps it, neither ends it', async ({
    expect,
    onTestFinished,
  }) => {
    // Twelve pings take longer than silence is put up with.
    const ROUNDS = 12
    const hub = await startFor(onTestFinished, onBoth({ INTERVAL: '3600', PING_INTERVAL: '0.25', TIMEOUT: '2' }))
    const open = async (path: string, autoPong: boolean): Promise<FrameSocket> => {
      const socket = await openFrames(`${hub.wsUrl}${path}`, { autoPong })
      if (path === '/agents/ws') socket.send({ token: hub.token })
      return socket
    }
    const nextPing = (socket: FrameSocket): Promise<unknown> => socket.next(({ text }) => text === 'ping', 30_000)
    const staysFor = async (socket: FrameSocket, answer: () => void): Promise<FrameSocket> => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await nextPing(socket)
        answer()
      }
      return socket
    }

    const byProtocol = async (path: string): Promise<FrameSocket> => staysFor(await open(path, true), () => undefined)
    const byWord = async (path: string): Promise<FrameSocket> => {
      const socket = await open(path, false)
      return staysFor(socket, () => socket.send('pong'))
    }
    const byNothing = async (path: string): Promise<unknown> => {
      const socket = await open(path, false)
      await nextPing(socket)
      const { code, reason } = await socket.closed(30_000)
      return { path, code, reason }
    }
    const paths = ['/public/ws', '/agents/ws']
    const [kept, ended] = await Promise.all([
      Promise.all(paths.flatMap((path) => [byProtocol(path), byWord(path)])),
      Promise.all(paths.map(byNothing)),
    ])

    expect(ended).toStrictEqual(paths.map((path) => ({ path, code: 1001, reason: 'No sign of life' })))
    // They are not only open: they are told what happens.
    await registerAgent(hub, 'appears-later')
    for (const socket of kept) {
      await socket.next(({ text }) => isNews(text) && idsIn(text).includes('appears-later'))
      socket.terminate()
    }
  })
})

describe.concurrent('operators with much to read', () => {
  // 260 records of 31 KiB are above the 8,000,000 bytes of a frame.
  const fat = { metadata: Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`key-${n}`, 'y'.repeat(990)])) }
  const isAgents = ({ payload }: { readonly payload: Buffer }): boolean =>
    payload.subarray(0, 16).toString('utf8') === '{"type":"agents"'

  test('[D5] [C12] [L6] a list is cut at 8,000,000 bytes; who does not read is left out, gets everything anew, and stays', async ({
    expect,
    onTestFinished,
  }) => {
    const hub = await startFor(onTestFinished, {
      DASHBOARD_WS_INTERVAL: '0.3',
      DASHBOARD_WS_PING_INTERVAL: '3600',
      WS_SLOW_CONSUMER_S: '600',
    })
    await registerCrowd(hub, { count: 260, prefix: 'fat', changes: () => fat })
    const { token } = await loginAdmin(hub)
    const [slow, quick] = await Promise.all([
      openWs(hub, { path: '/dashboard/ws' }),
      openWs(hub, { path: '/dashboard/ws' }),
    ])
    for (const socket of [slow, quick]) socket.write(jsonFrame({ type: 'auth', token }))
    const { item } = await quick.frames.find(isAgents)
    const data: unknown = JSON.parse(item.payload.toString('utf8'))
    expect(item.payload.length).toBeLessThanOrEqual(8_000_000)
    expect(data).toMatchObject({ data: { truncated: true, total_count: 261, status_summary: { alive: 261, dead: 0 } } })
    await slow.frames.find(isAgents)
    slow.pause()
    await hub.metricReaches('arcp_websocket_behind', (count) => count === 1)
    // Nobody waits for it.
    await quick.frames.find(isAgents, { from: quick.frames.items.length, deadlineMs: 30_000 })
    const before = slow.frames.items.length
    slow.resume()
    await hub.metricReaches('arcp_websocket_behind', (count) => count === 0)
    await slow.frames.find(isAgents, { from: before, deadlineMs: 30_000 })
    expect([slow, quick].map((socket) => socket.isOpen())).toStrictEqual([true, true])
    expect(hub.logs().filter(({ level }) => level === 'error')).toStrictEqual([])
    for (const socket of [slow, quick]) socket.destroy()
  })

  test('[L6] [K] who never reads is closed with 4501, those beside it go on', async ({ expect, onTestFinished }) => {
    const hub = await startFor(onTestFinished, {
      DASHBOARD_WS_INTERVAL: '0.2',
      DASHBOARD_WS_PING_INTERVAL: '3600',
      WS_SLOW_CONSUMER_S: '1',
    })
    await registerCrowd(hub, { count: 200, prefix: 'fat', changes: () => fat })
    const { token } = await loginAdmin(hub)
    const [stuck, quick] = await Promise.all([
      openWs(hub, { path: '/dashboard/ws' }),
      openWs(hub, { path: '/dashboard/ws' }),
    ])
    for (const socket of [stuck, quick]) socket.write(jsonFrame({ type: 'auth', token }))
    await stuck.frames.find(isAgents)
    stuck.pause()
    await hub.waitForLog(({ event, code }) => event === 'socket_ended' && code === 4501, 30_000)
    await quick.frames.find(isAgents, { from: quick.frames.items.length, deadlineMs: 30_000 })
    expect(quick.isOpen()).toBe(true)
    for (const socket of [stuck, quick]) socket.destroy()
  })
})
