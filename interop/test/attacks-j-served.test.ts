// Who is served at all, and what every answer carries: clients by address, hubs by name (DNS rebinding), pages by
// origin, TLS; and what must not be there. Groups A, F, I and J of the attack catalogue, on the real process.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROUTES, type Route } from '@arcp/protocol/rest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startTarget, type Target } from '../src/attack-target.ts'
import { startHub } from '../src/hub.ts'
import { emptyDirectory, runMain } from '../src/main-program.ts'
import { exchange, handshakeBytes, requestBytes, type RawResponse } from '../src/raw-socket.ts'
import { request, requestTempToken } from '../src/rest.ts'

const get = (path: string, host: string, ...lines: readonly string[]): string =>
  requestBytes(`GET ${path} HTTP/1.1`, [`Host: ${host}`, ...lines])

const header = ({ headers }: RawResponse, wanted: string): readonly string[] =>
  headers.filter(([name]) => name === wanted).map(([, value]) => value)

const slug = ({ body }: RawResponse): string => String(JSON.parse(body).type).split('/').at(-1) ?? ''

const PAGES = ['/', '/health', '/public/stats', '/dashboard/', '/docs', '/openapi.json', '/nothing'] as const
const SOCKETS = ['/public/ws', '/agents/ws', '/dashboard/ws'] as const

describe('[X19] the name a hub is called by', () => {
  let home: Target
  let hub: Target
  beforeAll(async () => {
    ;[home, hub] = await Promise.all([
      startTarget(),
      startTarget({ ENVIRONMENT: 'testing', TRUSTED_HOSTS: 'arcp.example.com,127.0.0.1' }),
    ])
  })
  afterAll(async () => {
    await Promise.all([home.unharmed(), hub.unharmed()])
    await Promise.all([home.stop(), hub.stop()])
  })

  test('[X19] in development a page whose name was pointed here (DNS rebinding) reads and opens nothing', async () => {
    for (const evil of ['evil.example', `evil.example:${home.port}`, 'localhost.evil.example']) {
      for (const path of PAGES) {
        const refused = await exchange(home, get(path, evil))
        expect([path, refused.status, slug(refused)]).toStrictEqual([path, 400, 'request-error'])
        expect(header(refused, 'connection')).toStrictEqual(['close'])
      }
      for (const path of SOCKETS) {
        const refused = await exchange(home, handshakeBytes(home, { path, headers: { host: evil } }))
        expect([path, refused.status]).toStrictEqual([path, 400])
      }
    }
    for (const good of [`localhost:${home.port}`, `127.0.0.1:${home.port}`, 'hub.localhost', '[::1]:80']) {
      expect([good, (await exchange(home, get('/public/stats', good))).status]).toStrictEqual([good, 200])
      for (const path of SOCKETS) {
        const opened = await exchange(home, handshakeBytes(home, { path, headers: { host: good } }))
        expect([good, path, opened.status]).toStrictEqual([good, path, 101])
      }
    }
  })

  test('[X19] elsewhere TRUSTED_HOSTS is all there is, and health checks need no name', async () => {
    const statuses = async (host: string): Promise<readonly number[]> =>
      Promise.all(
        ['/public/stats', '/readyz', '/livez'].map(async (path) => (await exchange(hub, get(path, host))).status),
      )
    expect(await statuses('arcp.example.com')).toStrictEqual([200, 200, 200])
    expect(await statuses('ARCP.example.com:443')).toStrictEqual([200, 200, 200])
    expect(await statuses('localhost')).toStrictEqual([400, 200, 200])
    expect(await statuses('10.0.0.7:8001')).toStrictEqual([400, 200, 200])
  })
})

