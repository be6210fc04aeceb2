// The WebSocket guide's JavaScript, word for word but for the port and the token, in a browser and as a Node program.
// It reads every message as JSON, also the bare words `ping` and `pong`, which are none: in a page that is an error
// nobody caught and the socket lives on, in Node it is the end of the program.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { noBrowser, startBrowser } from '../src/browser.ts'
import { guideTest } from '../src/guide.ts'
import type { Recording } from '../src/recording.ts'
import { finish } from '../src/python.ts'
import { registerAgent } from '../src/rest.ts'
import { openWebPage, type ConsoleLine, type WebPage } from '../src/web-page.ts'

const HOURS = { PUBLIC_WS_INTERVAL: '3600', AGENT_WS_INTERVAL: '3600' }
// A socket from which nothing comes for 2.25 s is closed: twelve pings take longer.
const PINGED = Object.fromEntries(
  ['PUBLIC_WS', 'AGENT_WS'].flatMap((endpoint) => [
    [`${endpoint}_INTERVAL`, '3600'],
    [`${endpoint}_PING_INTERVAL`, '0.25'],
    [`${endpoint}_TIMEOUT`, '2'],
  ]),
)
const ROUNDS = 12

const notJson = (word: string): string => `SyntaxError: Unexpected token 'p', "${word}" is not valid JSON`

const WELCOMED = [
  'Welcome message: Connected to ARCP Public API WebSocket',
  'Available features: [agent_updates, public_stats, discovery_events, paginated_discovery]',
]

/** Waits for lines one after the other, each behind the one before. */
const reader = <T>(lines: Recording<T>) => {
  let from = 0
  return async (fits: (line: T) => boolean): Promise<T> => {
    const { item, index } = await lines.find(fits, { from })
    from = index + 1
    return item
  }
}

describe.skipIf(noBrowser() !== undefined).concurrent("the guide's JavaScript in Chromium", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser.close())

  const test = guideTest.extend<{ open: (name: string, changes?: Record<string, string>) => Promise<WebPage> }>({
    open: async ({ textFor }, use) => {
      const pages: WebPage[] = []
      await use(async (name, changes) => {
        const page = await openWebPage(browser, await textFor(name, changes))
        pages.push(page)
        return page
      })
      await Promise.all(pages.map((page) => page.close()))
    },
  })
  const lineReader = ({ lines }: WebPage) => {
    const next = reader<ConsoleLine>(lines)
    return async (start: string): Promise<unknown> =>
      (await (await next(({ text }) => text.startsWith(start))).values())[1]
  }

  describe('with a pulse', () => {
    test.override({ settings: { PUBLIC_WS_INTERVAL: '0.4' } })

    test('[P1] [P2] [P3] [P4] [C2] [C3] [C10] the public page shows every kind of message, and its end', async ({
      hub,
      open,
      expect,
    }) => {
      const web = await open('public_websocket.js')
      const says = lineReader(web)
      await says(notJson('pong'))
      const isStats = ({ text }: ConsoleLine): boolean => /^(Received: \{type: stats_update|System stats: )/.test(text)
      const shown = web.lines.items.filter((line) => !isStats(line)).map(({ kind, text }) => `${kind}: ${text}`)
      expect(shown[0]).toBe('log: Connected to public WebSocket')
      expect(shown[1]).toMatch(/^log: Received: \{type: welcome, /)
      expect(shown.slice(2, 5)).toStrictEqual([
        ...WELCOMED.map((line) => `log: ${line}`),
        `uncaught: ${notJson('pong')}`,
      ])

      // The socket lived through it.
      expect(await says('System stats: ')).toMatchObject({ total_agents: 0, system_status: 'operational' })
      await registerAgent(hub, 'appears-later')
      expect(await says('Agents update: ')).toMatchObject({ total_count: 1, agents: [{ agent_id: 'appears-later' }] })
      expect(await says('System stats: ')).toMatchObject({ total_agents: 1, alive_agents: 1, dead_agents: 0 })

      // What the page has a branch for and does not ask for, asked in its console.
      await web.page.evaluate(`ws.send('{"type":"get_discovery","page_size":5}'); ws.send('{"type":"ping"}')`)
      expect(await says('Discovery data: ')).toMatchObject({
        agents: [{ agent_id: 'appears-later' }],
        pagination: { current_page: 1, page_size: 5, total_agents: 1 },
        filters: { agent_type: null },
      })
      expect(await says('Pong received: ')).toStrictEqual(expect.any(Number))

      await hub.stop()
      await says('WebSocket closed: 1012 Hub is restarting, come back')
      expect(web.lines.items.filter(({ kind }) => kind === 'error')).toStrictEqual([])
    })
  })

  describe('with pings', () => {
    test.override({ settings: PINGED })

    test('[C4] [C9] a page on another local origin that answers no word stays: the browser answers pings', async ({
      hub,
      open,
      expect,
    }) => {
      const { token } = await registerAgent(hub, 'pinged')
      const pages = await Promise.all([
        open('public_websocket.js'),
        open('agent_websocket.js', { 'your-jwt-token-here': token }),
      ])
      for (const web of pages) {
        const says = lineReader(web)
        for (let round = 0; round < ROUNDS; round += 1) await says(notJson('ping'))
      }
      await registerAgent(hub, 'appears-later')
      await lineReader(pages[0])('Agents update: ')
      expect(await Promise.all(pages.map(({ page }) => page.evaluate('ws.readyState')))).toStrictEqual([1, 1])
    })
  })

  describe('on the agent socket', () => {
    test.override({ settings: HOURS })

    test('[A1] [A2] [A3] the page authenticates, gets the list and is kept up to date', async ({
      hub,
      open,
      expect,
    }) => {
      const { token } = await registerAgent(hub, 'on-a-page')
      const web = await open('agent_websocket.js', { 'your-jwt-token-here': token })
      const says = lineReader(web)
      for (const line of [
        'Connected to agent WebSocket',
        'Authentication required',
        'Agent authentication successful',
      ]) {
        await says(line)
      }
      expect(await says('Agent message: ')).toMatchObject([{ agent_id: 'on-a-page', status: 'alive' }])
      await registerAgent(hub, 'appears-later')
      expect(await says('Agent message: [Object, Object]')).toMatchObject([
        { agent_id: 'on-a-page', status: 'alive' },
        { agent_id: 'appears-later', status: 'alive' },
      ])
      expect(web.lines.items.filter(({ kind }) => kind !== 'log')).toStrictEqual([])
    })

    test("[A2] the page says why the guide's own token is refused", async ({ open, expect }) => {
      const web = await open('agent_websocket.js')
      expect(await lineReader(web)('Authentication failed: ')).toBe('Invalid token')
      expect(web.lines.items.map(({ kind, text }) => `${kind}: ${text}`)).toStrictEqual([
        'log: Connected to agent WebSocket',
        'log: Authentication required',
        'error: Authentication failed: Invalid token',
      ])
      await web.page.waitForFunction('ws.readyState === 3')
    })
  })
})

describe.concurrent("the guide's JavaScript in Node", () => {
  const test = guideTest
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
    test.override({ settings: { ...HOURS, AGENT_WS_PING_INTERVAL: '1' } })

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
