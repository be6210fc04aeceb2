// The WebSocket guide's JavaScript in a page of Chromium, word for word but for the port and the token.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { noBrowser, startBrowser } from '../src/browser.ts'
import { guideTest } from '../src/guide.ts'
import { HOURS, notJson, PINGED, reader, ROUNDS } from '../src/guide-javascript.ts'
import { registerAgent } from '../src/rest.ts'
import { openWebPage, type ConsoleLine, type WebPage } from '../src/web-page.ts'

const WELCOMED = [
  'Welcome message: Connected to ARCP Public API WebSocket',
  'Available features: [agent_updates, public_stats, discovery_events, paginated_discovery]',
]

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
