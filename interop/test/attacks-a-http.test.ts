// Group A of the attack catalogue, plain HTTP: framing, sizes, paths, forged addresses, and connections that dawdle.
// `hub` believes nobody's forwarded headers, `behindProxy` believes those of this machine.
import { PROBLEM_CONTENT_TYPE, problemType } from '@arcp/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTarget, type Target } from '../src/attack-target.ts'
import {
  exchange,
  handshakeBytes,
  openRaw,
  openWs,
  requestBytes,
  type RawResponse,
  type RawSocket,
} from '../src/raw-socket.ts'

const TEMP_TOKEN = '/auth/agent/request_temp_token'
const MAX_BODY = 2048
/** What the public rate lets through at once in the tests that look at addresses. */
const BURST = 3

let hub: Target
let behindProxy: Target

beforeAll(async () => {
  ;[hub, behindProxy] = await Promise.all([
    startTarget({ MAX_JSON_SIZE: String(MAX_BODY) }),
    startTarget({ TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' }),
  ])
})
afterEach(async () => {
  await Promise.all([hub.unharmed(), behindProxy.unharmed()])
})
afterAll(async () => {
  await Promise.all([hub.stop(), behindProxy.stop()])
})

const host = (target: Target = hub): string => `Host: 127.0.0.1:${target.port}`
const get = (path: string, ...lines: string[]): string => requestBytes(`GET ${path} HTTP/1.1`, [host(), ...lines])
const post = (lines: readonly string[], body: string, path = TEMP_TOKEN): string =>
  requestBytes(`POST ${path} HTTP/1.1`, [host(), 'Content-Type: application/json', ...lines], body)
const chunked = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

/** The answers to `bytes` until the hub ends the connection. */
const untilClosed = async (bytes: string): Promise<readonly number[]> => {
  const socket = await openRaw(hub)
  socket.write(bytes)
  await socket.ended()
  return socket.responses.items.map(({ status }) => status)
}

/** A request whose body arrived and was read as JSON is answered by what is wrong in it. */
const expectRead = async (bytes: string): Promise<void> => {
  const answer = await exchange(hub, bytes)
  expect(answer.status).toBe(400)
  expect(answer.body).toContain('agent_id is required')
}

describe('framing of a body', () => {
  const stats = '/public/stats'

  test('[X14] two Content-Length, and one that is no plain number, get 400 and the end', async () => {
    await expectRead(post(['Content-Length: 2'], '{}'))
    const bad = [
      '2\r\nContent-Length: 2',
      '2\r\nContent-Length: 20',
      '2, 2',
      '+2',
      '-1',
      '0x2',
      '2 2',
      '',
      '9'.repeat(30),
    ]
    for (const length of bad) {
      expect([length, await untilClosed(post([`Content-Length: ${length}`], '{}'))]).toStrictEqual([length, [400]])
    }
    expect(await untilClosed(post(['Content-Length : 2'], '{}'))).toStrictEqual([400])
    expect(await untilClosed(get('/livez', 'Content-Length: 0', 'Content-Length: 5'))).toStrictEqual([400])
  })

  test('[X15] any Transfer-Encoding but chunked gets 400 and the end', async () => {
    await expectRead(post(['Transfer-Encoding: chunked'], chunked('{}')))
    await expectRead(post(['Transfer-Encoding: Chunked'], chunked('{}')))
    await expectRead(post(['Transfer-Encoding:\tchunked\t'], chunked('{}')))
    const bad = ['xchunked', 'chunked, identity', 'identity', 'gzip, chunked', 'chunked\r\nTransfer-Encoding: identity']
    for (const encoding of [
      ...bad,
      'chunked, chunked',
      '\x0bchunked',
      '\r\n chunked',
      '"chunked"',
      'chunked;a=b',
      '',
    ]) {
      const answers = await untilClosed(post([`Transfer-Encoding: ${encoding}`], chunked('{}')))
      expect([encoding, answers]).toStrictEqual([encoding, [400]])
    }
    expect(await untilClosed(post(['Transfer-Encoding : chunked'], chunked('{}')))).toStrictEqual([400])
  })

  test('[X15] a chunk of no size, or of a size nobody can have, gets 400 and the end', async () => {
    for (const size of ['zz', '-1', 'fffffffffffffffff', '0x2']) {
      const answers = await untilClosed(post(['Transfer-Encoding: chunked'], `${size}\r\n{}\r\n0\r\n\r\n`))
      expect([size, answers]).toStrictEqual([size, [400]])
    }
  })

  test('[X16] Content-Length with Transfer-Encoding gets 400 and the end, in either order', async () => {
    expect(await untilClosed(post(['Content-Length: 5', 'Transfer-Encoding: chunked'], chunked('{}')))).toStrictEqual([
      400,
    ])
    expect(await untilClosed(post(['Transfer-Encoding: chunked', 'Content-Length: 5'], chunked('{}')))).toStrictEqual([
      400,
    ])
  })

  test('[X14][X15][X16] what is hidden behind bad framing is never read as a request', async () => {
    const seen = 'arcp_http_requests_total{route="/public/stats",method="GET",status="200"}'
    const before = await hub.metric(seen)
    const hidden = get(stats)
    const smugglers = [
      post(['Content-Length: 0', `Content-Length: ${hidden.length}`], '') + hidden,
      post([`Content-Length: ${hidden.length}`, 'Content-Length: 0'], '') + hidden,
      post(['Transfer-Encoding: xchunked'], '0\r\n\r\n') + hidden,
      post(['Transfer-Encoding: chunked, identity'], '0\r\n\r\n') + hidden,
      post(['Content-Length: 6', 'Transfer-Encoding: chunked'], '0\r\n\r\n') + hidden,
      post(['Content-Length: +0'], '') + hidden,
      get('/livez', 'Content-Length: 0', 'Content-Length: 1') + hidden,
    ]
    for (const bytes of smugglers) {
      const answers = await untilClosed(bytes)
      expect(answers.filter((status) => status !== 400)).toStrictEqual([])
    }
    expect(await hub.metric(seen)).toBe(before)
  })

  test('requests in one packet are not answered behind each other: the connection ends (deviation from RFC 9112, 9.3.2)', async () => {
    const answers = await untilClosed(get('/livez') + get('/livez') + get('/livez'))
    expect(answers).toStrictEqual([])
    const socket = await openRaw(hub)
    for (const path of ['/livez', '/health', '/livez']) {
      socket.write(get(path))
      expect((await socket.response()).status).toBe(200)
    }
    socket.destroy()
  })

  test('[X26] a chunked body over the limit gets 413 and the end, a declared one before it is sent', async () => {
    const body = JSON.stringify({ pad: 'x'.repeat(MAX_BODY) })
    expect(await untilClosed(post(['Transfer-Encoding: chunked'], chunked(body)))).toStrictEqual([413])
    expect(await untilClosed(post(['Content-Length: 999999999999999'], ''))).toStrictEqual([413])
    const fits = JSON.stringify({ pad: 'x'.repeat(MAX_BODY - 10) })
    expect(fits).toHaveLength(MAX_BODY)
    await expectRead(post(['Transfer-Encoding: chunked'], chunked(fits)))
    await expectRead(post([`Content-Length: ${fits.length}`], fits))
    const over = ` ${fits}`
    expect(await untilClosed(post([`Content-Length: ${over.length}`], over))).toStrictEqual([413])
  })

  test('[X26] bodies that are not finished hold MAX_BODY_TOTAL together: one more gets 503 and the end, until one is gone', async () => {
    const small = await startTarget({ MAX_BODY_TOTAL: '3000' })
    const line = host(small)
    const unfinished = async (path: string): Promise<RawSocket> => {
      const socket = await openRaw(small)
      const lines = [line, 'Content-Type: application/json', 'Content-Length: 2500']
      socket.write(requestBytes(`POST ${path} HTTP/1.1`, lines, ' '.repeat(2000)))
      return socket
    }
    // Nobody reads a body there: it counts for nothing.
    const unread = await Promise.all(Array.from({ length: 3 }, () => unfinished('/nothing')))
    expect((await Promise.all(unread.map((socket) => socket.response()))).map(({ status }) => status)).toStrictEqual([
      404, 404, 404,
    ])
    const full = 'arcp_limit_hits_total{limit="body_total"}'
    expect(await small.metric(full)).toBe(0)
    const first = await unfinished(TEMP_TOKEN)
    // A request answered after its bytes arrived says that the hub has seen those before.
    await small.metric(full)
    const second = await unfinished(TEMP_TOKEN)
    const refused = await second.response()
    expect([refused.status, new Map(refused.headers).get('retry-after')]).toStrictEqual([503, '1'])
    await second.ended()
    expect(await small.metric(full)).toBe(1)
    first.destroy()
    const body = ' '.repeat(2500)
    const again = async (): Promise<number> => {
      const lines = [line, 'Content-Type: application/json', `Content-Length: ${body.length}`]
      return (await exchange(small, requestBytes(`POST ${TEMP_TOKEN} HTTP/1.1`, lines, body))).status
    }
    await expect.poll(again).toBe(422)
    for (const socket of unread) socket.destroy()
    await small.unharmed()
    await small.stop()
  })

  test('[X27] a compressed body gets 415, whatever is in it', async () => {
    for (const encoding of ['gzip', 'deflate', 'br', 'identity', 'gzip, gzip']) {
      const answer = await exchange(hub, post([`Content-Encoding: ${encoding}`, 'Content-Length: 2'], '{}'))
      expect([encoding, answer.status]).toStrictEqual([encoding, 415])
    }
    await expectRead(post(['Content-Length: 2'], '{}'))
  })
})

describe('request line and headers', () => {
  test('[X17] too long a URL, too big a header and too many headers get 431 and the end', async () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: a`)
    expect(await untilClosed(get(`/${'a'.repeat(100_000)}`))).toStrictEqual([431])
    expect(await untilClosed(get('/livez', `X-A: ${'a'.repeat(9000)}`))).toStrictEqual([431])
    expect(await untilClosed(get('/livez', ...many(200)))).toStrictEqual([431])
    // With Host these are one more: 99 and 98.
    expect(await untilClosed(get('/livez', ...many(98)))).toStrictEqual([431])
    expect((await exchange(hub, get('/livez', ...many(97)))).status).toBe(200)
    // Up to some KiB above its limit the hub says so itself, to requests and to handshakes; beyond, the library does.
    const handshake = handshakeBytes(hub, { headers: { 'x-a': 'a'.repeat(9000) } })
    for (const bytes of [get('/livez', `X-A: ${'a'.repeat(9000)}`), get(`/${'a'.repeat(9000)}`), handshake]) {
      const answer = await exchange(hub, bytes)
      expect([answer.status, new Map(answer.headers).get('content-type')]).toStrictEqual([431, PROBLEM_CONTENT_TYPE])
      expect(JSON.parse(answer.body)).toMatchObject({
        type: problemType('headers-too-large'),
        status: 431,
        detail: 'Request line and headers may have 8192 bytes',
      })
    }
    expect((await exchange(hub, get('/livez', `X-A: ${'a'.repeat(7000)}`))).status).toBe(200)
    expect((await exchange(hub, get(`/${'a'.repeat(7000)}`))).status).toBe(404)
  })

  test('[X18] no trick in a path reaches another route', async () => {
    const tricks = [
      '//livez', '///livez', '/livez/', '/livez//', '/./livez', '/livez/.', '/x/../livez', '/%2e/livez', '/x/%2e%2e/livez',
      '/dashboard/../livez', '/dashboard/%2e%2e/livez', '/dashboard/..%2flivez', '/dashboard/..%5clivez', '/..%2flivez',
      '/%6civez', '/livez;a=b', '/;/livez', '/livez%00', '/livez%20', '/livez.', '/livez.json', '/LIVEZ', '/Livez',
      '/livez#x', '/livez%3f', '/livez\xff', '/%c0%afx/livez', '/agents/%2e%2e/livez', '/dashboard/....//livez',
      '/dashboard/%252e%252e/package.json', '/dashboard/%2e%2e/%2e%2e/package.json', '/dashboard/../../package.json',
    ] // prettier-ignore
    const token = `Authorization: Bearer ${hub.token}`
    for (const path of tricks) {
      const { status, body } = await exchange(hub, get(path, token))
      expect([path, status]).toStrictEqual([path, 404])
      expect(body).toContain('not-found')
    }
    const upgrades = [
      '//public/ws',
      '/public//ws',
      '/public/ws/',
      '/public/%77s',
      '/PUBLIC/ws',
      '/x/../public/ws',
      '/public/ws;a',
    ]
    for (const path of upgrades) {
      const { status } = await exchange(hub, handshakeBytes(hub, { path }))
      expect([path, status]).toStrictEqual([path, 404])
    }
    for (const target of ['livez', '\\livez', '/livez\x00', '/li vez', '/livez\x01', '']) {
      expect([target, await untilClosed(get(target))]).toStrictEqual([target, [505]])
    }
    expect((await exchange(hub, get('/livez', token))).status).toBe(200)
    expect((await exchange(hub, get('/livez?a=/../x', token))).status).toBe(200)
  })

  test('[X18] an agent id in a path is taken as it stands: nothing is decoded', async () => {
    const token = `Authorization: Bearer ${hub.token}`
    for (const id of [
      '%77itness',
      'witness%00',
      'witness;a',
      'Witness',
      'witness.',
      '..',
      'witness%2f',
      '%2e%2e%2flivez',
    ]) {
      const { status } = await exchange(hub, get(`/agents/${id}`, token))
      expect([id, status]).toStrictEqual([id, 404])
    }
    expect((await exchange(hub, get(`/agents/${hub.witness}`, token))).status).toBe(200)
  })

  test('[X19] no Host and two Hosts get 400 and the end', async () => {
    expect(await untilClosed(requestBytes('GET /livez HTTP/1.1', ['X: y']))).toStrictEqual([400])
    expect(await untilClosed(requestBytes('GET /livez HTTP/1.1', [host(), 'Host: evil.example']))).toStrictEqual([400])
    expect(await untilClosed(requestBytes('GET /livez HTTP/1.1', [host(), host()]))).toStrictEqual([400])
    expect((await exchange(hub, get('/livez'))).status).toBe(200)
  })

  test('[X19] a target that is no path is refused with 505 and the end (deviation: RFC 9112, 3.2.2 wants absolute-form served)', async () => {
    for (const target of [`http://127.0.0.1:${hub.port}/livez`, 'https://evil.example/livez', 'evil.example:80', '*']) {
      expect([target, await untilClosed(get(target))]).toStrictEqual([target, [505]])
    }
    expect(await untilClosed(requestBytes('CONNECT evil.example:80 HTTP/1.1', [host()]))).toStrictEqual([505])
    const absolute = handshakeBytes(hub, { path: `http://127.0.0.1:${hub.port}/public/ws` })
    expect(await untilClosed(absolute)).toStrictEqual([505])
  })

  test('what is not HTTP/1.1 is refused with 400 or 505 and the end', async () => {
    const lines = [host()]
    for (const version of ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'HTTPS/1.1']) {
      expect([version, await untilClosed(requestBytes(`GET /livez ${version}`, lines))]).toStrictEqual([version, [505]])
    }
    expect(await untilClosed(`GET /livez HTTP/1.1\n${host()}\n\n`)).toStrictEqual([505])
    expect(await untilClosed(`\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${'a'.repeat(300)}`)).toStrictEqual([505])
    for (const line of [' X: folded', 'no colon', 'X: a\x00b', 'X(: a', 'X : a']) {
      expect([line, await untilClosed(get('/livez', line))]).toStrictEqual([line, [400]])
    }
  })

  test('HEAD is GET without a body, OPTIONS lists the methods, others get 405 with the list', async () => {
    const ask = (method: string): Promise<RawResponse> =>
      exchange(hub, requestBytes(`${method} /livez HTTP/1.1`, [host()]), { headOnly: method === 'HEAD' })
    const allow = ({ headers }: RawResponse): string | undefined => headers.find(([name]) => name === 'allow')?.[1]
    expect(await ask('HEAD')).toMatchObject({ status: 200, body: '' })
    const options = await ask('OPTIONS')
    expect([options.status, allow(options)]).toStrictEqual([204, 'GET, HEAD, OPTIONS'])
    for (const method of ['POST', 'DELETE', 'TRACE', 'BREW', 'get', 'Get', 'A'.repeat(3000)]) {
      const answer = await ask(method)
      expect([method, answer.status, allow(answer)]).toStrictEqual([method, 405, 'GET, HEAD'])
    }
    const gone = await exchange(
      hub,
      requestBytes(`delete /agents/${hub.witness} HTTP/1.1`, [host(), `Authorization: Bearer ${hub.token}`]),
    )
    expect(gone.status).toBe(405)
  })
})

