// On real sockets of this machine; names are what the test says they are, and time runs five times as fast.
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'

import { describe, expect, it, onTestFinished } from 'vitest'

import { systemClock, systemScheduler } from '../../kernel/clock.ts'
import { silentMeter, type Limit } from '../../kernel/meter.ts'
import { CONNECT_MS, createHttpOutbound, TOTAL_MS, type OutboundOptions } from './http-outbound.ts'
import type { Resolve } from './resolve.ts'

const FASTER = 5

const listen = (server: ReturnType<typeof createTcpServer>, host = '127.0.0.1'): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: 0 }, () => {
      const address = server.address()
      if (typeof address !== 'object' || address === null) return reject(new Error('no port'))
      resolve(address.port)
    })
  })

interface Heard {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

const serve = async (reply: RequestListener, host?: string) => {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      heard.push({ path: request.url ?? '', headers: request.headers, body })
      reply(request, response)
    })
  })
  const port = await listen(server, host)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port, heard }
}

const rig = (over: Partial<OutboundOptions> & { readonly resolve?: Resolve } = {}) => {
  const limits: Limit[] = []
  const outcomes: string[] = []
  const reasons: unknown[] = []
  const outbound = createHttpOutbound({
    allowPrivate: true,
    maxConcurrent: 4,
    maxPerHost: 2,
    version: '1.2.3',
    clock: { monotonic: () => systemClock.monotonic() * FASTER },
    scheduler: { after: (ms, run) => systemScheduler.after(ms / FASTER, run) },
    meter: {
      ...silentMeter,
      limited: (limit) => limits.push(limit),
      outbound: (outcome) => outcomes.push(outcome),
    },
    logger: { info: (_event, fields) => reasons.push(fields?.['reason']) },
    ...over,
  })
  const post = (endpoint: string) =>
    outbound.send({ method: 'POST', endpoint, path: '/connection/request', body: { a: 1 } })
  /** The answer, and after how many milliseconds of the test's time. */
  const timed = async (endpoint: string) => {
    const from = systemClock.monotonic()
    const result = await post(endpoint)
    return { result, ms: (systemClock.monotonic() - from) * FASTER }
  }
  return { ...outbound, post, timed, limits, outcomes, reasons }
}

const OK: RequestListener = (_request, response) => void response.end('{"fine":true}')
const unreachable = { ok: false, error: 'unreachable' }

describe('a call', () => {
  it('is one request with a JSON body, the name in Host, and nothing that says to keep or to pack', async () => {
    const { port, heard } = await serve(OK)
    const { post, running, outcomes } = rig({ resolve: async () => ['127.0.0.1'] })
    const done = await post(`http://agent.example:${port}/base/`)
    expect(done).toMatchObject({ ok: true, value: { status: 200 } })
    expect(heard).toHaveLength(1)
    expect(heard[0]).toMatchObject({
      path: '/base/connection/request',
      body: '{"a":1}',
      headers: {
        host: `agent.example:${port}`,
        'user-agent': 'ARCP/1.2.3',
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        connection: 'close',
      },
    })
    expect(Object.keys(heard[0]?.headers ?? {})).not.toContain('authorization')
    expect([running(), outcomes]).toEqual([0, ['ok']])
  })

  it('goes over IPv6 and to a literal, too', async () => {
    const { port, heard } = await serve(OK, '::1')
    expect(await rig().post(`http://[::1]:${port}`)).toMatchObject({ ok: true })
    expect(await rig({ resolve: async () => ['::1'] }).post(`http://six.example:${port}`)).toMatchObject({ ok: true })
    expect(heard).toHaveLength(2)
  })
})