describe('clients by address', () => {
  test('blocked ones get 403 over REST and WebSocket, through trusted proxies too, and it is counted', async () => {
    const hub = await startTarget({ TRUSTED_PROXIES: '127.0.0.1', BLOCKED_IPS: '192.0.2.0/24,2001:db8::7' })
    const host = `127.0.0.1:${hub.port}`
    const from = (client: string) => `X-Forwarded-For: ${client}`
    for (const client of ['192.0.2.9', '2001:db8::7']) {
      for (const path of [...PAGES, '/livez']) {
        const refused = await exchange(hub, get(path, host, from(client)))
        expect([path, refused.status, slug(refused)]).toStrictEqual([path, 403, 'forbidden'])
      }
      for (const path of SOCKETS) {
        const bytes = handshakeBytes(hub, { path, headers: { 'x-forwarded-for': client } })
        expect((await exchange(hub, bytes)).status).toBe(403)
      }
    }
    for (const client of ['198.51.100.1', '2001:db8::8']) {
      expect((await exchange(hub, get('/public/stats', host, from(client)))).status).toBe(200)
      const bytes = handshakeBytes(hub, { headers: { 'x-forwarded-for': client } })
      expect((await exchange(hub, bytes)).status).toBe(101)
    }
    expect(await hub.metric('arcp_limit_hits_total{limit="ip_filter"}')).toBe(2 * (PAGES.length + 1 + SOCKETS.length))
    await hub.unharmed()
    await hub.stop()
  })

  test('[X20] with IP_DEFAULT_DENY only the allowed are served, and nobody becomes one by a header', async () => {
    const hub = await startHub({ env: { IP_DEFAULT_DENY: 'true', ALLOWED_IP_RANGES: '10.0.0.0/8' } })
    for (const lines of [[], ['X-Forwarded-For: 10.1.2.3'], ['X-Real-IP: 10.1.2.3'], ['Forwarded: for=10.1.2.3']]) {
      const refused = await exchange(hub, get('/public/stats', `127.0.0.1:${hub.port}`, ...lines))
      expect([lines, refused.status]).toStrictEqual([lines, 403])
    }
    await hub.stop()
    const open = await startHub({ env: { IP_DEFAULT_DENY: 'true', ALLOWED_IP_RANGES: '127.0.0.0/8' } })
    expect((await request(open, 'GET', '/public/stats')).status).toBe(200)
    await open.stop()
  })
})