describe('forged addresses', () => {
  /** Asks until the rate of this hub's public routes refuses; the statuses seen. */
  const knock = async (
    target: Target,
    forwarded: (index: number) => string | undefined,
    times: number,
  ): Promise<number[]> => {
    const seen: number[] = []
    for (let index = 0; index < times; index += 1) {
      const value = forwarded(index)
      const lines = [host(target), ...(value === undefined ? [] : [`X-Forwarded-For: ${value}`])]
      seen.push((await exchange(target, requestBytes('GET /public/info HTTP/1.1', lines))).status)
    }
    return seen
  }
  const passed = (seen: readonly number[]): number => seen.filter((status) => status === 200).length

  /** Hubs that let `BURST` public requests of an address through, and hardly any more. */
  const strict = async (
    env: Readonly<Record<string, string>>,
    run: (target: Target) => Promise<void>,
  ): Promise<void> => {
    // The looks whether the hub was harmed would be counted too: these hubs only answer the knocks.
    const target = await startTarget({ ...env, PUBLIC_RATE: '1', PUBLIC_RATE_BURST: String(BURST + 1) })
    try {
      await run(target)
    } finally {
      await target.stop()
    }
  }

  test('[X20] X-Forwarded-For of a peer that is no proxy is ignored', async () => {
    await strict({}, async (target) => {
      const seen = await knock(target, (index) => `203.0.113.${index}`, 10)
      expect(passed(seen)).toBeLessThanOrEqual(BURST + 2)
      expect(seen.at(-1)).toBe(429)
    })
    await strict({ TRUSTED_PROXIES: '127.0.0.1' }, async (target) => {
      expect(passed(await knock(target, (index) => `203.0.113.${index}`, 10))).toBe(10)
    })
  })

  test('[X21] of a chain of 50 only the last address that is no proxy counts', async () => {
    const invented = (index: number): string =>
      Array.from({ length: 48 }, (_, hop) => `198.51.${index}.${hop}`).join(', ')
    await strict({ TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' }, async (target) => {
      const seen = await knock(target, (index) => `${invented(index)}, 203.0.113.9, 10.0.0.1`, 10)
      expect(passed(seen)).toBeLessThanOrEqual(BURST + 2)
      expect(seen.at(-1)).toBe(429)
      expect(passed(await knock(target, () => `${invented(0)}, 203.0.113.10`, 1))).toBe(1)
    })
  })

  test('[X25] an IPv6 customer who rotates through a /64 stays one address', async () => {
    await strict({ TRUSTED_PROXIES: '127.0.0.1' }, async (target) => {
      const seen = await knock(target, (index) => `2001:db8:1:2:${index}::${index + 1}`, 10)
      expect(passed(seen)).toBeLessThanOrEqual(BURST + 2)
      expect(seen.at(-1)).toBe(429)
      expect(passed(await knock(target, () => '2001:db8:1:3::1', 1))).toBe(1)
    })
  })

  test('[X22] a PROXY protocol header, of either version, cuts the connection', async () => {
    const signature = '\r\n\r\n\0\r\nQUIT\n'
    const v2 = `${signature}\x21\x11\x00\x0c\xcb\x00\x71\x09\x7f\x00\x00\x01\x00\x50\x00\x50`
    const v2six = `${signature}\x21\x21\x00\x24${'\x20\x01\x0d\xb8'.repeat(8)}\x00\x50\x00\x50`
    for (const target of [hub, behindProxy]) {
      for (const forged of [v2, v2six]) {
        for (const bytes of [get('/livez'), handshakeBytes(target)]) {
          const socket = await openRaw(target)
          socket.write(forged + bytes)
          await socket.ended()
          expect(socket.received()).toBe(0)
        }
      }
    }
    expect(await untilClosed(`PROXY TCP4 203.0.113.9 127.0.0.1 1 2\r\n${get('/livez')}`)).toStrictEqual([505])
    expect((await exchange(hub, get('/livez'))).status).toBe(200)
  })
})

