// A program under measurement: its own process, on a port it was given, in a directory of its own.
// None outlives this one.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { subscribe, type SeenFrame, type Subscriber } from './subscriber.ts'
import { delay, freePort } from './wait.ts'

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment besides PATH: settings of this machine must not reach the program. */
  readonly env: Readonly<Record<string, string>>
}

export interface ServerProcess {
  readonly pid: number
  /** `performance.now()` just before the process was started. */
  readonly spawnedAt: number
  /** SIGTERM, then SIGKILL; resolves when the process is gone. */
  readonly stop: () => Promise<void>
  readonly exited: () => boolean
  /** Resolves with everything it wrote to standard output when it ended by itself, well. */
  readonly result: () => Promise<string>
  /** The end of what it printed. */
  readonly output: () => string
}

const STOP_DEADLINE_MS = 5000
const OUTPUT_CHARACTERS = 4000
const CONNECT_RETRY_MS = 2
const START_DEADLINE_MS = 60_000

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
// A signal alone would end this process without the handler above.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/** @param keepAll keeps what it writes to standard output, for `result` */
export const startServer = ({ command, args, env }: Program, keepAll = false): ServerProcess => {
  const directory = mkdtempSync(join(tmpdir(), 'arcp-bench-'))
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_CHARACTERS)
  }
  const spawnedAt = performance.now()
  const child = spawn(command, args, {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, ARCP_DATA_DIR: join(directory, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', (error) => keep(Buffer.from(error.message)))
  const written: Buffer[] = []
  if (keepAll) child.stdout.on('data', (chunk: Buffer) => written.push(chunk))
  const ended = Promise.withResolvers<void>()
  child.on('close', () => {
    running.delete(child)
    rmSync(directory, { recursive: true, force: true })
    ended.resolve()
  })
  if (child.pid === undefined) throw new Error(`${command} could not be started.`)

  return {
    pid: child.pid,
    spawnedAt,
    exited: () => !running.has(child),
    output: () => output,
    result: async () => {
      await ended.promise
      if (child.exitCode !== 0) throw new Error(`It ended with ${child.exitCode}.\n${output}`)
      return Buffer.concat(written).toString()
    },
    stop: async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
      await ended.promise
      clearTimeout(timer)
    },
  }
}

/** Starts a program on a free port, hands it to `work`, and ends it. What it printed last goes into a failure. */
export const withServer = async <T>(
  program: (port: number) => Program,
  work: (server: ServerProcess, port: number) => Promise<T>,
): Promise<T> => {
  const port = await freePort()
  const server = startServer(program(port))
  try {
    return await work(server, port)
  } catch (error) {
    throw new Error(`The server's last words:\n${server.output()}`, { cause: error })
  } finally {
    await server.stop()
  }
}

export interface Welcome {
  readonly subscriber: Subscriber
  readonly first: SeenFrame
  /** From before the start of the process to the arrival of the first frame, in milliseconds. */
  readonly startMs: number
}

/** Knocks until the process lets a subscriber in and greets it. */
export const firstWelcome = async (server: ServerProcess, port: number, path: string): Promise<Welcome> => {
  const deadline = performance.now() + START_DEADLINE_MS
  for (;;) {
    try {
      const { subscriber, first } = await subscribe(port, path)
      return { subscriber, first, startMs: first.at - server.spawnedAt }
    } catch (error) {
      if (server.exited() || performance.now() > deadline) {
        throw new Error(`The server did not start.\n${server.output()}`, { cause: error })
      }
      await delay(CONNECT_RETRY_MS)
    }
  }
}
