// The published Python client against the hub: the WebSocket guide's own examples, and the life of a registration.
// Every test has a hub of its own, so they run at the same time and none sees another's agents.
import { describe, test as base } from 'vitest'
import { startHub, type Hub } from '../src/hub.ts'
import { CLIENT_VERSIONS, finish, runPython, skipWithout, startPython, type Finished } from '../src/python.ts'
import { registerAgent } from '../src/rest.ts'

// The guide's examples count messages; with its default intervals they would take minutes.
const FAST = { PUBLIC_WS_INTERVAL: '0.5', AGENT_WS_INTERVAL: '0.5' }

const test = base.extend<{ settings: Record<string, string>; hub: Hub }>({
  settings: FAST,
  hub: async ({ settings }, use) => {
    const hub = await startHub({ env: settings })
    await use(hub)
    await hub.stop()
  },
})

/** What a script said on standard error belongs into the failure of the test. */
const succeeded = { code: 0, signal: null, stderr: [] }

/** The messages of a guide example: the line that names one, with the indented lines below it. */
const messagesOf = ({ stdout }: Finished, heading: RegExp): { head: string; details: string[] }[] => {
  const messages: { head: string; details: string[] }[] = []
  for (const line of stdout) {
    if (heading.test(line)) messages.push({ head: line, details: [] })
    else if (line.startsWith(' ')) messages.at(-1)?.details.push(line.trim())
  }
  return messages
}