describe('what every answer carries', () => {
  let hub: Target
  beforeAll(async () => {
    hub = await startTarget({ ALLOWED_ORIGINS: 'https://pages.example' })
  })
  afterAll(async () => {
    await hub.unharmed()
    await hub.stop()
  })

  const EVERYWHERE = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  }

  test('[X138] [X139] good ones, refusals, files, refused handshakes: nothing may frame, guess or run them', async () => {
    const host = `127.0.0.1:${hub.port}`
    const answers: Record<string, RawResponse> = {
      options: await exchange(hub, requestBytes('OPTIONS /agents HTTP/1.1', [`Host: ${host}`])),
      'wrong method': await exchange(hub, requestBytes('PUT /agents HTTP/1.1', [`Host: ${host}`])),
      'no token': await exchange(hub, get('/agents', host)),
      'bad host': await exchange(hub, get('/agents', 'evil.example')),
      'bad handshake': await exchange(hub, handshakeBytes(hub, { headers: { 'sec-websocket-version': '8' } })),
      'bad origin': await exchange(hub, handshakeBytes(hub, { path: '/agents/ws', headers: { origin: 'null' } })),
      'not enabled': await exchange(
        hub,
        requestBytes('POST /security/attestation/challenge HTTP/1.1', [`Host: ${host}`]),
      ),
    }
    for (const path of PAGES) answers[path] = await exchange(hub, get(path, host))
    for (const [what, answer] of Object.entries(answers)) {
      for (const [name, value] of Object.entries(EVERYWHERE)) {
        expect([what, name, header(answer, name)]).toStrictEqual([what, name, [value]])
      }
      const [policy = '', ...more] = header(answer, 'content-security-policy')
      expect([what, more.length]).toStrictEqual([what, 0])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*/)
      expect(header(answer, 'permissions-policy').join()).toContain('camera=()')
      expect(header(answer, 'x-request-id')).toHaveLength(1)
      expect(header(answer, 'server')).toStrictEqual([])
      expect(header(answer, 'x-powered-by')).toStrictEqual([])
    }
  })

  test('[X145] preflights: a configured page may ask, with credentials; evil, null and * may not', async () => {
    const preflight = async (origin: string): Promise<RawResponse> => {
      const lines = [`Host: 127.0.0.1:${hub.port}`, `Origin: ${origin}`, 'Access-Control-Request-Method: DELETE']
      return exchange(hub, requestBytes('OPTIONS /agents/some-agent HTTP/1.1', lines))
    }
    const allowed = await preflight('https://pages.example')
    expect(header(allowed, 'access-control-allow-origin')).toStrictEqual(['https://pages.example'])
    expect(header(allowed, 'access-control-allow-credentials')).toStrictEqual(['true'])
    expect(header(allowed, 'access-control-allow-methods').join()).toContain('DELETE')
    expect(header(allowed, 'access-control-allow-headers').join()).toMatch(/Authorization.*X-Session-Pin/)
    const local = await preflight('http://localhost:3000')
    expect(header(local, 'access-control-allow-origin')).toStrictEqual(['http://localhost:3000'])
    expect(header(local, 'access-control-allow-credentials')).toStrictEqual([])
    for (const origin of ['https://evil.example', 'null', '*', 'https://pages.example.evil', 'http://localhost.evil']) {
      const refused = await preflight(origin)
      const cors = refused.headers.filter(([name]) => name.startsWith('access-control'))
      expect([origin, cors]).toStrictEqual([origin, []])
    }
    // What is for every page never comes with credentials.
    const open = await exchange(
      hub,
      get('/.well-known/jwks.json', `127.0.0.1:${hub.port}`, 'Origin: https://pages.example'),
    )
    expect(header(open, 'access-control-allow-origin')).toStrictEqual(['*'])
    expect(header(open, 'access-control-allow-credentials')).toStrictEqual([])
  })

  test('[X144] what changes something is not done for a page that only has the browser on its side', async () => {
    const changing = Object.values<Route>(ROUTES).filter(({ method, tier }) => method !== 'GET' && tier !== 'public')
    expect(changing.length).toBeGreaterThan(4)
    for (const { method, path } of changing) {
      // A form of another page: no header it may set would count, whatever the cookies.
      const lines = [
        `Host: 127.0.0.1:${hub.port}`,
        'Origin: https://evil.example',
        'Sec-Fetch-Site: cross-site',
        'Cookie: token=x; session=x; arcp=x',
        'Content-Type: text/plain',
        'Content-Length: 2',
      ]
      const target = path.replaceAll(/\{[a-z_]+\}/g, hub.witness)
      const refused = await exchange(hub, requestBytes(`${method} ${target} HTTP/1.1`, lines, '{}'))
      expect([path, refused.status]).toStrictEqual([path, 401])
    }
    // The positive twin: the same with a token does what it says.
    const beat = await request(hub, 'POST', `/agents/${hub.witness}/heartbeat`, { token: hub.token })
    expect(beat.status).toBe(200)
  })

  test('[X94] the key set of tokens has no key: what signs them is never shown', async () => {
    const { status, body } = await exchange(hub, get('/.well-known/jwks.json', '127.0.0.1'))
    expect([status, body]).toStrictEqual([200, '{"keys":[]}'])
  })

  test('[X116] validations of others, and whether there are any, are nobody’s to learn', async () => {
    const temp = await requestTempToken(hub, 'curious-agent')
    const seen = new Set<string>()
    for (const id of ['val_0123456789abcdef', 'val_ffffffffffffffff', 'x', '..', '%2e%2e', hub.witness]) {
      const path = `/auth/agent/validation/${id}`
      const own = await exchange(hub, get(path, '127.0.0.1', `Authorization: Bearer ${temp}`))
      const { instance, timestamp, ...rest } = JSON.parse(own.body)
      expect([typeof instance, typeof timestamp]).toStrictEqual(['string', 'string'])
      seen.add(JSON.stringify([own.status, rest]))
      expect((await exchange(hub, get(path, '127.0.0.1'))).status).toBe(401)
      expect((await exchange(hub, get(path, '127.0.0.1', `Authorization: Bearer ${hub.token}`))).status).toBe(403)
    }
    expect(seen.size).toBe(1)
    expect([...seen][0]).toContain('not-found')
  })

  test('[X149] what anybody may read of a hub has no secret, path, address or version of what it is made of', async () => {
    const open = [
      '/',
      '/health',
      '/livez',
      '/readyz',
      '/public/info',
      '/public/stats',
      '/security/health',
      '/openapi.json',
    ]
    for (const path of [...open, '/.well-known/arcp-configuration', '/docs']) {
      const { status, body, headers } = await exchange(hub, get(path, `127.0.0.1:${hub.port}`))
      expect([path, status]).toStrictEqual([path, 200])
      const text = body + JSON.stringify(headers)
      for (const secret of [
        hub.dataDir,
        hub.agentKey,
        'interop-secret',
        'scrape-token',
        process.version,
        'uWebSockets',
      ]) {
        expect([path, text.includes(secret)]).toStrictEqual([path, false])
      }
    }
    for (const path of ['/metrics', '/metrics/scrape']) {
      expect([401, 403, 404]).toContain((await exchange(hub, get(path, '127.0.0.1'))).status)
    }
    expect((await request(hub, 'GET', '/metrics/scrape', { token: 'scrape-token-of-the-attack-tests' })).status).toBe(
      200,
    )
  })

  test('[X150] nothing shows memory, files, the environment or a debugger', async () => {
    const paths = [
      '/debug',
      '/debug/pprof',
      '/debug/vars',
      '/heapdump',
      '/heapsnapshot',
      '/snapshot',
      '/core',
      '/env',
      '/actuator/env',
      '/actuator/heapdump',
      '/json',
      '/json/list',
      '/json/version',
      '/server-status',
      '/.env',
      '/.git/config',
      '/secrets.json',
      '/arcp.sqlite',
      '/dashboard/../secrets.json',
      '/dashboard/%2e%2e/%2e%2e/package.json',
      '/static/../../etc/passwd',
    ]
    for (const path of paths) {
      expect([path, (await exchange(hub, get(path, '127.0.0.1'))).status]).toStrictEqual([path, 404])
    }
  })
})

