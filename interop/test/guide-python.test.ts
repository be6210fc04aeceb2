// The WebSocket guide's programs that use Python's `websockets` by themselves, against a hub each. Besides the port, the
// changes to the guide's text stand in each test. What the programs cannot do is asserted as it is.
import { describe } from 'vitest'
import { guideTest as test, type Changes } from '../src/guide.ts'
import { isObject } from '../src/frames.ts'
import { finish, pythonOf, skipWithout, websocketsVersions } from '../src/python.ts'
import { registerAgent } from '../src/rest.ts'

/** What a hub does by the clock is far away, but for the pings of the public socket. */
const PINGED = { PUBLIC_WS_INTERVAL: '3600', AGENT_WS_INTERVAL: '3600', PUBLIC_WS_PING_INTERVAL: '0.5' }

const failsAtList = "'list' object has no attribute 'get'"

describe.each(websocketsVersions())("the guide in Python, with client %s's websockets", (version) => {
  const suite = describe.skipIf(skipWithout(version))
  const python = pythonOf(version)

  suite('the custom client on the public socket', { concurrent: true }, () => {
    // A socket from which nothing comes for 2.5 s is closed: the ten frames of the test take longer.
    test.override({ settings: { PUBLIC_WS_INTERVAL: '0.4', PUBLIC_WS_PING_INTERVAL: '0.5', PUBLIC_WS_TIMEOUT: '2' } })

    test('[P1] [P2] [P3] [C2] [C4] [C10] follows it to its end, and says what ended it', async ({
      hub,
      fileFor,
      start,
      expect,
    }) => {
      const program = start(python, ['-u', await fileFor('custom_client.py')])
      for (let count = 0, from = 0; count < 10; count += 1) {
        from = (await program.stdout.find((line) => line === 'Stats update: 0 agents', { from })).index + 1
      }
      await registerAgent(hub, 'appears-later')
      await program.stdout.find((line) => line === 'Agents update: 1 agents')
      const { index: last } = await program.stdout.find((line) => line === 'Stats update: 1 agents')
      await program.stdout.find((line) => line === '   Dead: 0', { from: last })
      await hub.stop()
      const done = await finish(program)

      const { index: pong } = await program.stdout.find((line) => line === 'Received pong')
      expect(done.stdout[0]).toBe('Unknown message type: welcome')
      expect(done.stdout.slice(last, last + 3)).toStrictEqual(['Stats update: 1 agents', '   Alive: 1', '   Dead: 0'])
      const known = /^(Stats update: [01] agents|   Alive: [01]|   Dead: 0|Agents update: 1 agents)$/
      expect(done.stdout.filter((line, at) => at !== 0 && at !== pong && !known.test(line))).toStrictEqual([])
      // It stays in connect_public() for as long as the socket is open, and what ends that is not caught.
      expect(done).toMatchObject({ code: 1, signal: null })
      const frame = '1012 (service restart) Hub is restarting, come back'
      expect(done.stderr.at(-1)).toBe(
        `websockets.exceptions.ConnectionClosedError: received ${frame}; then sent ${frame}`,
      )
    })
  })

  suite('the custom client on the agent socket', { concurrent: true }, () => {
    test.override({ settings: PINGED })

    /** The other of its two ways to connect, with a token; and it need not wait before it leaves. */
    const asAgent = (token: string): Changes => ({
      'client.connect_public()': 'client.connect_agent()',
      'ARCPWebSocketClient("http://localhost:8001")': `ARCPWebSocketClient("http://localhost:8001", "${token}")`,
      'asyncio.sleep(30)': 'asyncio.sleep(0)',
    })

    test('[A1] [A2] [A3] authenticates, gets the list, and fails because it is a list', async ({
      hub,
      fileFor,
      start,
      expect,
    }) => {
      const { token } = await registerAgent(hub, 'custom-client')
      const done = await finish(start(python, ['-u', await fileFor('custom_client.py', asAgent(token))]))

      expect(done).toMatchObject({ code: 1, signal: null, stdout: ['Agent WebSocket authenticated'] })
      expect(done.stderr.at(-1)).toBe(`AttributeError: ${failsAtList}`)
      expect(done.stderr.join('\n')).toContain('in handle_message')
    })

    test('[A1] [A2] says why its token is refused', async ({ fileFor, start, expect }) => {
      const done = await finish(start(python, ['-u', await fileFor('custom_client.py', asAgent('your-jwt-token'))]))
      const stdout = ['Authentication failed: Invalid token']
      expect(done).toStrictEqual({ code: 0, signal: null, stdout, stderr: [] })
    })
  })

  suite('the test client on the agent socket', { concurrent: true }, () => {
    test.override({ settings: PINGED })

    const LINE = '    # await tester.test_agent_websocket("your-jwt-token")'
    /** With the line in use that the guide has commented out for want of a token. */
    const withToken = (token: string): Changes => ({
      [LINE]: `    await tester.test_agent_websocket("${token}")`,
    })

    test('[A1] [A2] [A3] authenticates, and reports the list as a failed connection', async ({
      hub,
      fileFor,
      start,
      expect,
    }) => {
      const { token } = await registerAgent(hub, 'tester')
      const script = await fileFor('websocket_tester.py', withToken(token))
      const done = await finish(start(python, ['-u', script], { env: { ARCP_URL: hub.url } }))

      expect(done).toMatchObject({ code: 0, signal: null, stderr: [] })
      const agentPart = done.stdout.indexOf('Testing agent WebSocket...')
      expect(done.stdout.slice(agentPart + 1, agentPart + 3)).toStrictEqual([
        'Agent WebSocket authentication successful',
        `Agent WebSocket test failed: ${failsAtList}`,
      ])
      expect(done.stdout.slice(-2)).toStrictEqual([
        'agent_websocket: authentication - success',
        'agent_websocket: connection - failed',
      ])
    })

    test("[A1] [A2] reports that the guide's own token is refused", async ({ hub, fileFor, start, expect }) => {
      const script = await fileFor('websocket_tester.py', withToken('your-jwt-token'))
      const done = await finish(start(python, ['-u', script], { env: { ARCP_URL: hub.url } }))

      expect(done).toMatchObject({ code: 0, signal: null, stderr: [] })
      expect(done.stdout).toContain('Agent WebSocket authentication failed')
      expect(done.stdout.at(-1)).toBe('agent_websocket: authentication - failed')
    })
  })

  suite('the reader of messages that need not be JSON', { concurrent: true }, () => {
    test.override({ settings: { ...PINGED, AGENT_WS_PING_INTERVAL: '0.5' } })

    test('[P1] [P3] [C2] [C4] knows everything that comes on the public socket', async ({
      hub,
      fileFor,
      start,
      expect,
    }) => {
      const env = { ARCP_WS: `${hub.wsUrl}/public/ws` }
      const program = start(python, ['-u', await fileFor('safe_messages.py')], { env })
      for (const word of ['ping', 'pong']) await program.stdout.find((line) => line === `{"type": "${word}"}`)
      await registerAgent(hub, 'appears-later')
      await program.stdout.find((line) => line.startsWith('{"type": "agents_update"'))
      const types = program.stdout.items.map((line): unknown => {
        const json: unknown = JSON.parse(line)
        return isObject(json) ? json['type'] : json
      })
      expect(types[0]).toBe('welcome')
      expect(new Set(types)).toStrictEqual(new Set(['welcome', 'pong', 'ping', 'agents_update']))
    })

    test('[A1] [A3] [C2] [C4] knows everything that comes on the agent socket', async ({
      hub,
      fileFor,
      start,
      expect,
    }) => {
      const { token } = await registerAgent(hub, 'careful')
      const env = { ARCP_WS: `${hub.wsUrl}/agents/ws`, ARCP_TOKEN: token }
      const program = start(python, ['-u', await fileFor('safe_messages.py')], { env })
      for (const word of ['ping', 'pong']) await program.stdout.find((line) => line === `{"type": "${word}"}`)
      await program.stdout.find((line) => line.startsWith('[{"agent_id": "careful"'))
      const bare = (line: string): boolean => line === '{"type": "pong"}' || line === '{"type": "ping"}'
      const [required, success, list, ...rest] = program.stdout.items.filter((line) => !bare(line))
      expect(required).toBe('{"type": "auth_required", "message": "Send your authentication token"}')
      expect(success).toMatch(/^\{"type": "auth_success", "message": "Authentication successful"/)
      expect(list).toMatch(/^\[\{"agent_id": "careful"/)
      expect(rest).toStrictEqual([])
    })
  })
})
