// W8: what an idle socket weighs and how much it makes a server work, beside bare uWebSockets.js and `ws`.
import { median, spread } from './stats.ts'
import { profile, type W8Profile } from './w8-profile.ts'
import { marginal, perSocket, read, type Reading, type ReadingPlan } from './w8-reading.ts'
import { needsAgents, PEERS, SUBJECTS, type SubjectName } from './w8-subjects.ts'

export interface W8Plan {
  /** Sockets of the endpoints that need no agent, and of the peers. */
  readonly sockets: number
  /** Sockets of agents; each has registered. */
  readonly agentSockets: number
  readonly repetitions: number
  /** Sockets that come and go before the first reading. */
  readonly churn: number
  /** Before each reading of memory. */
  readonly settleMs: number
  /** How long idle CPU is counted, once for each subject. */
  readonly idleMs: number
  /** Sockets of the runs that say where the memory is; 0 for none. */
  readonly profiled: number
}

export interface W8Row {
  readonly subject: SubjectName
  readonly sockets: number
  /** Bytes per socket: the difference in resident memory, over all of them. */
  readonly perSocket: number
  /** The same from a third of the sockets to all: without what the first ones make the process take once. */
  readonly marginal: number
  readonly spread: number
  readonly idleCpuPercent: number | undefined
  readonly framesWhileIdle: number
  readonly lost: number
  readonly raw: readonly Reading[]
}

export interface W8Result {
  readonly plan: W8Plan
  readonly rows: readonly W8Row[]
  readonly profiles: readonly W8Profile[]
}

type Progress = (line: string) => void

const rowOf = (subject: SubjectName, raw: readonly Reading[]): W8Row => {
  const idle = raw.flatMap(({ idleCpuPercent }) => (idleCpuPercent === undefined ? [] : [idleCpuPercent]))
  return {
    subject,
    sockets: raw[0]?.sockets ?? 0,
    perSocket: median(raw.map(perSocket)),
    marginal: median(raw.map(marginal)),
    spread: spread(raw.map(perSocket)),
    idleCpuPercent: idle.length === 0 ? undefined : median(idle),
    framesWhileIdle: Math.max(...raw.map(({ framesWhileIdle }) => framesWhileIdle)),
    lost: raw.reduce((sum, { lost }) => sum + lost, 0),
    raw,
  }
}

export const runW8 = async (plan: W8Plan, progress: Progress): Promise<W8Result> => {
  const readingOf = (name: SubjectName, idleMs: number): ReadingPlan => ({
    sockets: needsAgents(name) ? plan.agentSockets : plan.sockets,
    churn: plan.churn,
    settleMs: plan.settleMs,
    idleMs,
  })
  const readings = new Map<SubjectName, Reading[]>()
  const take = async (name: SubjectName, idleMs: number): Promise<void> => {
    progress(`W8: ${readingOf(name, 0).sockets} idle sockets, ${name}`)
    readings.set(name, [...(readings.get(name) ?? []), await read(name, readingOf(name, idleMs))])
  }
  for (let repetition = 1; repetition <= plan.repetitions; repetition += 1) {
    for (const name of SUBJECTS) await take(name, repetition === 1 ? plan.idleMs : 0)
  }
  // The peers again at the end: what they say now bounds what the machine did meanwhile.
  for (const name of PEERS) await take(name, 0)

  const profiles: W8Profile[] = []
  for (const name of SUBJECTS) {
    if (plan.profiled === 0 || PEERS.includes(name)) continue
    progress(`W8: where the memory is, ${name}`)
    profiles.push(await profile(name, plan.profiled, readingOf(name, 0)))
  }
  return { plan, rows: SUBJECTS.map((name) => rowOf(name, readings.get(name) ?? [])), profiles }
}