describe('TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'arcp-interop-tls-'))
  const pair = ['-keyout', join(directory, 'server.key'), '-out', join(directory, 'server.crt')]
  beforeAll(() => {
    const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    execFileSync('openssl', [...make, ...names, ...pair], { stdio: 'ignore' })
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test('a hub with a certificate speaks https and wss, says so, and answers nobody in the clear', async () => {
    const hub = await startHub({ env: { ARCP_TLS_ENABLED: 'true', ARCP_TLS_CERT_DIR: directory } })
    expect(hub.url).toMatch(/^https:/)
    const ask = (path: string): Promise<{ status?: number; hsts: unknown; body: string }> =>
      new Promise((resolve, reject) => {
        const asked = httpsRequest(`${hub.url}${path}`, { rejectUnauthorized: false, agent: false }, (answer) => {
          let body = ''
          answer.setEncoding('utf8')
          answer.on('data', (chunk: string) => (body += chunk))
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, hsts: answer.headers['strict-transport-security'], body }),
          )
        })
        asked.on('error', reject)
        asked.end()
      })
    expect(await ask('/public/stats')).toMatchObject({ status: 200, hsts: 'max-age=31536000' })
    const { body } = await ask('/.well-known/arcp-configuration')
    expect(JSON.parse(body)).toMatchObject({ issuer: hub.url })

    const socket = new WebSocket(`wss://127.0.0.1:${hub.port}/public/ws`, { rejectUnauthorized: false })
    const welcome = await new Promise((resolve, reject) => {
      socket.once('message', (data) => resolve(Buffer.isBuffer(data) ? JSON.parse(data.toString()) : undefined))
      socket.once('error', reject)
    })
    expect(welcome).toMatchObject({ type: 'welcome' })
    socket.terminate()
    await expect(exchange(hub, get('/', `127.0.0.1:${hub.port}`))).rejects.toThrow('connection ended')
    expect(await hub.stop()).toStrictEqual({ code: 0, signal: null })
  })

  test('without the files it does not start, and says what to do', async () => {
    const cwd = await emptyDirectory()
    const env = { ARCP_PORT: '0', ARCP_TLS_ENABLED: 'true', ARCP_TLS_CERT_DIR: cwd }
    const { code, stderr } = await runMain({ cwd, env })
    expect(code).toBe(1)
    expect(stderr.join('\n')).toContain('server.crt cannot be read (ENOENT): set ARCP_TLS_CERT_DIR')
  })

  test('http has no Strict-Transport-Security, and a proxy that speaks TLS brings it', async () => {
    const hub = await startHub({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
    const host = `127.0.0.1:${hub.port}`
    expect(header(await exchange(hub, get('/', host)), 'strict-transport-security')).toStrictEqual([])
    const proxied = await exchange(hub, get('/.well-known/arcp-configuration', host, 'X-Forwarded-Proto: https'))
    expect(header(proxied, 'strict-transport-security')).toStrictEqual(['max-age=31536000'])
    expect(JSON.parse(proxied.body)).toMatchObject({ issuer: `https://${host}` })
    await hub.stop()
  })
})

