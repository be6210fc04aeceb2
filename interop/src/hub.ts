// A hub as users run it: its own process, a free port, a data directory of its own, secrets the tests know.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { QUIET } from './main-program.ts'
import { startProgram, type Exit } from './program.ts'
import { recording } from './recording.ts'

const MAIN = fileURLToPath(new URL('../../apps/server/dist/main.js', import.meta.url))
const START_DEADLINE_MS = 15_000
const STOP_DEADLINE_MS = 15_000

/** The guide's examples register with the first of these. */
export const AGENT_KEYS = ['test-agent-001', 'interop-agent-key-2'] as const

/** Of the administrator `admin`. */
export const ADMIN_PASSWORD = 'interop-password-of-the-administrator'

/** One JSON line of the hub's log. */
export type LogEntry = Readonly<Record<string, unknown>>

export interface Hub {
  /** `http://127.0.0.1:<port>`, no slash at the end; `wsUrl` is the same with `ws:`. */
  readonly url: string
  readonly wsUrl: string
  readonly port: number
  readonly pid: number | undefined
  /** An agent key the hub accepts, and another one. */
  readonly agentKey: string
  readonly otherAgentKey: string
  readonly dataDir: string
  logs(): readonly LogEntry[]
  /** Everything the hub printed, banner and log. */
  output(): string
  /** The first log line that fits, whether it was written already or comes before the deadline. */
  waitForLog(fits: (entry: LogEntry) => boolean, deadlineMs?: number): Promise<LogEntry>
  /** SIGTERM, and the end of the process. */
  stop(): Promise<Exit>
  /** SIGKILL: the hub gets no chance to say goodbye. */
  kill(): Promise<Exit>
  readonly exit: Promise<Exit>
}

const isEntry = (value: unknown): value is LogEntry =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A log line, or undefined for the lines of the banner. */
const parseEntry = (line: string): LogEntry | undefined => {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return isEntry(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      server.close(() => (isAddress(address) ? resolve(address.port) : reject(new Error('no port'))))
    })
  })

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null

const settings = (dataDir: string): Record<string, string> => ({
  ENVIRONMENT: 'development',
  ARCP_HOST: '127.0.0.1',
  ARCP_PORT: '0',
  ARCP_DATA_DIR: dataDir,
  ARCP_LOG_FORMAT: 'json',
  JWT_SECRET: 'interop-secret-that-signs-tokens-of-tests-only',
  AGENT_KEYS: AGENT_KEYS.join(','),
  ADMIN_PASSWORD,
  // Tests stop hubs all the time; nobody has to be spread out over ten seconds.
  DRAIN_DEADLINE_S: '5',
  DRAIN_SPREAD_S: '0.05',
})

export interface HubOptions {
  /** Settings on top of the usual ones, by the name of their environment variable. */
  readonly env?: Readonly<Record<string, string>>
  /** Command line arguments of the hub. */
  readonly args?: readonly string[]
  /** A directory that stays when the hub ends, for another hub to come back in. */
  readonly dataDir?: string
}

/** Starts the built hub and resolves once it listens. Rejects with its output when it does not. */
export const startHub = async ({ env = {}, args = [], dataDir: kept }: HubOptions = {}): Promise<Hub> => {
  if (!existsSync(MAIN)) throw new Error('The hub is not built: run `pnpm build`.')
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'arcp-interop-')))
  const log = recording<LogEntry>('hub log', (entry) => JSON.stringify(entry))
  const program = startProgram(process.execPath, [QUIET, MAIN, ...args], {
    // Not the checkout: a .env there must not reach the hub under test.
    cwd: dataDir,
    env: { ...settings(dataDir), ...env },
    onLine: (line) => {
      const entry = parseEntry(line)
      if (entry !== undefined) log.push(entry)
    },
  })
  const exit = program.exit.then(async (how) => {
    log.end(`the hub ended with ${how.signal ?? `exit code ${how.code}`}`)
    if (kept === undefined) await rm(dataDir, { recursive: true, force: true })
    return how
  })

  const waitForLog: Hub['waitForLog'] = async (fits, deadlineMs) =>
    (await log.find(fits, deadlineMs === undefined ? {} : { deadlineMs })).item

  try {
    const { url } = await waitForLog(({ event }) => event === 'listening', START_DEADLINE_MS)
    if (typeof url !== 'string') throw new Error('The line with "event":"listening" has no "url".')
    const { origin, host, port } = new URL(url)
    return {
      url: origin,
      wsUrl: `ws://${host}`,
      port: Number(port),
      pid: program.pid,
      agentKey: AGENT_KEYS[0],
      otherAgentKey: AGENT_KEYS[1],
      dataDir,
      logs: () => log.items,
      output: () => program.output(),
      waitForLog,
      stop: async () => {
        await program.end('SIGTERM', STOP_DEADLINE_MS)
        return exit
      },
      kill: async () => {
        await program.end('SIGKILL')
        return exit
      },
      exit,
    }
  } catch (error) {
    program.signal('SIGKILL')
    await exit
    throw new Error(`The hub did not start.\n${program.output()}`, { cause: error })
  }
}
