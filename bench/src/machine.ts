// Where and with what a run was made.
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly hub: string
  readonly uws: string
}

const versionIn = (directory: string): string => {
  const parsed: unknown = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8'))
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : 'unknown'
}

export const describeMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  system: `${type()} ${release().split('.').slice(0, 2).join('.')}`,
  node: process.versions.node,
  hub: versionIn(new URL('../../apps/server/', import.meta.url).href),
  uws: versionIn(new URL('./', import.meta.resolve('uWebSockets.js')).href),
})

/** Mean number of programs that wanted a core in the last minute. */
export const load = (): number => loadavg()[0] ?? 0

/** Above this somebody else is using the machine, and figures are of little worth. */
export const NOISY_LOAD = 1
