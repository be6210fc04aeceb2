// Calls of the hub to agents (catalogue H): an endpoint leads it nowhere it should not go, and tells nobody what is there.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { loginAdmin } from '../src/admin.ts'
import { accept, startAgentServer, type AgentServer, type Reply } from '../src/agent-server.ts'
import { problemIn } from '../src/conforms.ts'
import type { Answer } from '../src/http.ts'
import { startHub, type Hub } from '../src/hub.ts'
import { registerAgent, request } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'

const PATIENT = {
  PUBLIC_RATE: '1000000',
  PUBLIC_RATE_BURST: '1000000',
  CONNECT_RATE: '1000000',
  CONNECT_RATE_BURST: '1000000',
  OUTBOUND_MAX_PER_HOST: '100',
  AGENT_HEARTBEAT_TIMEOUT: '3600',
}
/** As on a laptop: private endpoints may be called. */
const home = sharedHub({ env: PATIENT })
/** As on the internet: they may not. */
const hub = sharedHub({
  env: {
    ...PATIENT,
    ENVIRONMENT: 'production',
    AGENT_KEYS: 'a-key-of-the-tests-for-calls-1,a-key-of-the-tests-for-calls-2',
    ADMIN_PASSWORD: 'a-long-password-of-the-tests-for-calls',
  },
})
const keyOf = (one: Hub): Hub => (one === hub() ? { ...one, agentKey: 'a-key-of-the-tests-for-calls-1' } : one)

// Tests run side by side: what they opened is closed when all are done.
const atEnd: (() => Promise<void>)[] = []
afterAll(() => Promise.all(atEnd.map((close) => close())))

const CONNECT_MS = 3000
const USER = { user_id: 'ann@example.org', user_endpoint: 'https://ann.example/me' }

let made = 0
const register = async (one: Hub, endpoint: string) => {
  made += 1
  return registerAgent(keyOf(one), `called-${made}`, { endpoint })
}

interface Called {
  readonly answer: Answer
  readonly ms: number
  readonly path: string
  readonly id: string
}

const connectTo = async (one: Hub, id: string): Promise<Called> => {
  const path = `/public/connect/${id}`
  const from = performance.now()
  const answer = await request(one, 'POST', path, { body: USER })
  return { answer, ms: performance.now() - from, path, id }
}

const connect = async (one: Hub, endpoint: string): Promise<Called> =>
  connectTo(one, (await register(one, endpoint)).agentId)

const UNREACHABLE = 'The agent cannot be reached at its endpoint, or did not accept'
/** The one answer for everything that cannot be reached, and when it comes. */
const expectUnreachable = ({ answer, ms, path, id }: Called): void => {
  expect(problemIn(answer, path)).toStrictEqual({ slug: 'endpoint-unreachable', detail: UNREACHABLE, agent_id: id })
  expect(ms).toBeGreaterThan(CONNECT_MS - 100)
  expect(ms).toBeLessThan(CONNECT_MS + 3000)
}

const endpoint = async (reply?: Reply, host?: string): Promise<AgentServer> => {
  const server = await startAgentServer(reply, host)
  atEnd.push(server.close)
  return server
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })

