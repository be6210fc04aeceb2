// What the machine uses, from /proc.

import { numberAfter } from './readers.ts'

export interface CpuTimes {
  /** Ticks since the start of the machine. */
  readonly busy: number
  readonly all: number
}

/** The line of all processors in /proc/stat. */
export const readCpu = (text: string | undefined): CpuTimes | undefined => {
  const [, found] = /^cpu +([\d ]+)/.exec(text ?? '') ?? []
  // user nice system idle iowait irq softirq steal; guest times stand in user already.
  const times = found?.trim().split(' ').map(Number).slice(0, 8) ?? []
  const [, , , idle, iowait = 0] = times
  if (idle === undefined) return undefined
  const all = times.reduce((sum, time) => sum + time, 0)
  return { busy: all - idle - iowait, all }
}

/** Share of the memory in use, 0 to 1, from /proc/meminfo. */
export const readMemory = (text: string | undefined): number | undefined => {
  const total = numberAfter(text, 'MemTotal')
  const available = numberAfter(text, 'MemAvailable')
  if (total === undefined || available === undefined || total === 0) return undefined
  return (total - available) / total
}

export interface Traffic {
  readonly received: number
  readonly sent: number
}

/** Bytes of all interfaces in /proc/net/dev; what stays on this machine is not counted. */
export const readTraffic = (text: string | undefined): Traffic | undefined => {
  if (text === undefined) return undefined
  let found = false
  let received = 0
  let sent = 0
  for (const line of text.split('\n')) {
    const [, name, figures] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || name === 'lo') continue
    const columns = figures?.trim().split(/\s+/).map(Number) ?? []
    const [rx, tx] = [columns[0], columns[8]]
    if (rx === undefined || tx === undefined || !Number.isFinite(rx) || !Number.isFinite(tx)) continue
    found = true
    received += rx
    sent += tx
  }
  return found ? { received, sent } : undefined
}
