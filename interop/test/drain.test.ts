// A hub that is told to go while it is used: what was asked is answered, what was acknowledged is kept, and a balancer
// that keeps its connections open notices (C10).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHub, type Hub } from '../src/hub.ts'
import { handshakeBytes, openRaw, openWs, requestBytes, type RawResponse, type RawSocket } from '../src/raw-socket.ts'
import { registerAgent, request, requestTempToken, sampleCard } from '../src/rest.ts'

const terminate = ({ pid }: Hub): void => {
  if (pid === undefined || pid === 0) throw new Error('the hub has no process id')
  process.kill(pid, 'SIGTERM')
}

const get = ({ port }: Hub, path: string, ...lines: readonly string[]): string =>
  requestBytes(`GET ${path} HTTP/1.1`, [`Host: 127.0.0.1:${port}`, ...lines])

const header = ({ headers }: RawResponse, wanted: string): string | undefined =>
  headers.find(([name]) => name === wanted)?.[1]

/** A request whose body is not whole yet: it keeps the hub from ending. Gives what ends it. */
const unfinished = async (hub: Hub, id: string): Promise<{ socket: RawSocket; end: () => void }> => {
  const token = await requestTempToken(hub, id)
  const body = JSON.stringify(sampleCard(id))
  const socket = await openRaw(hub)
  const lines = [
    `Host: 127.0.0.1:${hub.port}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.write(requestBytes('POST /agents/register HTTP/1.1', lines, body.slice(0, 20)))
  return { socket, end: () => socket.write(body.slice(20)) }
}

describe('a hub that is told to go', () => {
  let dataDir = ''
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'arcp-drain-'))
  })
  afterAll(() => rm(dataDir, { recursive: true, force: true }))

  test('[C10] says so to a balancer on its open connections, takes no new ones, and finishes what was begun', async () => {
    const hub = await startHub({ dataDir, env: { DRAIN_DEADLINE_S: '20' } })
    const [balancer, idle, client] = await Promise.all([openRaw(hub), openRaw(hub), openRaw(hub)])
    for (const socket of [balancer, idle, client]) {
      socket.write(get(hub, '/readyz'))
      const { status, body, headers } = await socket.response()
      expect([status, JSON.parse(body)]).toStrictEqual([200, { status: 'ready' }])
      expect(headers).not.toContainEqual(['connection', 'close'])
    }
    const slow = await unfinished(hub, 'slow-agent')
    const watcher = await openWs(hub)
    terminate(hub)
    expect(await watcher.closed()).toMatchObject({ code: 1012 })
    await hub.waitForLog(({ event }) => event === 'draining')

    balancer.write(get(hub, '/readyz'))
    const notReady = await balancer.response()
    expect([notReady.status, JSON.parse(notReady.body)]).toStrictEqual([
      503,
      { status: 'not-ready', reason: 'draining' },
    ])
    expect(header(notReady, 'connection')).toBe('close')
    await balancer.ended()
    await expect(openRaw(hub)).rejects.toThrow('ECONNREFUSED')

    // Reads and writes of those who are still connected go on; each is told to come back elsewhere.
    client.write(get(hub, '/public/stats'))
    const answered = await client.response()
    expect([answered.status, header(answered, 'connection')]).toStrictEqual([200, 'close'])
    await client.ended()
    // A handshake on a connection that was open before is no way in.
    idle.write(handshakeBytes(hub))
    expect((await idle.response()).status).toBe(503)

    slow.end()
    const registered = await slow.socket.response()
    expect(registered.status).toBe(200)
    expect(await hub.exit).toStrictEqual({ code: 0, signal: null })

    const again = await startHub({ dataDir })
    const { access_token: token } = JSON.parse(registered.body)
    expect((await request(again, 'GET', '/agents/slow-agent', { token })).status).toBe(200)
    await again.stop()
  })

  test('[C10] idle connections do not hold it up', async () => {
    const hub = await startHub({ env: { DRAIN_DEADLINE_S: '60' } })
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openRaw(hub)))
    for (const socket of sockets.slice(10)) {
      socket.write(get(hub, '/livez'))
      expect((await socket.response()).status).toBe(200)
    }
    const from = performance.now()
    terminate(hub)
    expect(await hub.exit).toStrictEqual({ code: 0, signal: null })
    expect(performance.now() - from).toBeLessThan(5000)
    await Promise.all(sockets.map((socket) => socket.ended()))
  })

  test('[C10] a request that never ends costs no more than the deadline', async () => {
    const hub = await startHub({ env: { DRAIN_DEADLINE_S: '2' } })
    const { socket } = await unfinished(hub, 'never-whole')
    const from = performance.now()
    terminate(hub)
    expect(await hub.exit).toStrictEqual({ code: 0, signal: null })
    expect(performance.now() - from).toBeLessThan(4000)
    await socket.ended()
  })

  test('[C10] under load: every answer is good or says 503, and what was acknowledged is there afterwards', async () => {
    const hub = await startHub({
      dataDir,
      env: { DRAIN_DEADLINE_S: '20', DRAIN_SPREAD_S: '0.5', LOGIN_MAX_FAILURES: '1000' },
    })
    const { token: reader } = await registerAgent(hub, 'load-reader')
    const acknowledged = new Set<string>()
    const statuses = new Set<number>()
    let broken = 0
    let loaded = (): void => undefined
    const underLoad = new Promise<void>((resolve) => {
      loaded = resolve
    })
    /** One connection that is kept, until the hub ends it. */
    const load = async (worker: number): Promise<void> => {
      for (let turn = 0; ; turn += 1) {
        const id = `load-${worker}-${turn}`
        try {
          const token = await requestTempToken(hub, id)
          const answer = await request(hub, 'POST', '/agents/register', { token, body: sampleCard(id) })
          statuses.add(answer.status)
          if (answer.status === 200) acknowledged.add(id)
          if (acknowledged.size === 100) loaded()
        } catch {
          // Nobody answers any more.
          broken += 1
          return
        }
      }
    }
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openWs(hub)))
    const workers = Array.from({ length: 8 }, (_, worker) => load(worker))
    await underLoad
    terminate(hub)
    const ends = await Promise.all(sockets.map((socket) => socket.closed(20_000)))
    expect(ends.filter(({ code }) => code !== 1012)).toStrictEqual([])
    await Promise.all(workers)
    expect(await hub.exit).toStrictEqual({ code: 0, signal: null })
    expect(broken).toBe(8)
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toStrictEqual([])
    expect(hub.logs().filter(({ level }) => level === 'error')).toStrictEqual([])

    const again = await startHub({ dataDir })
    const list = await request(again, 'GET', '/agents', { token: reader })
    const there = new Set(Array.isArray(list.body) ? list.body.map(({ agent_id: id }: { agent_id: string }) => id) : [])
    expect([...acknowledged].filter((id) => !there.has(id))).toStrictEqual([])
    await again.stop()
  })
})