describe('settings at the start', () => {
  test('[X147] production refuses the agent keys of the manuals, wherever they stand', async () => {
    const cwd = await emptyDirectory()
    const env = {
      ENVIRONMENT: 'production',
      ARCP_PORT: '0',
      JWT_SECRET: 'Zx81-kLm3-Qw7e-Rt5y-Uo9p-Bn2v-Hg',
      ADMIN_PASSWORD: 'correct horse battery',
    }
    const refused = await runMain({ cwd, env: { ...env, AGENT_KEYS: 'test-agent-001' } })
    expect(refused.code).toBe(1)
    expect(refused.stderr.join('\n')).toContain('AGENT_KEYS holds one that others know')
    const hub = await startHub({ env: { ...env, AGENT_KEYS: 'blue-heron-7719' } })
    expect(hub.logs()).toContainEqual(expect.objectContaining({ event: 'listening', environment: 'production' }))
    await hub.waitForLog(({ event }) => event === 'hosts_not_checked')
    await hub.stop()
  })

  test('[decision 18] what protects and is not there stops the start; what is ignored is said once', async () => {
    const cwd = await emptyDirectory()
    const env = { ARCP_PORT: '0', ARCP_TPR: 'true', DPOP_REQUIRED: 'yes', TZ: 'Europe/Berlin' }
    const refused = await runMain({ cwd, env })
    expect(refused.code).toBe(1)
    expect(refused.stderr.filter((line) => line !== '')).toStrictEqual([
      'arcp: ARCP_TPR must be false: this version has no Three-Phase Registration',
      'arcp: DPOP_REQUIRED must be false: this version has no DPoP: tokens would not be bound to keys',
    ])
    const hub = await startHub({
      env: { TZ: 'Europe/Berlin', STATE_FILE: 'x.json', ARCP_TPR: 'false', ARCP_COLOUR: '1' },
    })
    await hub.waitForLog(({ setting }) => setting === 'ARCP_COLOUR')
    const said = hub.logs().filter(({ event }) => String(event).startsWith('setting_'))
    expect(new Set(said.map(({ event, setting, level }) => [event, setting, level].join(' ')))).toStrictEqual(
      new Set(['setting_ignored STATE_FILE warn', 'setting_ignored TZ warn', 'setting_unknown ARCP_COLOUR warn']),
    )
    expect(said).toHaveLength(3)
    await hub.stop()
  })
})