const closedPort = async (): Promise<number> => {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.concurrent('where the hub is led', () => {
  it('[X129] this machine and its neighbours, however they are written, are not called in production', async () => {
    const target = await endpoint()
    const { port } = target
    const hosts = [
      '127.0.0.1',
      '127.1',
      'localhost',
      '2130706433',
      '0x7f.1',
      '017700000001',
      'localhost.',
      '0.0.0.0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '169.254.169.254',
      '[fd00::1]',
      '[fd00:ec2::254]',
      '100.64.0.1',
      '100.100.100.200',
      '10.0.0.1',
      '192.168.0.1',
      '255.255.255.255',
      '224.0.0.1',
      '[fe80::1]',
    ]
    for (const called of await Promise.all(hosts.map((host) => connect(hub(), `http://${host}:${port}`)))) {
      expectUnreachable(called)
    }
    expect(target.asked).toHaveLength(0)
    // The twin: at home, this machine is called in each of its spellings; the rest is not even there.
    const open = hosts.slice(0, 6)
    const fine = await Promise.all(open.map((host) => connect(home(), `http://${host}:${port}`)))
    expect(fine.map(({ answer }) => answer.status)).toStrictEqual(open.map(() => 200))
    expect(target.asked).toHaveLength(open.length)
  }, 60_000)

  it('[X129] what is never called is not called at home either', async () => {
    const target = await endpoint(accept, '0.0.0.0')
    for (const host of ['0.0.0.0', '[::ffff:0.0.0.0]', '169.254.169.254', '[fe80::1]', '224.0.0.1']) {
      expectUnreachable(await connect(home(), `http://${host}:${target.port}`))
    }
    expect(target.asked).toHaveLength(0)
    expect((await connect(home(), `http://127.0.0.1:${target.port}`)).answer.status).toBe(200)
  }, 60_000)

  it('[X130] a name that leads to this machine is judged by where it leads', async () => {
    const target = await endpoint()
    expectUnreachable(await connect(hub(), `http://localhost:${target.port}`))
    expect(target.asked).toHaveLength(0)
    const { answer } = await connect(home(), `http://localhost:${target.port}`)
    expect(answer.status).toBe(200)
    expect(target.asked[0]?.headers['host']).toBe(`localhost:${target.port}`)
  }, 30_000)

  it('[X131] a redirect leads nowhere', async () => {
    const inner = await endpoint()
    const replies = [301, 302, 303, 307, 308].map(
      (status): Reply =>
        (response) =>
          void response.writeHead(status, { location: `${inner.url}/secret` }).end(),
    )
    const outer = await Promise.all(replies.map((reply) => endpoint(reply)))
    for (const called of await Promise.all(outer.map(({ url }) => connect(home(), url)))) expectUnreachable(called)
    expect(inner.asked).toHaveLength(0)
    expect((await connect(home(), inner.url)).answer.status).toBe(200)
  }, 30_000)

  it('[X132] user names, queries, fragments, backslashes and ports of other services', async () => {
    const target = await endpoint()
    const { port } = target
    const urls = [
      `http://user@127.0.0.1:${port}`,
      `http://user:pass@127.0.0.1:${port}`,
      `http://good.example@127.0.0.1:${port}`,
      `http://127.0.0.1:${port}/?x=`,
      `http://127.0.0.1:${port}/#`,
      `http://127.0.0.1:${port}\\@good.example`,
      'http://127.0.0.1:6379',
      'http://127.0.0.1:25',
    ]
    for (const called of await Promise.all(urls.map((url) => connect(home(), url)))) expectUnreachable(called)
    expect(target.asked).toHaveLength(0)
    // A line end does not even get into a record.
    await expect(register(home(), `http://127.0.0.1:${port}\r\nX: y`)).rejects.toThrow('422')
    expect((await connect(home(), `http://127.0.0.1:${port}/base/`)).answer.status).toBe(200)
    expect(target.asked.map(({ path }) => path)).toStrictEqual(['/base/connection/request'])
  }, 30_000)
})

describe('with TLS', () => {
  it('[X130] a certificate must be for the name that was asked for, not for whoever answers', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'arcp-tls-'))
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync('openssl', [...make, ...name, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const names: unknown[] = []
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      names.push(request.headers.host)
      response.end('{}')
    })
    const port = await listen(server)
    atEnd.push(async () => {
      server.closeAllConnections()
      server.close()
      rmSync(directory, { recursive: true })
    })
    const trusting = await startHub({ env: { ...PATIENT, NODE_EXTRA_CA_CERTS: cert } })
    expect((await connect(trusting, `https://localhost:${port}`)).answer.status).toBe(200)
    expect(names).toStrictEqual([`localhost:${port}`])
    expectUnreachable(await connect(trusting, `https://127.0.0.1:${port}`))
    await trusting.stop()
    // Whoever issued it is not trusted here.
    expectUnreachable(await connect(home(), `https://localhost:${port}`))
    expect(names).toHaveLength(1)
  }, 40_000)
})