describe.each(CLIENT_VERSIONS)('Python client %s', (version) => {
  const suite = describe.skipIf(skipWithout(version))

  suite('on the guide', { concurrent: true }, () => {
    test('[P1] [P2] [P3] [P4] the public example is welcomed, discovers and is kept up to date', async ({
      hub,
      expect,
    }) => {
      const program = startPython(version, 'guide/public_websocket.py', { ARCP_URL: hub.url })
      await program.stdout.find((line) => line.endsWith('discovery_data'))
      await registerAgent(hub, 'appears-later')
      const done = await finish(program)

      expect(done).toMatchObject(succeeded)
      expect(done.stdout.at(-1)).toBe('Received 10 messages')
      const messages = messagesOf(done, /^Message \d+: /)
      expect(messages[0]).toStrictEqual({
        head: 'Message 1: welcome',
        details: [
          'Welcome: Connected to ARCP Public API WebSocket',
          "Features: ['agent_updates', 'public_stats', 'discovery_events', 'paginated_discovery']",
        ],
      })
      const ofType = (type: string): string[][] =>
        messages.filter(({ head }) => head.endsWith(` ${type}`)).map(({ details }) => details)
      expect(ofType('discovery_data')).toStrictEqual([['Discovery: 0 total agents']])
      expect(ofType('agents_update')).toStrictEqual([['Agents update: 1 agents']])
      expect(ofType('stats_update')).toHaveLength(7)
      expect(ofType('stats_update').at(-1)).toStrictEqual(['System stats: 1 agents', 'Alive agents: 1'])
    })

    test('[A1] [A2] [A3] the agent example registers, authenticates and sees itself alive', async ({ hub, expect }) => {
      const done = await runPython(version, 'guide/agent_websocket.py', { ARCP_URL: hub.url })

      expect(done).toMatchObject(succeeded)
      expect(done.stdout[0]).toBe('Agent registered successfully: my-agent-001')
      expect(done.stdout.at(-1)).toBe('Received 5 agent messages')
      const messages = messagesOf(done, /^Agent message \d+: /)
      expect(messages).toHaveLength(5)
      for (const { head, details } of messages) {
        expect(head).toMatch(/^Agent message \d: \[\{/)
        expect(details).toStrictEqual(['Received agent list with 1 agents', '- Agent: my-agent-001 (alive)'])
      }
    })

    test('the token check raises on a token that is none', async ({ hub, expect }) => {
      const done = await runPython(version, 'guide/check_token.py', { ARCP_URL: hub.url })

      expect(done).toMatchObject({ code: 1, signal: null, stdout: [] })
      expect(done.stderr.at(-1)).toBe(
        'arcp.core.exceptions.AuthenticationError: Token validation failed: ' +
          'Unexpected error: Authentication failed - invalid or expired token',
      )
    })

    test('the token check knows the token of a registered agent', async ({ hub, expect }) => {
      const { token } = await registerAgent(hub, 'token-holder')
      const done = await runPython(version, 'guide/check_token.py', { ARCP_URL: hub.url, ARCP_TOKEN: token })

      expect(done).toMatchObject(succeeded)
      expect(done.stdout).toHaveLength(1)
      expect(done.stdout[0]).toMatch(/^Token valid: \{'valid': True, 'agent_id': 'token-holder', 'payload': \{.*\}\}$/)
    })

    describe('with nothing between a request and its answer', () => {
      test.override({ settings: { PUBLIC_WS_INTERVAL: '3600' } })

      test('[C2] the connection pool gets its welcomes and pongs', async ({ hub, expect }) => {
        const done = await runPython(version, 'guide/websocket_pool.py', { ARCP_URL: hub.url })

        expect(done).toMatchObject(succeeded)
        const welcome: unknown = expect.stringMatching(/^Request \d: \{"type": ?"welcome"/)
        expect(done.stdout).toStrictEqual([welcome, welcome, welcome, 'Request 4: pong', 'Request 5: pong'])
      })
    })

    describe('with a short ping interval', () => {
      test.override({ settings: { PUBLIC_WS_PING_INTERVAL: '0.5' } })

      test('[C4] the test client is pinged and stays', async ({ hub, expect }) => {
        const done = await runPython(version, 'guide/websocket_tester.py', { ARCP_URL: hub.url })

        expect(done).toMatchObject(succeeded)
        expect(done.stdout).toContain('Ping/pong successful')
        expect(done.stdout).toContain('Received 3 messages')
        expect(done.stdout.at(-1)).toBe('public_websocket: ping_pong - success')
      })
    })
  })

  suite('registration life', { concurrent: true }, () => {
    test('registers, is found, refreshes, leaves; and what must be refused is', async ({ hub, expect }) => {
      const agentId = `life-${version.replaceAll('.', '-')}`
      const done = await runPython(version, 'python/registration_life.py', {
        ARCP_URL: hub.url,
        ARCP_AGENT_ID: agentId,
        ARCP_AGENT_KEY: hub.agentKey,
        ARCP_OTHER_KEY: hub.otherAgentKey,
        ARCP_WRONG_KEY: 'nobody-issued-this-key',
      })

      expect(done).toMatchObject({ code: 0, signal: null })
      const facts: unknown = JSON.parse(done.stdout.join('\n'))
      const refused = (text: string): { error: unknown } => ({ error: expect.stringContaining(text) })
      const own = {
        ok: {
          agent_id: agentId,
          name: 'Registration life',
          agent_type: 'testing',
          endpoint: 'http://localhost:8010',
          capabilities: ['life cycle', 'echo'],
          context_brief: 'Registers, is found, refreshes its token and leaves.',
          version: '1.2.3',
          owner: 'Interop tests',
          public_key: 'interop-public-key-that-is-at-least-32-characters-long',
          communication_mode: 'remote',
          metadata: { suite: 'interop', languages: ['en', 'de'], weight: 3 },
          features: ['streaming'],
          status: 'alive',
        },
      }
      const missing = refused('Endpoint not found')
      const stranger = refused('Authentication failed - invalid or expired token')
      const listed = { ok: [own.ok] }
      const stats = (total: number): unknown => ({
        ok: { total_agents: total, alive_agents: total, agent_types: total, system_status: 'operational' },
      })

      expect(facts).toMatchObject({
        info: { ok: { service: 'ARCP', status: 'healthy', version: expect.any(String) } },
        health: { ok: { status: 'healthy', version: expect.any(String) } },
        types: { ok: ['security', 'monitoring', 'automation', 'networking', 'testing'] },
        stats_before: stats(0),

        wrong_key: refused('Temporary token request failed: Unexpected error: Authentication failed'),
        wrong_key_public: missing,
        list_without_token: stranger,
        refresh_without_token: { ok: false },

        registered: own,
        authenticated: { ok: true },
        token: { ok: { valid: true, agent_id: agentId } },
        own,
        missing,
        listed,
        listed_by_filter: listed,
        listed_other_type: { ok: [] },
        heartbeat: { ok: { status: 'success', agent_id: agentId, last_seen: expect.any(String) } },
        heartbeat_other: refused('Access forbidden - insufficient permissions'),

        discovered: listed,
        discovered_other: { ok: [] },
        public: own,
        public_missing: missing,
        stats_during: stats(1),
        rival: refused('RegistrationError: Agent registration failed: Request failed:'),

        refreshed: { ok: true },
        refreshed_token_is_new: { ok: true },
        own_after_refresh: own,

        unregistered: { ok: { status: 'success', unregistered_by: 'agent (self)' } },
        public_after: missing,
        token_after: refused('AuthenticationError: Token validation failed:'),
        heartbeat_after: refused('Failed to update heartbeat'),
        stats_after: stats(0),

        registered_again: own,
        unregistered_by_key: { ok: { status: 'success' } },
        public_after_key: missing,
      })
      // Clients before 2.1 neither send nor read it.
      if (version !== '2.0.3') expect(facts).toMatchObject({ own: { ok: { ai_context: 'Only ever used by tests.' } } })
    })
  })
})
