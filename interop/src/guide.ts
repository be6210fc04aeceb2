// Tests of the WebSocket guide's own programs: files of guide/ with as little changed as a test needs, each change
// named, run against a hub of their own. Must not know: what any of them is said to print.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test as base } from 'vitest'
import { startHub, type Hub } from './hub.ts'
import { startProgram, type Program, type ProgramOptions } from './program.ts'

const GUIDE = fileURLToPath(new URL('../guide/', import.meta.url))

/** Text of the guide, and what stands there in the test. */
export type Changes = Readonly<Record<string, string>>

/** Throws when one of the changes finds nothing to change. */
const guideText = async (name: string, changes: Changes = {}): Promise<string> => {
  const text = await readFile(join(GUIDE, name), 'utf8')
  return Object.entries(changes).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`guide/${name} has no ${from}`)
    return result.replaceAll(from, to)
  }, text)
}

export interface GuideTest {
  /** Settings of the test's hub. */
  settings: Record<string, string>
  hub: Hub
  /** A directory of the test's own. */
  folder: string
  /** The text of a file of guide/ with these changes, and the hub's port for the guide's 8001. */
  textFor: (name: string, changes?: Changes) => Promise<string>
  /** The same as a file; gives its path. */
  fileFor: (name: string, changes?: Changes) => Promise<string>
  /** Starts a program that does not outlive the test. */
  start: (command: string, args: readonly string[], options?: ProgramOptions) => Program
}

export const guideTest = base.extend<GuideTest>({
  settings: {},
  hub: async ({ settings }, use) => {
    const hub = await startHub({ env: settings })
    await use(hub)
    await hub.stop()
  },
  // oxlint-disable-next-line no-empty-pattern -- it needs no other fixture
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'arcp-guide-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  textFor: async ({ hub }, use) => {
    await use(async (name, changes) => {
      const text = await guideText(name, changes)
      return text.replaceAll('localhost:8001', `localhost:${hub.port}`)
    })
  },
  fileFor: async ({ folder, textFor }, use) => {
    await use(async (name, changes) => {
      const path = join(folder, name)
      await writeFile(path, await textFor(name, changes))
      return path
    })
  },
  start: async ({ folder }, use) => {
    const programs: Program[] = []
    await use((command, args, options = {}) => {
      const program = startProgram(command, args, { cwd: folder, ...options })
      programs.push(program)
      return program
    })
    await Promise.all(programs.map((program) => program.end('SIGKILL')))
  },
})
