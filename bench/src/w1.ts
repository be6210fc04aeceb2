// W1: what one legacy broadcast costs, a list of all agents to every subscriber, beside its floor and the reference.
import { requestedToken, signedToken, type TokenSource } from './agents.ts'
import { populate, warmUp } from './population.ts'
import * as programs from './programs.ts'
import { firstWelcome, withServer, type Program, type ServerProcess } from './server-process.ts'
import { median, spread, summarise, type Summary } from './stats.ts'
import { subscribe, type Subscriber } from './subscriber.ts'
import { runBroadcasts, runFloorBroadcasts, type Broadcasts } from './w1-rounds.ts'

export interface W1Plan {
  /** Registries, small to large. */
  readonly agents: readonly number[]
  readonly subscribers: readonly number[]
  /** Registrations of one repetition. */
  readonly samples: number
  readonly repetitions: number
  /** 0 leaves the reference out. */
  readonly referenceSamples: number
}

export type W1Subject = 'hub' | 'bare uWS' | 'reference'

export interface W1Row {
  readonly subject: W1Subject
  readonly agents: number
  readonly subscribers: number
  readonly frameBytes: number
  readonly first: Summary
  readonly last: Summary
  /** Milliseconds of CPU of the server for one broadcast: a round less the same round while nobody watches. */
  readonly cpuMs: number
  readonly cpuSpread: number
  /** Milliseconds of CPU of a whole round, and of one while nobody watches: the difference of two noisy figures. */
  readonly roundMs: number
  readonly aloneMs: number
  readonly raw: { readonly last: readonly (readonly number[])[]; readonly cpuMs: readonly number[] }
}

export interface W1Result {
  readonly plan: W1Plan
  readonly rows: readonly W1Row[]
}

type Progress = (line: string) => void

/** BROADCAST_INTERVAL_MS and some: the next registration is the first change after quiet. */
const QUIET_MS = 120
const FLOOR_QUIET_MS = 20
const WARM_UP = 600

interface Measured extends Broadcasts {
  readonly subject: W1Subject
  readonly agents: number
  readonly subscribers: number
  readonly aloneMs: number
  readonly cpuMs: number
}

const connectAll = async (port: number, count: number): Promise<readonly Subscriber[]> => {
  const opened = await Promise.all(Array.from({ length: count }, () => subscribe(port, programs.SUBSCRIBER_PATH)))
  return opened.map(({ subscriber }) => subscriber)
}

interface SizeOptions {
  readonly subject: W1Subject
  readonly agents: number
  readonly plan: W1Plan
  /** Broadcasts in a round. */
  readonly perRound: number
  readonly rounds: (subscribers: readonly Subscriber[]) => Promise<Broadcasts>
  readonly port: number
}

/** Nobody, each number of subscribers, nobody; what a round costs with nobody is no cost of a broadcast. */
const measureSize = async (options: SizeOptions): Promise<readonly Measured[]> => {
  const { subject, agents, plan, perRound, rounds, port } = options
  const before = await rounds([])
  const watched: (readonly [count: number, broadcasts: Broadcasts])[] = []
  for (const count of plan.subscribers) {
    const subscribers = await connectAll(port, count)
    const broadcasts = await rounds(subscribers)
    for (const subscriber of subscribers) subscriber.close()
    watched.push([count, broadcasts])
  }
  // Before and after: code gets faster, and a registry whose agents stay gets slower.
  const aloneMs = (before.cpuMsPerRound + (await rounds([])).cpuMsPerRound) / 2
  const measured: Measured[] = []
  for (const [count, broadcasts] of watched) {
    const cpuMs = (broadcasts.cpuMsPerRound - aloneMs) / perRound
    measured.push({ ...broadcasts, subject, agents, subscribers: count, aloneMs, cpuMs })
  }
  return measured
}

const manySubscribers =
  (program: (port: number) => Program) =>
  (port: number): Program =>
    programs.withEnv(program(port), { PUBLIC_WS_MAX_CONNECTIONS: '1000' })

/** Starts a program and waits until it lets a subscriber in. */
const started = <T>(
  program: (port: number) => Program,
  work: (server: ServerProcess, port: number) => Promise<T>,
): Promise<T> =>
  withServer(manySubscribers(program), async (server, port) => {
    const { subscriber } = await firstWelcome(server, port, programs.SUBSCRIBER_PATH)
    subscriber.close()
    return work(server, port)
  })

