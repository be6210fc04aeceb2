// The programs that are measured: the hub, the bare library below it, and the reference implementation.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { CommitSettings } from './commit-settings.ts'
import type { Program } from './server-process.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

export const JWT_SECRET = 'bench-secret-that-signs-tokens-of-benchmarks-only'
export const AGENT_KEY = 'bench-agent-key-001'
export const SUBSCRIBER_PATH = '/public/ws'

/** Nobody dies of silence while a large population is measured; nothing else differs from the defaults. */
const POPULATION_LIFE_S = '86400'

export const hub = (port: number, nodeArgs: readonly string[] = []): Program => {
  const main = path('../../apps/server/dist/main.js')
  if (!existsSync(main)) throw new Error('The hub is not built: run `pnpm build`.')
  return {
    command: process.execPath,
    args: [...nodeArgs, main],
    env: {
      ARCP_HOST: '127.0.0.1',
      ARCP_PORT: String(port),
      ARCP_LOG_FORMAT: 'json',
      JWT_SECRET,
      AGENT_KEYS: AGENT_KEY,
      ADMIN_PASSWORD: 'bench-password-of-nobody',
      AGENT_HEARTBEAT_TIMEOUT: POPULATION_LIFE_S,
      DRAIN_SPREAD_S: '0.05',
      DRAIN_DEADLINE_S: '2',
    },
  }
}

/** uWebSockets.js with nothing on top: what this machine allows. */
export const floor = (port: number): Program => ({
  command: process.execPath,
  args: [path('./floor-server.ts')],
  env: { PORT: String(port) },
})

/** uWebSockets.js that only echoes: the least a socket can weigh on this stack. */
export const echo = (port: number): Program => ({
  command: process.execPath,
  args: [path('./echo-server.ts')],
  env: { PORT: String(port) },
})

/** The same with the `ws` package, which most Node servers use. */
export const wsEcho = (port: number): Program => ({
  command: process.execPath,
  args: [path('./ws-echo-server.ts')],
  env: { PORT: String(port) },
})

/** Commits in process, straight against a store; see `commit-program.ts`. */
export const commits = (settings: CommitSettings): Program => ({
  command: process.execPath,
  args: ['--conditions=@arcp/source', '--disable-warning=ExperimentalWarning', path('./commit-program.ts')],
  env: { COMMIT_SETTINGS: JSON.stringify(settings) },
})

/** The same program with other settings. */
export const withEnv = (program: Program, env: Readonly<Record<string, string>>): Program => ({
  ...program,
  env: { ...program.env, ...env },
})

const PYTHON = path('../../interop/.venv-2.1.2/bin/python')

export const hasReference = (): boolean => existsSync(PYTHON)

/** The published Python server, without Redis. `npm run verify` installs it for the interop tests. */
export const reference = (port: number): Program => ({
  command: PYTHON,
  args: ['-m', 'arcp'],
  env: {
    ENVIRONMENT: 'development',
    TZ: 'UTC',
    ALLOWED_AGENT_TYPES: 'testing',
    JWT_SECRET,
    JWT_ALGORITHM: 'HS256',
    JWT_EXPIRE_MINUTES: '600',
    ADMIN_USERNAME: 'bench',
    ADMIN_PASSWORD: 'bench-password-of-nobody',
    AGENT_KEYS: AGENT_KEY,
    ARCP_HOST: '127.0.0.1',
    ARCP_PORT: String(port),
    ARCP_LOGS_DIR: '/tmp',
    AGENT_HEARTBEAT_TIMEOUT: POPULATION_LIFE_S,
  },
})
