// A program of this machine under test: its lines of output as they come, and how it ended.
// No program outlives the test process.
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { recording, within, type Recording } from './recording.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Program {
  readonly pid: number | undefined
  readonly stdout: Recording<string>
  readonly stderr: Recording<string>
  /** Settles when the program is gone and all its output was read; never rejects. */
  readonly exit: Promise<Exit>
  signal(signal: NodeJS.Signals): void
  /** Sends the signal and waits for the end; a program that does not obey is killed and reported. */
  end(signal: NodeJS.Signals, deadlineMs?: number): Promise<Exit>
  /** Both streams, for error messages. */
  output(): string
}

const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

export interface ProgramOptions {
  /** The whole environment besides PATH and HOME: settings of this machine must not reach the program. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Told each line of standard output as it comes. */
  readonly onLine?: (line: string) => void
}

const pass = (name: 'PATH' | 'HOME'): Record<string, string> => {
  const value = process.env[name]
  return value === undefined ? {} : { [name]: value }
}

export const startProgram = (command: string, args: readonly string[], options: ProgramOptions = {}): Program => {
  const label = [command, ...args].map((part) => part.split('/').at(-1)).join(' ')
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...pass('PATH'), ...pass('HOME'), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)

  const stdout = recording<string>(`${label} (stdout)`, String)
  const stderr = recording<string>(`${label} (stderr)`, String)
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout.push(line)
    options.onLine?.(line)
  })
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line))

  const ended = Promise.withResolvers<Exit>()
  const settle = (exit: Exit, reason: string): void => {
    alive.delete(child)
    const said = stderr.items.slice(-10).join('\n')
    stdout.end(said === '' ? reason : `${reason}; it said:\n${said}`)
    stderr.end(reason)
    ended.resolve(exit)
  }
  child.on('error', (error) => settle({ code: null, signal: null }, `could not run: ${error.message}`))
  child.on('close', (code, signal) => settle({ code, signal }, `ended with ${signal ?? `exit code ${code}`}`))

  const signal = (name: NodeJS.Signals): void => {
    child.kill(name)
  }
  return {
    pid: child.pid,
    stdout,
    stderr,
    exit: ended.promise,
    signal,
    end: async (name, deadlineMs = 10_000) => {
      signal(name)
      try {
        return await within(ended.promise, deadlineMs, `${label} after ${name}`)
      } catch (error) {
        signal('SIGKILL')
        throw error
      }
    },
    output: () => [...stdout.items, ...stderr.items].join('\n'),
  }
}