describe('addresses', () => {
  it('[X129] loopback in every spelling is called only when private endpoints are allowed', async () => {
    const { port, heard } = await serve(OK)
    const spellings = ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '017700000001', '[::ffff:127.0.0.1]']
    const closed = rig({ allowPrivate: false, maxConcurrent: 99, maxPerHost: 99 })
    for (const done of await Promise.all(spellings.map((host) => closed.post(`http://${host}:${port}`)))) {
      expect(done).toEqual(unreachable)
    }
    expect(heard).toHaveLength(0)
    const open = rig({ maxConcurrent: 99, maxPerHost: 99 })
    for (const done of await Promise.all(spellings.map((host) => open.post(`http://${host}:${port}`)))) {
      expect(done).toMatchObject({ ok: true })
    }
    expect(heard).toHaveLength(spellings.length)
  })

  it('[X130] one forbidden address among good ones spoils a name', async () => {
    const { port, heard } = await serve(OK)
    for (const bad of ['169.254.169.254', '::ffff:169.254.169.254', '0.0.0.0', 'fe80::1', '255.255.255.255']) {
      expect(await rig({ resolve: async () => ['127.0.0.1', bad] }).post(`http://two.example:${port}`)).toEqual(
        unreachable,
      )
    }
    expect(heard).toHaveLength(0)
    expect(await rig({ resolve: async () => ['127.0.0.1'] }).post(`http://two.example:${port}`)).toMatchObject({
      ok: true,
    })
  })

  it('[X130] the checked answer is the one that is connected to: a second one is not asked for', async () => {
    const { port, heard } = await serve(OK)
    let asked = 0
    const resolve: Resolve = async () => {
      asked += 1
      return asked === 1 ? ['127.0.0.1'] : ['169.254.169.254']
    }
    const { post } = rig({ resolve })
    expect(await post(`http://rebind.example:${port}`)).toMatchObject({ ok: true })
    expect([asked, heard.length]).toEqual([1, 1])
    expect(await post(`http://rebind.example:${port}`)).toEqual(unreachable)
    expect(heard).toHaveLength(1)
  })

  it('[X132] ports of other services and strange URLs are not even resolved', async () => {
    let asked = 0
    const { post } = rig({
      resolve: async () => {
        asked += 1
        return ['127.0.0.1']
      },
      maxConcurrent: 99,
    })
    const urls = [
      'http://a.example:6379',
      'http://a.example:25',
      'http://u@a.example',
      'http://a.example/?q',
      'ftp://a.example',
    ]
    for (const done of await Promise.all(urls.map(post))) expect(done).toEqual(unreachable)
    expect(asked).toBe(0)
  })
})

describe('answers', () => {
  it('[X131] a redirect is an answer like any other: it is not followed', async () => {
    const inner = await serve(OK)
    const { port } = await serve((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${inner.port}/inner` }).end()
    })
    expect(await rig().post(`http://127.0.0.1:${port}`)).toMatchObject({ ok: true, value: { status: 307 } })
    expect(inner.heard).toHaveLength(0)
  })

  it('[X133] 64 KiB are read, not a byte more, and nothing is unpacked', async () => {
    const sized = async (bytes: number) => {
      const { port } = await serve((_request, response) => void response.end(Buffer.alloc(bytes)))
      return rig().post(`http://127.0.0.1:${port}`)
    }
    expect(await sized(65_536)).toMatchObject({ ok: true })
    expect(await sized(65_537)).toEqual(unreachable)
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    const { port } = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(bomb)
    })
    expect(bomb.length).toBeLessThan(65_536)
    expect(await rig().post(`http://127.0.0.1:${port}`)).toMatchObject({ ok: true, value: { status: 200 } })
  })

  it('[X133] an endless body, a slow one, and silence end in time', async () => {
    const endless = await serve((_request, response) => {
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(1000), more))
      more()
    })
    expect(await rig().post(`http://127.0.0.1:${endless.port}`)).toEqual(unreachable)
    const slow = await serve((_request, response) => {
      const drip = setInterval(() => response.write('x'), 5)
      response.on('close', () => clearInterval(drip))
    })
    const silent = await serve(() => undefined)
    const [one, two] = await Promise.all([
      rig().timed(`http://127.0.0.1:${slow.port}`),
      rig().timed(`http://127.0.0.1:${silent.port}`),
    ])
    for (const { result, ms } of [one, two]) {
      expect(result).toEqual({ ok: false, error: 'timeout' })
      expect(ms).toBeGreaterThanOrEqual(TOTAL_MS * 0.99)
      expect(ms).toBeLessThan(TOTAL_MS * 2)
    }
  })

  it('[X133] what is no HTTP is no answer', async () => {
    const answers = [
      'SSH-2.0-OpenSSH_9\r\n',
      '+OK ready\r\n',
      `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      '',
    ]
    for (const text of answers) {
      const server = createTcpServer((socket) => {
        socket.on('error', () => undefined)
        socket.end(text)
      })
      const port = await listen(server)
      onTestFinished(() => void server.close())
      expect(await rig().post(`http://127.0.0.1:${port}`)).toEqual(unreachable)
    }
  })

  it('[X134] closed, filtered, missing, forbidden and 404 take the same time', async () => {
    const gone = await serve(OK)
    const notFound = await serve((_request, response) => void response.writeHead(404).end())
    const closedServer = createTcpServer()
    const closed = await listen(closedServer)
    await new Promise((resolve) => closedServer.close(resolve))
    const resolve: Resolve = (host) => {
      if (host === 'slow-dns.example') return new Promise(() => undefined)
      if (host === 'missing.example') return Promise.reject(new Error('ENOTFOUND'))
      // Nobody answers at a benchmark address: packets are dropped, or there is no route.
      return Promise.resolve([host === 'filtered.example' ? '198.18.0.1' : '169.254.169.254'])
    }
    const cases = [
      rig().timed(`http://127.0.0.1:${closed}`),
      rig().timed(`http://127.0.0.1:${notFound.port}`),
      rig({ allowPrivate: false }).timed(`http://127.0.0.1:${gone.port}`),
      ...['missing', 'slow-dns', 'filtered', 'metadata'].map((name) =>
        rig({ resolve }).timed(`http://${name}.example`),
      ),
    ]
    for (const { result, ms } of await Promise.all(cases)) {
      if (!result.ok) expect(result).toEqual(unreachable)
      expect(ms).toBeGreaterThanOrEqual(CONNECT_MS * 0.99)
      expect(ms).toBeLessThan(CONNECT_MS * 3)
    }
    expect(gone.heard).toHaveLength(0)
    // The positive twin does not wait.
    const fine = await rig().timed(`http://127.0.0.1:${gone.port}`)
    expect(fine.result.ok).toBe(true)
    expect(fine.ms).toBeLessThan(CONNECT_MS)
  })
})