const common = (port: number, pid: number, tokenOf: TokenSource) => ({ port, pid, tokenOf, quietMs: QUIET_MS })

/** In memory, as the reference keeps its agents. */
const hub = (port: number): Program => programs.withEnv(programs.hub(port), { ARCP_STORE: 'memory' })

const measureHub = (agents: number, plan: W1Plan): Promise<readonly Measured[]> =>
  started(hub, async ({ pid }, port) => {
    await warmUp(port, WARM_UP, requestedToken)
    await populate(port, 0, agents, requestedToken)
    const fixed = { ...common(port, pid, requestedToken), population: agents, samples: plan.samples, stay: false }
    const rounds = (subscribers: readonly Subscriber[]) => runBroadcasts({ ...fixed, subscribers })
    return measureSize({ subject: 'hub', agents, plan, perRound: 2, rounds, port })
  })

const measureFloor = (agents: number, frameBytes: number, plan: W1Plan): Promise<readonly Measured[]> =>
  started(programs.floor, async ({ pid }, port) => {
    const fixed = { port, pid, samples: plan.samples, frameBytes, quietMs: FLOOR_QUIET_MS }
    const rounds = (subscribers: readonly Subscriber[]) => runFloorBroadcasts({ ...fixed, subscribers })
    return measureSize({ subject: 'bare uWS', agents, plan, perRound: 1, rounds, port })
  })

/** One process, filled up from size to size. Its agents stay: its unregister takes seconds and tells no subscriber. */
const measureReference = (plan: W1Plan, progress: Progress): Promise<readonly Measured[]> =>
  started(programs.reference, async ({ pid }, port) => {
    const measured: Measured[] = []
    let registered = 0
    for (const agents of plan.agents) {
      progress(`W1: the reference from ${agents} agents on`)
      if (registered < agents) await populate(port, registered, agents, signedToken)
      registered = Math.max(registered, agents)
      const rounds = async (subscribers: readonly Subscriber[]): Promise<Broadcasts> => {
        const fixed = { ...common(port, pid, signedToken), population: registered, stay: true }
        const broadcasts = await runBroadcasts({ ...fixed, samples: plan.referenceSamples, subscribers })
        registered += broadcasts.rounds
        return broadcasts
      }
      measured.push(...(await measureSize({ subject: 'reference', agents, plan, perRound: 1, rounds, port })))
    }
    return measured
  })

const rowsOf = (measured: readonly Measured[]): readonly W1Row[] => {
  const groups = Map.groupBy(measured, ({ subject, agents, subscribers }) => `${subject} ${agents} ${subscribers}`)
  return [...groups.values()].flatMap((group) => {
    const [one] = group
    if (one === undefined) return []
    const cpu = group.map(({ cpuMs }) => cpuMs)
    return [
      {
        subject: one.subject,
        agents: one.agents,
        subscribers: one.subscribers,
        frameBytes: Math.max(...group.map(({ frameBytes }) => frameBytes)),
        first: summarise(group.flatMap(({ first }) => first)),
        last: summarise(group.flatMap(({ last }) => last)),
        cpuMs: median(cpu),
        cpuSpread: spread(cpu),
        roundMs: median(group.map(({ cpuMsPerRound }) => cpuMsPerRound)),
        aloneMs: median(group.map(({ aloneMs }) => aloneMs)),
        raw: { last: group.map(({ last }) => last), cpuMs: cpu },
      },
    ]
  })
}

export const runW1 = async (plan: W1Plan, progress: Progress): Promise<W1Result> => {
  const measured: Measured[] = []
  for (let repetition = 1; repetition <= plan.repetitions; repetition += 1) {
    for (const agents of plan.agents) {
      progress(`W1: ${agents} agents, lists to ${plan.subscribers.join(' and ')} subscribers`)
      const ours = await measureHub(agents, plan)
      const frameBytes = Math.max(...ours.map((one) => one.frameBytes))
      measured.push(...ours, ...(await measureFloor(agents, frameBytes, plan)))
    }
    // Between two runs of ours where there are two.
    if (repetition === 1 && plan.referenceSamples > 0 && programs.hasReference()) {
      measured.push(...(await measureReference(plan, progress)))
    }
  }
  return { plan, rows: rowsOf(measured) }
}
