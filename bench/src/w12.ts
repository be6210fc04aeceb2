// W12: registrations committed, in process through the Store port and end to end over REST, on each embedded store.
import { parseTimes, type StoreName } from './commit-settings.ts'
import * as programs from './programs.ts'
import { startServer } from './server-process.ts'
import { median, quantile, spread } from './stats.ts'
import type { Times } from './send-all.ts'
import { floorRequests, registrations } from './w12-rest.ts'

export interface W12Plan {
  readonly callers: readonly number[]
  /** Commits of one run in process. */
  readonly commits: number
  /** The same with one caller on a store that waits for the disk each time. */
  readonly slowCommits: number
  readonly synchronous: readonly ('full' | 'normal')[]
  /** Registrations of one run over REST. */
  readonly requests: number
  readonly repetitions: number
}

export interface W12Row {
  readonly part: 'store' | 'REST'
  /** A store, with `synchronous` where it has one; or the peer. */
  readonly subject: string
  readonly isPeer: boolean
  readonly callers: number
  readonly commits: number
  readonly perSecond: number
  readonly perSecondSpread: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  /** Microseconds of CPU of the process that commits, all threads. */
  readonly cpuUs: number
  readonly raw: readonly { readonly perSecond: number; readonly latencies: readonly number[] }[]
}

export interface W12Result {
  readonly plan: W12Plan
  readonly rows: readonly W12Row[]
}

type Progress = (line: string) => void

interface Case {
  readonly part: W12Row['part']
  readonly subject: string
  readonly isPeer: boolean
  readonly callers: number
  readonly run: () => Promise<Times>
}

const WARM_UP = 500

const inProcess = (plan: W12Plan, store: StoreName, synchronous: 'full' | 'normal', callers: number): Case => ({
  part: 'store',
  subject: store === 'memory' ? store : `${store}, ${synchronous}`,
  isPeer: store === 'bare sqlite',
  callers,
  run: async () => {
    const commits = store !== 'memory' && callers === 1 && synchronous === 'full' ? plan.slowCommits : plan.commits
    const settings = { store, synchronous, callers, commits, warmUp: WARM_UP }
    return parseTimes(await startServer(programs.commits(settings), true).result())
  },
})

const overRest = (plan: W12Plan, store: 'memory' | 'sqlite', callers: number): Case => ({
  part: 'REST',
  subject: store,
  isPeer: false,
  callers,
  run: () => registrations({ ARCP_STORE: store }, callers, plan.requests),
})

const restFloor = (plan: W12Plan, callers: number): Case => ({
  part: 'REST',
  subject: 'bare uWS',
  isPeer: true,
  callers,
  run: () => floorRequests(callers, plan.requests),
})

const casesOf = (plan: W12Plan): readonly Case[] =>
  plan.callers.flatMap((callers) => [
    inProcess(plan, 'memory', 'full', callers),
    ...plan.synchronous.flatMap((synchronous) => [
      inProcess(plan, 'bare sqlite', synchronous, callers),
      inProcess(plan, 'sqlite', synchronous, callers),
    ]),
    restFloor(plan, callers),
    overRest(plan, 'memory', callers),
    overRest(plan, 'sqlite', callers),
  ])

const rowOf = ({ part, subject, isPeer, callers }: Case, runs: readonly Times[]): W12Row => {
  const sorted = runs.flatMap(({ latencies }) => latencies).sort((a, b) => a - b)
  const rates = runs.map(({ latencies, elapsedMs }) => (latencies.length / elapsedMs) * 1000)
  const cpu = runs.reduce((sum, { cpuMs }) => sum + cpuMs, 0)
  return {
    part,
    subject,
    isPeer,
    callers,
    commits: sorted.length,
    perSecond: median(rates),
    perSecondSpread: spread(rates),
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    p999: quantile(sorted, 0.999),
    max: quantile(sorted, 1),
    cpuUs: (cpu * 1000) / sorted.length,
    raw: runs.map(({ latencies }, index) => ({ perSecond: rates[index] ?? 0, latencies })),
  }
}

export const runW12 = async (plan: W12Plan, progress: Progress): Promise<W12Result> => {
  const cases = casesOf(plan)
  const runs = new Map<Case, Times[]>(cases.map((one) => [one, []]))
  const take = async (one: Case): Promise<void> => {
    runs.get(one)?.push(await one.run())
  }
  for (let repetition = 1; repetition <= plan.repetitions; repetition += 1) {
    for (const callers of plan.callers) {
      progress(`W12: registrations by ${callers} at a time, repetition ${repetition} of ${plan.repetitions}`)
      for (const one of cases) if (one.callers === callers) await take(one)
    }
  }
  // The peers again at the end: what they say now bounds what the machine did meanwhile.
  for (const one of cases) if (one.isPeer) await take(one)
  return { plan, rows: cases.map((one) => rowOf(one, runs.get(one) ?? [])) }
}
