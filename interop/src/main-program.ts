// The hub's own command line, started with exactly the environment a test gives it: for everything a person may get
// wrong before a hub runs. `startHub` is for tests that want one that runs.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { startProgram, type Program } from './program.ts'
import { finish, type Finished } from './python.ts'

const MAIN = fileURLToPath(new URL('../../apps/server/dist/main.js', import.meta.url))

/** As `npm start` does: what Node has to say about its SQLite is no matter of the hub. */
export const QUIET = '--disable-warning=ExperimentalWarning'

export interface MainOptions {
  /** The whole environment besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly cwd: string
  /** Another Node than the one that runs the tests. */
  readonly node?: string
}

export const startMain = ({ env = {}, args = [], cwd, node = process.execPath }: MainOptions): Program =>
  startProgram(node, [QUIET, MAIN, ...args], { cwd, env })

/** Runs it to its end; a hub that comes up instead is killed, and the error has its output. */
export const runMain = (options: MainOptions): Promise<Finished> => finish(startMain(options), 15_000)

/** A directory for one test. */
export const emptyDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'arcp-interop-start-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}
