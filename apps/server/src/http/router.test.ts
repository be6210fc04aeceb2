import { isProblemSlug, PROBLEMS } from '@arcp/protocol'
import { createFakeTime } from '@arcp/testkit'
import { ROUTES, type Route } from '@arcp/protocol/rest'
import { describe, expect, it } from 'vitest'

import { err, ok, type Result } from '../kernel/result.ts'
import type { HttpRequest } from '../kernel/http.ts'
import { silentLogger } from '../kernel/logger.ts'
import { silentMeter, type Limit } from '../kernel/meter.ts'
import { json, problem } from './answer.ts'
import type { Exchange, Handler } from './exchange.ts'
import { unavailable } from './faults.ts'
import { createRouter, type Extra, type Handlers } from './router.ts'
import { createScrape } from './scrape.ts'

interface Setup {
  readonly handle?: (route: string, exchange: Exchange) => ReturnType<Handler>
  readonly publicLeft?: number
  readonly extras?: readonly Extra[]
}

const isHandlers = (table: object): table is Handlers => Object.keys(ROUTES).every((name) => Object.hasOwn(table, name))

const setUp = (options: Setup = {}) => {
  const time = createFakeTime()
  const reached: { readonly route: string; readonly agentId: string; readonly token: string | undefined }[] = []
  const limits: Limit[] = []
  const measured: { readonly route: string; readonly status: number }[] = []
  const errors: unknown[] = []
  const lines: (readonly [level: string, event: string, problem: unknown])[] = []
  const loggedRoutes: unknown[] = []
  const networks: string[] = []
  let left = options.publicLeft ?? 100
  const handlers = Object.fromEntries(
    Object.keys(ROUTES).map((name) => {
      const handler: Handler = (exchange) => {
        reached.push({ route: name, agentId: exchange.agentId, token: exchange.token })
        return options.handle === undefined ? json({ route: name }) : options.handle(name, exchange)
      }
      return [name, Object.assign(handler, { gated: true as const })]
    }),
  )
  if (!isHandlers(handlers)) throw new Error('a route has no handler')
  const route = createRouter({
    handlers,
    extras: options.extras ?? [],
    explainUpgrade: ({ path }) => (path === '/public/ws' ? problem('upgrade-required', 'connect') : undefined),
    limits: {
      takePublic: async (network) => {
        networks.push(network)
        left -= 1
        const budget = { limit: 10, remaining: Math.max(0, left), resetS: 7 }
        return left < 0 ? err({ ...budget, retryAfterS: 3 }) : ok(budget)
      },
    },
    admit: () => undefined,
    originAllowed: (origin) => (origin === 'https://app.example' ? 'trusted' : undefined),
    maxHead: 200,
    maxBody: 1000,
    maxQueryParams: 5,
    clock: time.clock,
    random: { token: () => 'request-id' },
    logger: {
      ...silentLogger,
      info: (event, fields) => {
        lines.push(['info', event, fields?.['problem']])
        loggedRoutes.push(fields?.['route'])
      },
      warn: (event, fields) => void lines.push(['warn', event, fields?.['problem']]),
      error: (_event, _fields, cause) => void errors.push(cause),
    },
    meter: {
      ...silentMeter,
      limited: (limit) => void limits.push(limit),
      request: (route, _method, status) => void measured.push({ route, status }),
    },
  })
  const ask = async (method: string, path: string, over: Partial<HttpRequest> = {}) => {
    const answer = await route({
      method,
      path,
      query: '',
      headers: new Map(),
      address: '192.0.2.1',
      scheme: 'http',
      body: async (): Promise<Result<Uint8Array, never>> => ok(new Uint8Array()),
      ...over,
    })
    const headers = new Map(answer.headers)
    const isJson = headers.get('content-type')?.includes('json') ?? false
    const body: unknown = isJson ? JSON.parse(String(answer.body)) : answer.body
    return { status: answer.status, headers, body, raw: answer.headers }
  }
  return { ask, reached, limits, measured, errors, lines, loggedRoutes, networks }
}

const routes = Object.entries<Route>(ROUTES)
const concrete = (path: string): string => path.replaceAll(/\{[a-z_]+\}/g, 'agent-a')

