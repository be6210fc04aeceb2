// A Redis server of the tests' own: a free port, a temporary directory, gone with the tests.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RealRedis {
  readonly url: string
  /** SIGKILL; what is on disk stays. */
  readonly kill: () => Promise<void>
  /** The same server again, on the same port and directory. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

const DEADLINE_MS = 10_000

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

const launch = async (args: readonly string[]): Promise<ChildProcess> => {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const settle = (fault?: Error): void => {
      clearTimeout(deadline)
      child.removeAllListeners('exit')
      if (fault === undefined) resolve()
      else reject(fault)
    }
    const deadline = setTimeout(() => settle(new Error(`redis-server did not start.\n${output}`)), DEADLINE_MS)
    child.once('error', (cause) =>
      settle(new Error('redis-server is not installed: `npm run verify` installs it', { cause })),
    )
    child.once('exit', () => settle(new Error(`redis-server ended.\n${output}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Ready to accept connections')) settle()
    })
  })
  return child
}

/** Starts `redis-server`; what it said is in the error when it does not come up. */
export const startRedis = async (...more: readonly string[]): Promise<RealRedis> => {
  const directory = await mkdtemp(join(tmpdir(), 'arcp-redis-'))
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', ...more]
  let child = await launch(args)
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      child = await launch(args)
    },
    stop: async () => {
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
