// The WebSocket guide's JavaScript in a page of Chromium, word for word but for the port and the token.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { loginAdmin } from '../src/admin.ts'
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

  describe('on the dashboard socket', () => {
    test.override({ settings: { DASHBOARD_WS_INTERVAL: '0.4', AGENT_HEARTBEAT_TIMEOUT: '0.5' } })

    // The guide's page hands every frame to functions it does not show: here they write down what they were given.
    const PAGE_FUNCTIONS = {
      updateMonitoringData: 'monitoring',
      updateHealthStatus: 'health',
      updateAgentsData: 'agents',
      updateLogsDisplay: 'logs',
      handleAlerts: 'alert',
      handleAcknowledgment: 'ack',
    }
    const shown = Object.entries(PAGE_FUNCTIONS)
      .map(([name, says]) => `function ${name}(given) { console.log('${says}:', given) }\n`)
      .join('')
    /** The token stands in front of the functions, so that they come before the guide's first line. */
    const openPage = (open: (name: string, changes: Record<string, string>) => Promise<WebPage>, token: string) =>
      open('dashboard_websocket.js', {
        'your-admin-jwt-token': token,
        '// JavaScript example for dashboard': `${shown}// JavaScript example for dashboard`,
      })

    test('[D1] [D2] [D3] [D4] [D5] [D6] [D7] [D8] [C9] [C10] the page is given every frame, the alert and each acknowledgement', async ({
      hub,
      open,
      expect,
    }) => {
      await registerAgent(hub, 'on-the-dashboard')
      const web = await openPage(open, (await loginAdmin(hub)).token)
      const says = lineReader(web)
      await says('Connected to dashboard WebSocket')
      expect(await says('monitoring:')).toMatchObject({ agent_count: 1, agent_metrics: [] })
      expect(await says('health:')).toMatchObject({ components: { storage: { redis: 'embedded' } } })
      expect(await says('agents:')).toMatchObject({ total_count: 1, agents: [{ agent_id: 'on-the-dashboard' }] })
      expect(await says('logs:')).toMatchObject({ count: expect.any(Number) })
      const { alerts } = Object(await says('alert:'))
      expect(alerts).toContainEqual(expect.objectContaining({ id: expect.any(String), type: expect.any(String) }))

      // What the page has a branch for and does not ask for, asked in its console.
      const ask = (frame: object) => web.page.evaluate(`ws.send(${JSON.stringify(JSON.stringify(frame))})`)
      await ask({ type: 'pause_monitoring' })
      expect(await says('ack:')).toMatchObject({ type: 'pause_ack', data: { status: 'paused' } })
      await ask({ type: 'refresh_request' })
      expect(await says('ack:')).toMatchObject({
        type: 'refresh_ack',
        data: { status: 'completed', message: 'Fresh data sent' },
      })
      await ask({ type: 'resume_monitoring' })
      expect(await says('ack:')).toMatchObject({ type: 'resume_ack', data: { status: 'resumed' } })
      const line = {
        level: 'SUCS',
        message: 'Security: PIN verification successful',
        timestamp: '2025-01-07T10:30:00Z',
      }
      await ask({ type: 'dashboard_log', timestamp: '2025-01-07T10:30:00Z', data: line })
      expect(Object(await says('logs:')).logs[0]).toMatchObject({ level: 'SUCS', message: line.message })
      // The guide's page has no branch for these.
      for (const type of ['agents_request', 'clear_logs', 'clear_alerts']) await ask({ type })
      for (const type of ['agents_ack', 'clear_logs_ack', 'clear_alerts_ack']) {
        await says(`Unknown dashboard message type: ${type}`)
      }
      expect(web.lines.items.filter(({ kind }) => kind !== 'log')).toStrictEqual([])
      await hub.stop()
      await web.page.waitForFunction('ws.readyState === 3')
    })

    test("[D1] the guide's own token is refused, and logging out ends the page's socket", async ({
      hub,
      open,
      expect,
    }) => {
      const admin = await loginAdmin(hub)
      const refused = await openPage(open, 'your-admin-jwt-token')
      await refused.page.waitForFunction('ws.readyState === 3')
      expect(refused.lines.items.map(({ text }) => text)).toStrictEqual(['Connected to dashboard WebSocket'])
      const web = await openPage(open, admin.token)
      await lineReader(web)('logs:')
      await admin.ask('POST', '/auth/logout')
      await web.page.waitForFunction('ws.readyState === 3')
    })
  })
})