describe('routes', () => {
  it.each(routes)('%s reaches its own handler', async (name, { method, path }) => {
    const { ask, reached } = setUp()
    expect((await ask(method, concrete(path))).status).toBe(200)
    expect(reached).toEqual([{ route: name, agentId: path.includes('{agent_id}') ? 'agent-a' : '', token: undefined }])
  })

  it('HEAD is asked as GET', async () => {
    const { ask, reached } = setUp()
    await ask('HEAD', '/health')
    await ask('HEAD', '/public/stats')
    expect(reached.map(({ route }) => route)).toEqual(['health', 'publicStats'])
    expect((await ask('HEAD', '/agents/register')).status).toBe(405)
  })

  it('an unknown path is 404 as a problem', async () => {
    const { ask, measured } = setUp()
    for (const path of [
      '/nothing',
      '/agents/',
      '/agents/a/b',
      '/agents/a/heartbeat/',
      '/agents//heartbeat',
      '//agents',
      '/Agents',
      '/agents.',
      '/health;x',
      '/%61gents',
      '/agents/a%2fb/heartbeat/x',
      '',
    ]) {
      const answer = await ask('GET', path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 404, 'application/problem+json'])
      expect(answer.body).toMatchObject({ type: expect.stringMatching(/\/not-found$/), status: 404 })
    }
    expect(new Set(measured.map(({ route }) => route))).toEqual(new Set(['none']))
  })

  it('a wrong method is 405 and says which are right', async () => {
    const { ask, reached } = setUp()
    for (const [method, path, allow] of [
      ['POST', '/health', 'GET, HEAD'],
      ['PUT', '/agents/agent-a', 'GET, HEAD, PATCH, DELETE'],
      ['GET', '/agents/register', 'POST'],
      ['DELETE', '/tokens/validate', 'GET, HEAD, POST'],
      ['BREW', '/', 'GET, HEAD'],
      ['get', '/health', 'GET, HEAD'],
    ] as const) {
      const answer = await ask(method, path)
      expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, allow])
    }
    expect(reached).toEqual([])
  })

  it('OPTIONS says what a path answers to, and lets allowed pages ask', async () => {
    const { ask } = setUp()
    const answer = await ask('OPTIONS', '/agents/agent-a', { headers: new Map([['origin', ['https://app.example']]]) })
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD, PATCH, DELETE, OPTIONS'])
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example')
    const evil = await ask('OPTIONS', '/agents/agent-a', { headers: new Map([['origin', ['https://evil.example']]]) })
    expect([...evil.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('a fixed path wins over an agent of that name, an id is taken as it stands', async () => {
    const { ask, reached } = setUp()
    await ask('POST', '/agents/register')
    await ask('GET', '/agents/%2e%2e')
    expect(reached.map(({ route, agentId }) => [route, agentId])).toEqual([
      ['registerAgent', ''],
      ['getAgent', '%2e%2e'],
    ])
  })

  it('a WebSocket path without a handshake says so', async () => {
    expect((await setUp().ask('GET', '/public/ws')).status).toBe(426)
  })

  it('paths of extras come after the table', async () => {
    const { ask, reached } = setUp({ extras: [() => undefined, ({ path }) => (path === '/x' ? json(1) : undefined)] })
    expect((await ask('GET', '/x')).body).toBe(1)
    expect((await ask('GET', '/y')).status).toBe(404)
    await ask('GET', '/health')
    expect(reached).toHaveLength(1)
  })
})

describe('what a handler is given', () => {
  it('[X93] a bearer token that is one word, and nothing else', async () => {
    const { ask, reached } = setUp()
    const values: [string[], string | undefined][] = [
      [['Bearer abc'], 'abc'],
      [['bearer  abc'], 'abc'],
      [['Bearer a b'], undefined],
      [['Bearer '], undefined],
      [['Bearerabc'], undefined],
      [['DPoP abc'], undefined],
      [['Basic abc'], undefined],
      [['abc'], undefined],
      [['Bearer abc', 'Bearer def'], undefined],
    ]
    for (const [authorization] of values)
      await ask('GET', '/agents', { headers: new Map([['authorization', authorization]]) })
    expect(reached.map(({ token }) => token)).toEqual(values.map(([, token]) => token))
  })
})

describe('limits', () => {
  it('[X14][X16] bad framing is refused before any route is looked for', async () => {
    const { ask, reached } = setUp()
    const headers = new Map([
      ['content-length', ['1']],
      ['transfer-encoding', ['chunked']],
    ])
    const answer = await ask('POST', '/agents/register', { headers })
    expect([answer.status, answer.headers.get('connection')]).toEqual([400, 'close'])
    expect(reached).toEqual([])
  })

  it('[X17] a head above the limit is 431 before any route is looked for, and ends the connection', async () => {
    const { ask, reached, limits } = setUp()
    // "GET / HTTP/1.1", the header line, an empty line, each with its line end.
    const fits = 200 - 'GET / HTTP/1.1\r\nx: \r\n\r\n'.length
    expect((await ask('GET', '/', { headers: new Map([['x', ['a'.repeat(fits)]]]) })).status).toBe(200)
    for (const over of [
      { headers: new Map([['x', ['a'.repeat(fits + 1)]]]) },
      { headers: new Map([['x', ['a'.repeat(fits - 10), 'a'.repeat(10)]]]) },
      { query: 'a'.repeat(200) },
      { path: `/${'a'.repeat(200)}` },
    ]) {
      const answer = await ask('GET', '/', over)
      expect([answer.status, answer.headers.get('connection')]).toEqual([431, 'close'])
      expect(answer.body).toMatchObject({
        type: expect.stringMatching(/\/headers-too-large$/),
        detail: 'Request line and headers may have 200 bytes',
      })
    }
    expect(reached).toHaveLength(1)
    expect(limits).toEqual(['headers', 'headers', 'headers', 'headers'])
  })

  it('too many query parameters are 400', async () => {
    const { ask, limits } = setUp()
    expect((await ask('GET', '/agents', { query: 'a=1&a=2&a=3&a=4&a=5' })).status).toBe(200)
    const answer = await ask('GET', '/agents', { query: 'a=1&a=2&a=3&a=4&a=5&a=6' })
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ max_query_params: 5 })
    expect(limits).toEqual(['query_params'])
  })

  it('a body that was too large is counted', async () => {
    const { ask, limits } = setUp({ handle: () => problem('request-too-large', 'The body may have 1000 bytes') })
    expect((await ask('POST', '/agents/register')).status).toBe(413)
    expect(limits).toEqual(['json_size'])
  })

  it('public routes have a budget per network and tell it; others have none', async () => {
    const { ask, limits, networks, reached } = setUp({ publicLeft: 1 })
    const good = await ask('GET', '/public/stats', { address: '2001:db8::7' })
    expect([
      good.status,
      good.headers.get('ratelimit-limit'),
      good.headers.get('ratelimit-remaining'),
      good.headers.get('ratelimit-reset'),
    ]).toEqual([200, '10', '0', '7'])
    const refused = await ask('GET', '/public/discover')
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('ratelimit-remaining')]).toEqual([
      429,
      '3',
      '0',
    ])
    expect(refused.body).toMatchObject({ attempt_type: 'public', retry_after: 3 })
    expect(limits).toEqual(['public_rate'])
    expect((await ask('GET', '/health')).status).toBe(200)
    expect(networks).toEqual(['2001:db8:0:0::/64', '192.0.2.1'])
    expect(reached.map(({ route }) => route)).toEqual(['publicStats', 'health'])
  })
})

