// The WebSocket guide's JavaScript as a Node program, with Node's own WebSocket, word for word but for the port and the
// token.
import { describe } from 'vitest'
import { guideTest as test } from '../src/guide.ts'
import { HOURS, notJson, PINGED, reader, ROUNDS } from '../src/guide-javascript.ts'
import { finish } from '../src/python.ts'
import { registerAgent } from '../src/rest.ts'

describe.concurrent("the guide's JavaScript in Node", () => {
  const node = process.execPath
  /** What somebody does who wants the program to outlive errors nobody caught. */
  const CATCH = `--import=data:text/javascript,${encodeURIComponent(
    'process.on("uncaughtException", (error) => console.log("uncaught: " + error))',
  )}`

  describe('on the public socket', () => {
    test.override({ settings: HOURS })

    test('[P1] [C2] the public program is welcomed, and ends at the pong it asked for', async ({
      fileFor,
      start,
      expect,
    }) => {
      const done = await finish(start(node, [await fileFor('public_websocket.js')]))
      expect(done.stdout.slice(0, 3)).toStrictEqual([
        'Connected to public WebSocket',
        'Received: {',
        "  type: 'welcome',",
      ])
      const welcomed = done.stdout.indexOf('Welcome message: Connected to ARCP Public API WebSocket')
      expect(done.stdout.slice(welcomed + 1)).toStrictEqual([
        'Available features: [',
        "  'agent_updates',",
        "  'public_stats',",
        "  'discovery_events',",
        "  'paginated_discovery'",
        ']',
      ])
      expect(done).toMatchObject({ code: 1, signal: null })
      expect(done.stderr).toContain(notJson('pong'))
    })
  })

  describe('with a pulse', () => {
    test.override({ settings: { PUBLIC_WS_INTERVAL: '0.4', PUBLIC_WS_PING_INTERVAL: '1' } })

    test('[P2] [P3] [C2] [C4] [C10] the public program with errors caught is kept up to date to the end', async ({
      hub,
      fileFor,
      start,
      expect,
    }) => {
      const program = start(node, [CATCH, await fileFor('public_websocket.js')])
      const next = reader(program.stdout)
      const says = (start: string): Promise<string> => next((line) => line.startsWith(start))
      await says(`uncaught: ${notJson('pong')}`)
      await says(`uncaught: ${notJson('ping')}`)
      await says('System stats: {')
      await says('  total_agents: 0,')
      await registerAgent(hub, 'appears-later')
      await says('Agents update: {')
      await says("      agent_id: 'appears-later',")
      await says('  total_count: 1')
      await says('System stats: {')
      await says('  total_agents: 1,')
      await hub.stop()
      await says('WebSocket closed: 1012 Hub is restarting, come back')
      expect(await finish(program)).toMatchObject({ code: 0, signal: null, stderr: [] })
    })
  })

  describe('on the agent socket', () => {
    test.override({ settings: { ...HOURS, AGENT_WS_PING_INTERVAL: '3' } })

    test("[A1] [A2] [A3] [C4] the agent program authenticates, gets the list, and ends at the hub's first ping", async ({
      hub,
      fileFor,
      start,
      expect,
    }) => {
      const { token } = await registerAgent(hub, 'in-node')
      const script = await fileFor('agent_websocket.js', { 'your-jwt-token-here': token })
      const done = await finish(start(node, [script]))
      expect(done.stdout.slice(0, 6)).toStrictEqual([
        'Connected to agent WebSocket',
        'Authentication required',
        'Agent authentication successful',
        'Agent message: [',
        '  {',
        "    agent_id: 'in-node',",
      ])
      expect(done).toMatchObject({ code: 1, signal: null })
      expect(done.stderr).toContain(notJson('ping'))
    })

    test("[A2] the agent program says why the guide's own token is refused", async ({ fileFor, start, expect }) => {
      expect(await finish(start(node, [await fileFor('agent_websocket.js')]))).toStrictEqual({
        code: 0,
        signal: null,
        stdout: ['Connected to agent WebSocket', 'Authentication required'],
        stderr: ['Authentication failed: Invalid token'],
      })
    })
  })

  describe('with pings', () => {
    test.override({ settings: PINGED })

    test('[C4] the agent program with errors caught answers no word and stays: Node answers pings', async ({
      hub,
      fileFor,
      start,
    }) => {
      const { token } = await registerAgent(hub, 'pinged')
      const script = await fileFor('agent_websocket.js', { 'your-jwt-token-here': token })
      const next = reader(start(node, [CATCH, script]).stdout)
      for (let round = 0; round < ROUNDS; round += 1) await next((line) => line === `uncaught: ${notJson('ping')}`)
      await registerAgent(hub, 'appears-later')
      await next((line) => line === "    agent_id: 'appears-later',")
    })
  })
})
