// What somebody sees in the first minute: the page of a fresh hub, the command it shows, the agent that appears.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { noBrowser, startBrowser } from '../src/browser.ts'
import { startHub, type Hub } from '../src/hub.ts'
import { startProgram, type Program } from '../src/program.ts'

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))

const runExample = (name: string, hub: Hub, env: Readonly<Record<string, string>>): Program =>
  startProgram(process.execPath, [`${EXAMPLES}${name}`, hub.url], { cwd: hub.dataDir, env })

describe('the examples', () => {
  let hub: Hub
  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(() => hub.stop())

  it('first-agent registers, is seen by watch, and leaves when it is told to', async () => {
    const watch = runExample('watch.mjs', hub, {})
    await watch.stdout.find((line) => /connected to/.test(line))
    const agent = runExample('first-agent.mjs', hub, { ARCP_AGENT_KEY: hub.agentKey })
    await agent.stdout.find((line) => line.includes('registered "first-agent"'))
    await watch.stdout.find((line) => line.includes('+ first-agent'))
    expect(await agent.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(agent.output()).toContain('unregistered "first-agent"')
    await watch.stdout.find((line) => line.includes('- first-agent'))
    await watch.end('SIGTERM')
  })

  it('first-agent says in one line what is wrong: a wrong key, no key, no hub', async () => {
    const wrong = runExample('first-agent.mjs', hub, { ARCP_AGENT_KEY: 'not-a-key-of-this-hub' })
    expect((await wrong.exit).code).toBe(1)
    expect(wrong.stderr.items).toEqual([expect.stringContaining('does not know this agent key')])
    const none = runExample('first-agent.mjs', hub, {})
    expect((await none.exit).code).toBe(1)
    expect(none.stderr.items).toHaveLength(1)
    const nobody = startProgram(process.execPath, [`${EXAMPLES}first-agent.mjs`, 'http://127.0.0.1:9'], {
      env: { ARCP_AGENT_KEY: hub.agentKey },
    })
    expect((await nobody.exit).code).toBe(1)
    expect(nobody.stderr.items).toEqual([expect.stringContaining('No hub answers')])
  })
})

describe.skipIf(noBrowser() !== undefined)('the dashboard in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser.close())

  const open = async (hub: Hub): Promise<{ readonly page: Page; readonly complaints: string[] }> => {
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(hub.url).host) complaints.push(`foreign host: ${request.url()}`)
    })
    await page.goto(`${hub.url}/dashboard/`)
    return { page, complaints }
  }

  it('shows a command on a fresh hub, and the agent appears without a reload and goes again', async () => {
    const hub = await startHub()
    const { page, complaints } = await open(hub)
    await page.getByText('No agents yet').waitFor()
    expect(await page.getByText('node examples/first-agent.mjs').first().textContent()).toContain(hub.url)
    const agent = runExample('first-agent.mjs', hub, { ARCP_AGENT_KEY: hub.agentKey })
    await page.getByRole('row', { name: /first-agent/ }).waitFor()
    await agent.end('SIGTERM')
    await page.getByText('No agents yet').waitFor()
    expect(complaints).toEqual([])
    await page.close()
    await hub.stop()
  })

  it('keeps the last truth and says that it is stale when the hub goes away', async () => {
    const hub = await startHub()
    const { page } = await open(hub)
    const agent = runExample('first-agent.mjs', hub, { ARCP_AGENT_KEY: hub.agentKey })
    await page.getByRole('row', { name: /first-agent/ }).waitFor()
    await hub.kill()
    await page
      .getByText(/stale since/i)
      .first()
      .waitFor()
    expect(await page.getByRole('row', { name: /first-agent/ }).count()).toBe(1)
    await page.close()
    await agent.end('SIGTERM')
  })
})