describe('connections that dawdle', () => {
  test('[X23] whoever does not finish a request is cut after 12 s, trickling or silent; so is who asks nothing more', async () => {
    // 12 s are promised; the rest is for a busy machine.
    const DEADLINE_MS = 16_000
    interface Slow {
      readonly name: string
      readonly first: string
      readonly drip?: string
      /** Sent after the first request was answered. */
      readonly next?: string
    }
    const cases: readonly Slow[] = [
      { name: 'silent', first: '' },
      { name: 'half a header', first: 'GET /livez HTTP/1.1\r\nX-' },
      { name: 'header trickle', first: 'GET /livez HTTP/1.1\r\nX-A: ', drip: 'a' },
      { name: 'handshake trickle', first: 'GET /public/ws HTTP/1.1\r\nUpgrade: websocket\r\nX-A: ', drip: 'a' },
      { name: 'no body', first: post(['Content-Length: 100'], '') },
      { name: 'body trickle', first: post(['Content-Length: 1000'], ''), drip: 'a' },
      { name: 'chunk trickle', first: post(['Transfer-Encoding: chunked'], ''), drip: '1\r\na\r\n' },
      { name: 'idle after an answer', first: get('/livez'), next: '' },
      { name: 'idle after a 404', first: get('/nothing'), next: '' },
      { name: 'half a header after an answer', first: get('/livez'), next: 'GET /li' },
      { name: 'header trickle after an answer', first: get('/livez'), next: 'GET /livez HTTP/1.1\r\nX-A: ', drip: 'a' },
      // Not understood by the library: it waits for the rest, and is cut like everybody who does not finish.
      { name: 'an empty line before the request', first: `\r\n${get('/livez')}` },
      { name: 'a chunk extension', first: post(['Transfer-Encoding: chunked'], '2;a=b\r\n{}\r\n0\r\n\r\n') },
      { name: 'a bare CR in a header', first: get('/livez', 'X: a\rb') },
      { name: 'no version', first: requestBytes('GET /livez', [host()]) },
    ]
    const witness = await openWs(hub)
    const active = await openRaw(hub)
    const asking = setInterval(() => active.write(get('/livez')), 2000)
    const run = async ({ name, first, drip, next }: Slow): Promise<readonly [string, number]> => {
      const socket = await openRaw(hub)
      socket.write(first)
      if (next !== undefined) {
        await socket.response()
        socket.write(next)
      }
      const dripping = drip === undefined ? undefined : setInterval(() => socket.write(drip), 1000)
      try {
        await socket.ended(DEADLINE_MS)
        return [name, socket.responses.items.length]
      } finally {
        clearInterval(dripping)
      }
    }
    const ends = await Promise.all(cases.map(run))
    clearInterval(asking)
    expect(ends).toStrictEqual(cases.map(({ name, next }) => [name, next === undefined ? 0 : 1]))
    // Who keeps asking, and who has a socket, stays.
    expect([active.isOpen(), witness.isOpen()]).toStrictEqual([true, true])
    active.destroy()
    witness.destroy()
  })

  test('whoever ends its side still gets the answer it asked for', async () => {
    const socket = await openRaw(hub)
    socket.write(get('/livez'))
    socket.finish()
    await socket.ended()
    expect(socket.responses.items.filter(({ status }) => status !== 200)).toStrictEqual([])
  })
})