describe('what the operator is told', () => {
  it('why a call was not answered, and nothing when it was', async () => {
    const { port } = await serve((request, response) => {
      response.writeHead(request.url?.startsWith('/fine') === true ? 200 : 404).end()
    })
    const closedServer = createTcpServer()
    const closed = await listen(closedServer)
    await new Promise((resolve) => closedServer.close(resolve))
    const resolve: Resolve = () => Promise.reject(new Error('ENOTFOUND'))
    const { post, reasons } = rig({ resolve, allowPrivate: true })
    await post(`http://127.0.0.1:${port}/fine`)
    await post(`http://127.0.0.1:${port}`)
    await post(`http://127.0.0.1:${closed}`)
    await post('http://missing.example')
    await post('http://169.254.169.254')
    expect(reasons).toEqual(['status 404', 'ECONNREFUSED', 'not found', 'not allowed'])
  })
})

describe('limits', () => {
  it('as many at a time as set, and to one host and port; the place is free again afterwards', async () => {
    const waiting: (() => void)[] = []
    const { port } = await serve((_request, response) => void waiting.push(() => response.end()))
    const other = await serve((_request, response) => void waiting.push(() => response.end()))
    const { post, limits, running } = rig({ maxConcurrent: 3, maxPerHost: 2 })
    const first = [post(`http://127.0.0.1:${port}`), post(`http://127.0.0.1:${port}`)]
    expect(await post(`http://127.0.0.1:${port}`)).toEqual({ ok: false, error: 'busy' })
    const third = post(`http://127.0.0.1:${other.port}`)
    expect(await post(`http://127.0.0.1:${other.port}`)).toEqual({ ok: false, error: 'busy' })
    expect([limits, running()]).toEqual([['outbound_host', 'outbound'], 3])
    await expect.poll(() => waiting.length).toBe(3)
    for (const go of waiting.splice(0)) go()
    for (const done of await Promise.all([...first, third])) expect(done).toMatchObject({ ok: true })
    expect(running()).toBe(0)
    const again = post(`http://127.0.0.1:${port}`)
    await expect.poll(() => waiting.length).toBe(1)
    waiting[0]?.()
    expect(await again).toMatchObject({ ok: true })
  })

  it('two names are looked up at a time, so that a name server that hangs does not hold the process', async () => {
    let running = 0
    let most = 0
    const resolve: Resolve = () => {
      running += 1
      most = Math.max(most, running)
      return new Promise(() => undefined)
    }
    const { post } = rig({ resolve, maxConcurrent: 10, maxPerHost: 10 })
    const all = await Promise.all(Array.from({ length: 6 }, (_, n) => post(`http://hang-${n}.example`)))
    for (const done of all) expect(done).toEqual(unreachable)
    expect(most).toBe(2)
  })
})
