// A real browser for tests: Debian's Chromium, with nothing that calls home.
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Why tests that need a browser do not run here; undefined when they do. In CI a missing browser is a failure. */
export const noBrowser = (): string | undefined => {
  if (CANDIDATES.some((path) => existsSync(path))) return undefined
  if (process.env['CI'] !== undefined) throw new Error('Chromium is missing: npm run verify installs it.')
  return 'Chromium is not installed'
}

export const startBrowser = async (): Promise<Browser> => {
  const executablePath = CANDIDATES.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error('Chromium is not installed')
  return chromium.launch({ executablePath, args: QUIET })
}
