// W8, the measurement itself: one server, its memory before its sockets and with them.
import { cpuMs } from './cpu-time.ts'
import { churn, openIdleSockets } from './idle-sockets.ts'
import { residentBytes } from './resident-memory.ts'
import { delay } from './wait.ts'
import { during, type SubjectName } from './w8-subjects.ts'

export interface ReadingPlan {
  readonly sockets: number
  /** Sockets that come and go before the first reading. */
  readonly churn: number
  /** Before each reading of memory. */
  readonly settleMs: number
  /** How long idle CPU is counted; 0 for not at all. */
  readonly idleMs: number
  readonly nodeArgs?: readonly string[]
}

export interface Reading {
  readonly sockets: number
  /** Resident bytes before the sockets, with a third of them, with all. */
  readonly before: number
  readonly atThird: number
  readonly withAll: number
  /** After the time in which idle CPU was counted, when the server has pinged everybody. */
  readonly afterIdle: number | undefined
  /** Share of one core, in percent. */
  readonly idleCpuPercent: number | undefined
  readonly framesWhileIdle: number
  readonly lost: number
}

export const read = (name: SubjectName, plan: ReadingPlan): Promise<Reading> => {
  const { sockets, idleMs, nodeArgs = [] } = plan
  return during(name, nodeArgs, sockets, async ({ pid }, port, kind) => {
    const resident = async (): Promise<number> => {
      await delay(plan.settleMs)
      return residentBytes(pid)
    }
    await churn(port, Math.min(plan.churn, sockets), kind)
    const before = await resident()
    const third = Math.round(sockets / 3)
    const first = await openIdleSockets(port, 0, third, kind)
    const atThird = await resident()
    const rest = await openIdleSockets(port, third, sockets, kind)
    const withAll = await resident()

    const frames = (): number => first.frames() + rest.frames()
    const framesBefore = frames()
    const from = performance.now()
    const cpuBefore = cpuMs(pid)
    if (idleMs > 0) await delay(idleMs)
    const idleCpuPercent = idleMs > 0 ? (100 * (cpuMs(pid) - cpuBefore)) / (performance.now() - from) : undefined
    const reading = {
      sockets,
      before,
      atThird,
      withAll,
      afterIdle: idleMs > 0 ? residentBytes(pid) : undefined,
      idleCpuPercent,
      framesWhileIdle: frames() - framesBefore,
      lost: first.lost() + rest.lost(),
    }
    await first.close()
    await rest.close()
    return reading
  })
}

export const perSocket = ({ before, withAll, sockets }: Reading): number => (withAll - before) / sockets

export const marginal = ({ atThird, withAll, sockets }: Reading): number =>
  (withAll - atThird) / (sockets - Math.round(sockets / 3))
