// CPU time of another process, as Linux counts it.
import { readdirSync, readFileSync } from 'node:fs'

const TICK_MS = 10
const NS_PER_MS = 1e6

/** Nanoseconds run, summed over the threads; undefined where the kernel does not count them. */
const fromScheduler = (pid: number): number | undefined => {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const run = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    const total = run.reduce((sum, ns) => sum + ns, 0)
    return total > 0 ? total / NS_PER_MS : undefined
  } catch {
    return undefined
  }
}

/** User and system time in ticks of 10 ms. */
const fromStat = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Milliseconds of CPU a process has used so far, all threads. */
export const cpuMs = (pid: number): number => fromScheduler(pid) ?? fromStat(pid)
