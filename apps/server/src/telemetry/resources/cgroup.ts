// What a container may use and does use: control groups, version 2 and 1. A figure counts only where a limit is set;
// without one the machine's own figures are the right ones.

import { numberAfter, numberIn, type Readers } from './readers.ts'

export interface ContainerFigures {
  readonly cpu:
    | {
        /** Processors it may use, as a fraction. */ readonly limit: number
        /** Used so far. */ readonly usedS: number
      }
    | undefined
  readonly memory: { readonly limit: number; readonly used: number } | undefined
}

const ROOT = '/sys/fs/cgroup'
/** A limit above this is none: version 1 says 2^63 rounded to pages. */
const NO_LIMIT = 2 ** 60

/** `/a/b` -> `/a/b`, `/a`, ``: a limit may be set on any of them, and inside a container only the last is seen. */
const withParents = (path: string): readonly string[] => {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`).concat('')
}

/** The first of these that says something. */
const first = async <T>(
  paths: readonly string[],
  read: (path: string) => Promise<T | undefined>,
): Promise<T | undefined> => {
  for (const path of paths) {
    const found = await read(path)
    if (found !== undefined) return found
  }
  return undefined
}

const version2 = async (readers: Readers, own: string): Promise<ContainerFigures> => {
  const paths = withParents(own).map((path) => `${ROOT}${path}`)
  const cpu = await first(paths, async (path) => {
    const [, quota, period] = /^(\d+) (\d+)/.exec((await readers.text(`${path}/cpu.max`)) ?? '') ?? []
    const usedUs = quota === undefined ? undefined : numberAfter(await readers.text(`${path}/cpu.stat`), 'usage_usec')
    return cpuOf(Number(quota), Number(period), usedUs === undefined ? undefined : usedUs / 1e6)
  })
  const memory = await first(paths, async (path) => {
    const limit = numberIn(await readers.text(`${path}/memory.max`))
    if (limit === undefined) return undefined
    const cache = numberAfter(await readers.text(`${path}/memory.stat`), 'inactive_file')
    return memoryOf(limit, numberIn(await readers.text(`${path}/memory.current`)), cache)
  })
  return { cpu, memory }
}

const version1 = async (readers: Readers, own: ReadonlyMap<string, string>): Promise<ContainerFigures> => {
  const pathsOf = (controller: string, folders: readonly string[]): readonly string[] =>
    withParents(own.get(controller) ?? '').flatMap((path) => folders.map((folder) => `${ROOT}/${folder}${path}`))
  const cpu = await first(pathsOf('cpu', ['cpu', 'cpu,cpuacct']), async (path) => {
    const quota = numberIn(await readers.text(`${path}/cpu.cfs_quota_us`))
    const period = numberIn(await readers.text(`${path}/cpu.cfs_period_us`))
    if (quota === undefined || period === undefined) return undefined
    const usage = await first(pathsOf('cpuacct', ['cpuacct', 'cpu,cpuacct']), async (accounts) =>
      numberIn(await readers.text(`${accounts}/cpuacct.usage`)),
    )
    return cpuOf(quota, period, usage === undefined ? undefined : usage / 1e9)
  })
  const memory = await first(pathsOf('memory', ['memory']), async (path) => {
    const limit = numberIn(await readers.text(`${path}/memory.limit_in_bytes`))
    if (limit === undefined) return undefined
    const cache = numberAfter(await readers.text(`${path}/memory.stat`), 'total_inactive_file')
    return memoryOf(limit, numberIn(await readers.text(`${path}/memory.usage_in_bytes`)), cache)
  })
  return { cpu, memory }
}

const cpuOf = (quota: number, period: number, usedS: number | undefined): ContainerFigures['cpu'] =>
  quota > 0 && period > 0 && usedS !== undefined ? { limit: quota / period, usedS } : undefined

// Cached file contents that nobody used lately are given back when memory gets short: they are not what is used.
const memoryOf = (limit: number, used: number | undefined, cache = 0): ContainerFigures['memory'] =>
  limit > 0 && limit < NO_LIMIT && used !== undefined ? { limit, used: Math.max(0, used - cache) } : undefined

/** `4:memory:/a/b` per line, `0::/a/b` for version 2. */
const ownGroups = (text: string): ReadonlyMap<string, string> => {
  const groups = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined) continue
    for (const controller of controllers.split(',')) groups.set(controller, path)
  }
  return groups
}

export const readContainer = async (readers: Readers): Promise<ContainerFigures> => {
  const groups = ownGroups((await readers.text('/proc/self/cgroup')) ?? '')
  const unified = groups.get('')
  const [two, one] = [
    unified === undefined ? undefined : await version2(readers, unified),
    groups.size > (unified === undefined ? 0 : 1) ? await version1(readers, groups) : undefined,
  ]
  // Both at once is a machine with both mounted: each controller is in one of them.
  return { cpu: two?.cpu ?? one?.cpu, memory: two?.memory ?? one?.memory }
}
