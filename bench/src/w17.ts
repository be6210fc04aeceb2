// W17: from the start of the process to the first welcome a subscriber gets.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as programs from './programs.ts'
import { firstWelcome, startServer, type Program } from './server-process.ts'
import { summarise, type Summary } from './stats.ts'
import { freePort } from './wait.ts'

export interface W17Plan {
  readonly runs: number
}

/** One start with a probe inside, in milliseconds after the start of the process; the probe costs some itself. */
export interface Phases {
  /** Node is ready to run a program. */
  readonly bootMs: number
  /** The last module was read. */
  readonly lastModuleMs: number
  readonly modules: number
  /** How many of them each package brings, most first. */
  readonly packages: readonly (readonly [name: string, modules: number])[]
  readonly welcomeMs: number
}

export interface W17Result {
  readonly plan: W17Plan
  readonly hub: Summary
  /** `node -e 0`, start to end. */
  readonly bareNode: Summary
  /** uWebSockets.js alone, start to welcome. */
  readonly bareServer: Summary
  readonly phases: Phases | undefined
  readonly raw: Readonly<Record<'hub' | 'bareNode' | 'bareServer', readonly number[]>>
}

const welcomeMs = async (program: (port: number) => Program): Promise<number> => {
  const port = await freePort()
  const server = startServer(program(port))
  try {
    const { subscriber, startMs } = await firstWelcome(server, port, programs.SUBSCRIBER_PATH)
    subscriber.close()
    return startMs
  } finally {
    await server.stop()
  }
}

const bareNodeMs = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const child = spawn(process.execPath, ['-e', '0'], { env: {}, stdio: 'ignore' })
    child.on('error', reject)
    child.on('exit', () => resolve(performance.now() - startedAt))
  })

const numberIn = (value: unknown, member: string): number => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined
  if (typeof found !== 'number') throw new Error(`The probe did not tell ${member}.`)
  return found
}

const countsIn = (value: unknown, member: string): Phases['packages'] => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined
  return Object.entries(found ?? {})
    .map(([name, modules]) => [name, Number(modules)] as const)
    .sort((a, b) => b[1] - a[1])
}

const measurePhases = async (): Promise<Phases> => {
  const directory = mkdtempSync(join(tmpdir(), 'arcp-bench-'))
  const file = join(directory, 'phases.json')
  const probe = new URL('./start-probe.ts', import.meta.url).href
  try {
    const started = await welcomeMs((port) => {
      const program = programs.hub(port, ['--import', probe])
      return { ...program, env: { ...program.env, START_PROBE_FILE: file } }
    })
    const told: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return {
      bootMs: numberIn(told, 'bootMs'),
      lastModuleMs: numberIn(told, 'lastModuleMs'),
      modules: numberIn(told, 'modules'),
      packages: countsIn(told, 'packages'),
      welcomeMs: started,
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export const runW17 = async ({ runs }: W17Plan, progress: (line: string) => void): Promise<W17Result> => {
  progress(`W17: ${runs} starts of the hub, of bare uWebSockets.js and of bare Node`)
  const raw = { hub: [] as number[], bareNode: [] as number[], bareServer: [] as number[] }
  // The first reads everything from the disk.
  await welcomeMs(programs.hub)
  // In turn, so that what disturbs the machine disturbs all three.
  for (let run = 0; run < runs; run += 1) {
    raw.bareNode.push(await bareNodeMs())
    raw.hub.push(await welcomeMs(programs.hub))
    raw.bareServer.push(await welcomeMs(programs.floor))
  }
  return {
    plan: { runs },
    hub: summarise(raw.hub),
    bareNode: summarise(raw.bareNode),
    bareServer: summarise(raw.bareServer),
    phases: await measurePhases().catch(() => undefined),
    raw,
  }
}