describe('401', () => {
  const slugs = Object.keys(PROBLEMS)
    .filter(isProblemSlug)
    .filter((slug) => PROBLEMS[slug].status === 401)

  it.each(routes)('%s never answers it without saying how to authenticate', async (_name, { method, path }) => {
    for (const refusal of [...slugs.map((slug) => problem(slug, 'No')), json({ valid: false }, 401)]) {
      const answer = await setUp({ handle: () => refusal }).ask(method, concrete(path))
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="ARCP"'])
    }
  })

  it('no other answer asks for a token', async () => {
    for (const answer of [json(1), problem('insufficient-permissions', 'No'), problem('agent-gone', 'No')]) {
      const { headers } = await setUp({ handle: () => answer }).ask('GET', '/agents')
      expect(headers.has('www-authenticate')).toBe(false)
    }
  })
})

describe('faults', () => {
  it('[S10] a handler that throws is a 500 that says nothing but an id; the log has the cause', async () => {
    for (const handle of [
      () => {
        throw new Error('password c4n4ry')
      },
      () => Promise.reject(new Error('password c4n4ry')),
    ]) {
      const { ask, errors, measured } = setUp({ handle })
      const answer = await ask('GET', '/agents')
      expect(answer.status).toBe(500)
      expect(answer.body).toMatchObject({ status: 500, request_id: 'request-id', instance: '/agents' })
      expect(JSON.stringify(answer.body)).not.toContain('c4n4ry')
      expect(errors).toEqual([expect.objectContaining({ message: 'password c4n4ry' })])
      expect(measured).toEqual([{ route: '/agents', status: 500 }])
    }
  })

  it('[X138] every answer, good or bad, carries the common headers once', async () => {
    const { ask } = setUp()
    for (const [method, path] of [
      ['GET', '/health'],
      ['GET', '/nothing'],
      ['BREW', '/'],
      ['OPTIONS', '/'],
      ['GET', '/public/ws'],
    ] as const) {
      const { headers, raw } = await ask(method, path)
      expect(headers.get('x-request-id')).toBe('request-id')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(new Set(raw.map(([name]) => name)).size).toBe(raw.length)
    }
  })

  it('[S9] measurements name the template of a route, never a path somebody chose', async () => {
    const { ask, measured } = setUp()
    for (let n = 0; n < 50; n += 1) {
      await ask('GET', `/agents/agent-${n}`)
      await ask('GET', `/random-${n}`)
    }
    expect(new Set(measured.map(({ route }) => route))).toEqual(new Set(['/agents/{agent_id}', 'none']))
  })
})

