import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it, vi } from 'vitest'

import { systemReaders, type FileSystemSpace, type Readers } from './readers.ts'
import { createResources } from './resources.ts'

type Files = Readonly<Record<string, string>>

const HOST: Files = {
  '/proc/stat': 'cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3 4\n',
  '/proc/meminfo': 'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n',
  '/proc/net/dev':
    'Inter-|   Receive  |  Transmit\n face |bytes    packets\n' +
    '    lo: 9999999 1 0 0 0 0 0 0 9999999 1 0 0 0 0 0 0\n  eth0: 1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n',
}
/** A second and a half later: half of the ticks busy, 1.5 MB received, 3 MB sent. */
const HOST_LATER: Files = {
  ...HOST,
  '/proc/stat': 'cpu  150 0 150 780 120 0 0 0 50 0\n',
  '/proc/net/dev': 'eth0:1501000 1 0 0 0 0 0 0 3002000 1 0 0 0 0 0 0\nlo: 1 2 3\n',
}

const V2 = (usage: number): Files => ({
  '/proc/self/cgroup': '0::/app/inner\n',
  '/sys/fs/cgroup/app/inner/cpu.max': 'max 100000\n',
  '/sys/fs/cgroup/app/cpu.max': '50000 100000\n',
  '/sys/fs/cgroup/app/cpu.stat': `usage_usec ${usage}\nuser_usec 1\n`,
  '/sys/fs/cgroup/app/inner/memory.max': '2000\n',
  '/sys/fs/cgroup/app/inner/memory.current': '1500\n',
  '/sys/fs/cgroup/app/inner/memory.stat': 'anon 1\ninactive_file 500\n',
})
const V1 = (usage: number): Files => ({
  '/proc/self/cgroup': '4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n',
  // A container sees its own group at the root of the mount.
  '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '200000\n',
  '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
  '/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage': `${usage}\n`,
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': '1000\n',
  '/sys/fs/cgroup/memory/memory.usage_in_bytes': '900\n',
  '/sys/fs/cgroup/memory/memory.stat': 'total_inactive_file 100\n',
})
const V1_NO_LIMIT: Files = {
  '/proc/self/cgroup': '4:memory:/\n2:cpuacct:/\n1:cpu:/\n0::/\n',
  '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
  '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  '/sys/fs/cgroup/cpuacct/cpuacct.usage': '5\n',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  '/sys/fs/cgroup/memory/memory.usage_in_bytes': '900\n',
}

const SPACE: FileSystemSpace = { blocks: 100, free: 40, available: 30 }

const measure = async (first: Files, second: Files, space: FileSystemSpace | undefined = SPACE) => {
  let files = first
  const time = createFakeTime()
  const readers: Readers = { text: async (path) => files[path], space: async () => space }
  const resources = createResources({ readers, clock: time.clock, capacityMbps: 100, directory: '/data' })
  await resources.sample()
  const atFirst = resources.latest()
  files = second
  time.advance(1500)
  await resources.sample()
  return { atFirst, later: resources.latest() }
}

describe('[D3] load of the machine', () => {
  it('without control groups is that of the machine; rates need two looks', async () => {
    const { atFirst, later } = await measure(HOST, HOST_LATER)
    expect(atFirst).toEqual({ cpu: null, memory: 60, network: null, storage: 66.67 })
    // 3 MB in 1.5 s of 100 Mbit/s, the busier direction.
    expect(later).toEqual({ cpu: 50, memory: 60, network: 16, storage: 66.67 })
  })

  it('in a container of version 2 is that of its limits, also those set on a parent', async () => {
    const { later } = await measure({ ...HOST, ...V2(1_000_000) }, { ...HOST_LATER, ...V2(1_600_000) })
    // 0.6 s of 0.5 processors over 1.5 s; 1500 less 500 of cache of 2000.
    expect(later).toMatchObject({ cpu: 80, memory: 50 })
  })

  it('in a container of version 1 too', async () => {
    const { later } = await measure({ ...HOST, ...V1(1e9) }, { ...HOST_LATER, ...V1(2.5e9) })
    expect(later).toMatchObject({ cpu: 50, memory: 80 })
  })

  it('groups without limits leave the figures of the machine', async () => {
    const { later } = await measure({ ...HOST, ...V1_NO_LIMIT }, { ...HOST_LATER, ...V1_NO_LIMIT })
    expect(later).toMatchObject({ cpu: 50, memory: 60 })
  })

  it.each<[string, Files]>([
    ['nothing', {}],
    [
      'nonsense',
      Object.fromEntries([...Object.keys(HOST), ...Object.keys(V2(0))].map((path) => [path, 'x\u0000: -1 \n'])),
    ],
    ['empty files', Object.fromEntries([...Object.keys(HOST), ...Object.keys(V1(0))].map((path) => [path, '']))],
    [
      'cut files',
      {
        '/proc/stat': 'cpu  1 2',
        '/proc/meminfo': 'MemTotal: 0 kB',
        '/proc/net/dev': 'eth0: 5',
        '/proc/self/cgroup': '0:',
      },
    ],
  ])('what cannot be read is null: %s', async (_what, files) => {
    const nothing = { cpu: null, memory: null, network: null, storage: null }
    const { later } = await measure(files, files, { blocks: 0, free: 0, available: 0 })
    expect(later).toEqual(nothing)
  })

  it('counters that stood still or fell are no load, never a negative one', async () => {
    expect((await measure(HOST_LATER, HOST)).later).toMatchObject({ cpu: 50, network: 0 })
    expect((await measure(HOST, HOST)).later).toMatchObject({ cpu: null, network: 0 })
    expect((await measure(V2(5), V2(3))).later.cpu).toBe(0)
  })

  it('stays for a second, and a disk that hangs holds up nothing else', async () => {
    const time = createFakeTime()
    const text = vi.fn(async (path: string) => HOST[path])
    const space = vi.fn(() => new Promise<undefined>(() => undefined))
    const resources = createResources({ readers: { text, space }, clock: time.clock, capacityMbps: 1, directory: '/' })
    const settle = () => vi.waitFor(() => expect(resources.latest().memory).toBe(60))
    void resources.sample()
    await settle()
    const reads = text.mock.calls.length
    time.advance(999)
    void resources.sample()
    expect(text).toHaveBeenCalledTimes(reads)
    time.advance(1)
    void resources.sample()
    await vi.waitFor(() => expect(text).toHaveBeenCalledTimes(reads * 2))
    expect(space).toHaveBeenCalledTimes(1)
    expect(resources.latest().storage).toBeNull()
  })

  it('of this machine is a percentage or null', async () => {
    let now = 0
    const clock = { monotonic: () => now }
    const resources = createResources({ readers: systemReaders, clock, capacityMbps: 1000, directory: '.' })
    await resources.sample()
    now = 1000
    await resources.sample()
    const { cpu, memory, network, storage } = resources.latest()
    for (const value of [cpu, memory, network]) expect(value === null || (value >= 0 && value <= 100)).toBe(true)
    expect(storage).toBeGreaterThan(0)
  })
})
