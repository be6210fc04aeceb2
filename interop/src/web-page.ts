// A page with one script, served from an origin of its own on this machine as a developer's would be, opened in a real
// browser; what it writes to its console and what it throws, in the order it happened.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { recording, type Recording } from './recording.ts'

export interface ConsoleLine {
  /** `uncaught` for an error nobody caught, else the console's method. */
  readonly kind: string
  readonly text: string
  /** What was given to the console, as values. */
  readonly values: () => Promise<readonly unknown[]>
}

export interface WebPage {
  readonly page: Page
  readonly lines: Recording<ConsoleLine>
  close(): Promise<void>
}

const serve = (script: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const isScript = request.url === '/script.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(
        isScript ? script : '<!doctype html><link rel="icon" href="data:,"><script src="/script.js"></script>',
      )
    })
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, () => resolve(server))
  })

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null

export const openWebPage = async (browser: Browser, script: string): Promise<WebPage> => {
  const server = await serve(script)
  const address = server.address()
  if (!isAddress(address)) throw new Error('the page has no address')
  const page = await browser.newPage()
  const lines = recording<ConsoleLine>('console of the page', ({ kind, text }) => `${kind}: ${text}`)
  page.on('console', (message) =>
    lines.push({
      kind: message.type(),
      text: message.text(),
      values: () => Promise.all(message.args().map((each): Promise<unknown> => each.jsonValue())),
    }),
  )
  page.on('pageerror', ({ name, message }) =>
    lines.push({ kind: 'uncaught', text: `${name}: ${message}`, values: () => Promise.resolve([]) }),
  )
  await page.goto(`http://localhost:${address.port}/`)
  return {
    page,
    lines,
    close: async () => {
      await page.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