describe('GET /metrics/scrape', () => {
  const metrics = { text: async () => 'arcp_agents 1\n', contentType: 'text/plain; version=0.0.4' }
  const scrape = async (token: string, authorization?: string, method = 'GET') => {
    const headers = new Map(authorization === undefined ? [] : [['authorization', [authorization]]])
    const { ask } = setUp({ extras: [createScrape({ token, metrics })] })
    return ask(method, '/metrics/scrape', { headers })
  }
  const TOKEN = 'scrape-token-of-16'

  it('[X149] opens for its token alone', async () => {
    const open = await scrape(TOKEN, `Bearer ${TOKEN}`)
    expect([open.status, open.headers.get('content-type'), open.body]).toEqual([
      200,
      metrics.contentType,
      'arcp_agents 1\n',
    ])
    const nobody = await scrape(TOKEN)
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="ARCP"'])
    for (const wrong of [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(0, -1)}`, 'Bearer', `Basic ${TOKEN}`, TOKEN, '']) {
      expect([wrong, (await scrape(TOKEN, wrong)).status]).toEqual([wrong, 403])
    }
    expect((await scrape(TOKEN, `Bearer ${TOKEN}`, 'POST')).status).toBe(405)
  })

  it('is named in the log when it was refused', async () => {
    const { ask, loggedRoutes } = setUp({ extras: [createScrape({ token: TOKEN, metrics })] })
    await ask('GET', '/metrics/scrape', { headers: new Map([['authorization', ['Bearer wrong']]]) })
    await ask('GET', '/metrics/scrape')
    expect(loggedRoutes).toEqual(['GET /metrics/scrape', 'GET /metrics/scrape'])
  })

  it('[X149] without a token set it is closed to everybody', async () => {
    for (const given of [undefined, 'Bearer', 'Bearer ', 'Bearer undefined', 'Bearer ""'])
      expect((await scrape('', given)).status).toBe(403)
  })
})

describe('the log', () => {
  it('warns of what this hub could not do, and only tells of what was wrong with a request', async () => {
    const away = unavailable('The registry is away', 1)
    const { ask, lines } = setUp({ handle: (route) => (route === 'health' ? problem('invalid-input', 'No') : away) })
    expect((await ask('POST', '/agents/register')).status).toBe(503)
    expect((await ask('GET', '/health')).status).toBe(400)
    expect(lines).toEqual([
      ['warn', 'request_refused', 'service-unavailable'],
      ['info', 'request_refused', 'invalid-input'],
    ])
  })
})
