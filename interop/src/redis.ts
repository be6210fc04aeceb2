// A Redis server of the test's own: a free port, a temporary directory, everything written before it is answered.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './hub.ts'
import { startProgram, type Program } from './program.ts'

export interface RedisServer {
  readonly url: string
  readonly port: number
  /** SIGKILL; what is on disk stays. */
  kill(): Promise<void>
  /** Stops and continues the process without ending it. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** The same server again, on the same port and directory. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts `redis-server`; rejects with what it said when it does not come up. */
export const startRedis = async (): Promise<RedisServer> => {
  const directory = await mkdtemp(join(tmpdir(), 'arcp-redis-'))
  const port = await freePort()
  const options = { '--port': port, '--bind': '127.0.0.1', '--dir': directory, '--appendonly': 'yes' }
  const args = [...Object.entries(options).flatMap(([name, value]) => [name, String(value)]), '--appendfsync', 'always']
  const launch = async (): Promise<Program> => {
    const program = startProgram('redis-server', args)
    await program.stdout.find((line) => line.includes('Ready to accept connections'))
    return program
  }
  let program = await launch()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: async () => {
      await program.end('SIGKILL')
    },
    signal: (name) => program.signal(name),
    restart: async () => {
      program = await launch()
    },
    stop: async () => {
      await program.end('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    },
  }
}