describe.concurrent('what the hub reads', () => {
  it('[X133] an endless body is cut, and 64 KiB are not too much', async () => {
    const endless = await endpoint((response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(16_384), more)
      }
      more()
    })
    const exact = await endpoint((response) => void response.end(Buffer.alloc(65_536)))
    expectUnreachable(await connect(home(), endless.url))
    expect((await connect(home(), exact.url)).answer.status).toBe(200)
  }, 30_000)

  it('[X133] a packed answer stays packed', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    expect(bomb.length).toBeLessThan(65_536)
    const packed = await endpoint((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    })
    expect((await connect(home(), packed.url)).answer.status).toBe(200)
    expect(packed.asked[0]?.headers['accept-encoding']).toBe('identity')
  })

  it('[X133] a slow body and no answer at all end after ten seconds', async () => {
    const slow = await endpoint((response) => {
      const drip = setInterval(() => response.write('x'), 200)
      response.on('close', () => clearInterval(drip))
    })
    const silent = await endpoint(() => undefined)
    for (const { answer, ms, path, id } of await Promise.all([slow, silent].map(({ url }) => connect(home(), url)))) {
      const detail = 'The agent took the connection and did not answer in time'
      expect(problemIn(answer, path)).toStrictEqual({ slug: 'connection-timeout', detail, agent_id: id })
      expect(ms).toBeGreaterThan(9900)
    }
  }, 30_000)
})

describe.concurrent('what an answer tells', () => {
  it('[X134] closed, forbidden, missing, not found and broken are told in the same words at the same time', async () => {
    const notFound = await endpoint((response) => void response.writeHead(404).end('secret'))
    const broken = await endpoint((response) => void response.writeHead(500).end())
    const garbage = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end('SSH-2.0-OpenSSH_9\r\n')
    })
    const garbagePort = await listen(garbage)
    atEnd.push(async () => void garbage.close())
    const closed = `http://127.0.0.1:${await closedPort()}`
    const called = await Promise.all([
      connect(home(), closed),
      connect(home(), notFound.url),
      connect(home(), broken.url),
      connect(home(), `http://127.0.0.1:${garbagePort}`),
      connect(home(), 'http://missing.invalid'),
      connect(home(), 'http://198.18.0.1'),
      connect(hub(), closed),
      connect(hub(), notFound.url),
      connect(hub(), 'http://missing.invalid'),
    ])
    for (const one of called) expectUnreachable(one)
    expect(JSON.stringify(called.map(({ answer }) => answer.body))).not.toMatch(/secret|ECONN|ENOTFOUND|127\.0\.0\.1/)
    const fine = await endpoint()
    const { answer, ms } = await connect(home(), fine.url)
    expect([answer.status, ms < CONNECT_MS]).toStrictEqual([200, true])
  }, 30_000)

  it('[X135] nobody sends in the name of another', async () => {
    const target = await endpoint()
    const { agentId } = await register(home(), target.url)
    const [sender, other] = [await register(home(), 'http://s.example'), await register(home(), 'http://o.example')]
    const path = `/agents/${agentId}/connection/notify`
    const notify = (token: string, agent_id: string) =>
      request(home(), 'POST', path, { token, body: { agent_id, agent_endpoint: 'http://evil.example' } })
    const refused = await notify(sender.token, other.agentId)
    expect(problemIn(refused, path)).toStrictEqual({
      slug: 'insufficient-permissions',
      detail: 'agent_id must be your own: it says who sends this',
      agent_id: sender.agentId,
      target_agent_id: other.agentId,
    })
    expect(target.asked).toHaveLength(0)
    expect((await notify(sender.token, sender.agentId)).status).toBe(200)
    const admin = await loginAdmin(home())
    const body = { agent_id: other.agentId, agent_endpoint: 'http://o.example' }
    expect((await admin.ask('POST', path, { body })).status).toBe(200)
    expect(target.asked.map((one) => one.body)).toStrictEqual([
      { agent_id: sender.agentId, agent_endpoint: 'http://evil.example', agent_info: {} },
      { ...body, agent_info: {} },
    ])
    expect(target.asked[0]?.headers['authorization']).toBeUndefined()
  })

  it('the hub led to itself does nothing it would not do for a stranger', async () => {
    const self = await register(home(), home().url)
    const victim = await register(home(), `${home().url}/agents/${self.agentId}`)
    expectUnreachable(await connectTo(home(), self.agentId))
    // The path is that of a route: it wants a token, and the hub shows none.
    const path = `/agents/${victim.agentId}/connection/notify`
    const body = { agent_id: self.agentId, agent_endpoint: 'http://s.example' }
    const answer = await request(home(), 'POST', path, { token: self.token, body })
    expect(problemIn(answer, path)).toMatchObject({ slug: 'endpoint-unreachable' })
    const admin = await loginAdmin(home())
    expect((await admin.ask('POST', `/agents/${self.agentId}/ping`)).body).toMatchObject({
      reachable: true,
      via: 'http',
    })
  }, 30_000)
})
