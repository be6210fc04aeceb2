// Load of the machine in percent (D3): of the container where it has limits, else of the machine. Figures of a rate are
// of the time between two measurements. What cannot be read is null.

import type { ResourceUtilization } from '@arcp/protocol/model'

import type { Clock } from '../../kernel/clock.ts'
import { readContainer } from './cgroup.ts'
import { readCpu, readMemory, readTraffic, type CpuTimes, type Traffic } from './machine.ts'
import type { FileSystemSpace, Readers } from './readers.ts'

export interface Resources {
  /** As last measured. Never waits. */
  readonly latest: () => ResourceUtilization
  /** Measures anew, unless that was done within the last second or is still going on. */
  readonly sample: () => Promise<void>
}

export interface ResourcesOptions {
  readonly readers: Readers
  readonly clock: Pick<Clock, 'monotonic'>
  /** `NETWORK_INTERFACE_CAPACITY_MBPS`. */
  readonly capacityMbps: number
  /** `ARCP_DATA_DIR`. */
  readonly directory: string
}

/** Figures stay as they are for at least so long. */
export const RESOURCES_FRESH_MS = 1000

interface Reading {
  readonly at: number
  readonly container: Awaited<ReturnType<typeof readContainer>>
  readonly cpu: CpuTimes | undefined
  readonly memory: number | undefined
  readonly traffic: Traffic | undefined
}

/** 0 to 100 with two decimals; null for what is no share. */
const percent = (share: number | undefined): number | null =>
  share === undefined || !Number.isFinite(share) ? null : Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 100

const cpuShare = (before: Reading, now: Reading): number | undefined => {
  const [was, is] = [before.container.cpu, now.container.cpu]
  if (is !== undefined) {
    return was === undefined ? undefined : (is.usedS - was.usedS) / (is.limit * ((now.at - before.at) / 1000))
  }
  if (before.cpu === undefined || now.cpu === undefined) return undefined
  return (now.cpu.busy - before.cpu.busy) / (now.cpu.all - before.cpu.all)
}

const memoryShare = ({ container, memory }: Reading): number | undefined =>
  container.memory === undefined ? memory : container.memory.used / container.memory.limit

// A line carries its capacity in each direction: the busier one counts.
const networkShare = (before: Reading, now: Reading, capacityMbps: number): number | undefined => {
  if (before.traffic === undefined || now.traffic === undefined) return undefined
  const bytes = Math.max(now.traffic.received - before.traffic.received, now.traffic.sent - before.traffic.sent)
  return (bytes * 8) / (((now.at - before.at) / 1000) * capacityMbps * 1e6)
}

// As df shows it: what is kept back for the administrator is neither used nor free.
const diskShare = (space: FileSystemSpace | undefined): number | undefined => {
  if (space === undefined) return undefined
  const used = space.blocks - space.free
  return used / (used + space.available)
}

export const createResources = ({ readers, clock, capacityMbps, directory }: ResourcesOptions): Resources => {
  let before: Reading | undefined
  let figures: ResourceUtilization = { cpu: null, memory: null, network: null, storage: null }
  let sampledAt: number | undefined
  let reading = false
  let askingDisk = false

  const read = async (): Promise<void> => {
    const [container, stat, memory, net] = await Promise.all([
      readContainer(readers),
      readers.text('/proc/stat'),
      readers.text('/proc/meminfo'),
      readers.text('/proc/net/dev'),
    ])
    const at = clock.monotonic()
    const now = { at, container, cpu: readCpu(stat), memory: readMemory(memory), traffic: readTraffic(net) }
    figures = {
      ...figures,
      memory: percent(memoryShare(now)),
      cpu: before === undefined ? null : percent(cpuShare(before, now)),
      network: before === undefined ? null : percent(networkShare(before, now, capacityMbps)),
    }
    before = now
  }

  // A network disk that hangs must hold up nothing else: it is asked apart, and once at a time.
  const askDisk = async (): Promise<void> => {
    if (askingDisk) return
    askingDisk = true
    try {
      figures = { ...figures, storage: percent(diskShare(await readers.space(directory))) }
    } finally {
      askingDisk = false
    }
  }

  return {
    latest: () => figures,
    sample: async () => {
      const now = clock.monotonic()
      if (reading || (sampledAt !== undefined && now - sampledAt < RESOURCES_FRESH_MS)) return
      sampledAt = now
      reading = true
      const disk = askDisk()
      try {
        await read()
      } finally {
        reading = false
      }
      await disk
    },
  }
}
