// W8: where the memory of a hub's sockets is.
import { churn, openIdleSockets, type IdleSockets } from './idle-sockets.ts'
import { inspect, type Inspector } from './inspector.ts'
import { liveBytesBySite, type Site } from './live-bytes.ts'
import { residentBytes } from './resident-memory.ts'
import { freePort } from './wait.ts'
import { perSocket, read, type ReadingPlan } from './w8-reading.ts'
import { during, type SubjectName } from './w8-subjects.ts'

/** Where the memory of a hub's sockets is, in bytes per socket. Runs of their own. */
export interface W8Profile {
  readonly subject: SubjectName
  readonly sockets: number
  /** Alive on the JavaScript heap. */
  readonly heap: number
  /** Resident, both readings after a full collection. */
  readonly collected: number
  /** Resident as in the table, with a V8 whose space for new objects may not grow. */
  readonly smallNursery: number
  /** Who allocated what is alive. */
  readonly sites: readonly Site[]
}

const SMALL_NURSERY = ['--max-semi-space-size=1']
const PROFILE_CHURN = 500

/** Runs `work` on a hub whose heap can be asked, when it has its working size. */
const inspected = async <T>(
  name: SubjectName,
  sockets: number,
  work: (inspector: Inspector, pid: number, open: () => Promise<IdleSockets>) => Promise<T>,
): Promise<T> => {
  const inspectorPort = await freePort()
  return during(name, [`--inspect=127.0.0.1:${inspectorPort}`], sockets, async ({ pid }, port, kind) => {
    const inspector = await inspect(inspectorPort)
    await churn(port, Math.min(PROFILE_CHURN, sockets), kind)
    const result = await work(inspector, pid, () => openIdleSockets(port, 0, sockets, kind))
    inspector.close()
    return result
  })
}

/**
 * @param sockets of the runs that ask the heap
 * @param plan of the run that is as in the table
 */
export const profile = async (name: SubjectName, sockets: number, plan: ReadingPlan): Promise<W8Profile> => {
  const [heap, collected] = await inspected(name, sockets, async (inspector, pid, open) => {
    const heapBefore = await inspector.heapAfterGc()
    const before = residentBytes(pid)
    const idle = await open()
    const heapWithAll = await inspector.heapAfterGc()
    const withAll = residentBytes(pid)
    await idle.close()
    return [(heapWithAll - heapBefore) / sockets, (withAll - before) / sockets]
  })
  // Sampling weighs something itself, hence a run of its own.
  const sites = await inspected(name, sockets, async (inspector, _pid, open) => {
    await inspector.startSampling()
    const idle = await open()
    const alive = liveBytesBySite(await inspector.stillAlive())
    await idle.close()
    return alive.map(({ where, bytes }) => ({ where, bytes: bytes / sockets }))
  })
  const smallNursery = perSocket(await read(name, { ...plan, idleMs: 0, nodeArgs: SMALL_NURSERY }))
  return { subject: name, sockets, heap: heap ?? 0, collected: collected ?? 0, smallNursery, sites }
}
