// W4: register -> seen by a subscriber, one hub, at several sizes of the registry, beside its floor and the reference.
import { requestedToken, signedToken } from './agents.ts'
import { populate, warmUp } from './population.ts'
import * as programs from './programs.ts'
import { firstWelcome, withServer, type Program, type ServerProcess } from './server-process.ts'
import { median, spread, summarise, type Summary } from './stats.ts'
import type { Subscriber } from './subscriber.ts'
import { COLD_ROUNDS, runFloor, runRounds, type Rounds } from './w4-rounds.ts'

export interface W4Size {
  readonly agents: number
  /** Of one repetition. */
  readonly samples: number
}

export interface W4Plan {
  readonly sizes: readonly W4Size[]
  readonly repetitions: number
  readonly floorSamples: number
  readonly referenceSizes: readonly W4Size[]
}

export interface W4Row {
  readonly subject: 'hub' | 'reference'
  readonly agents: number
  readonly frameBytes: number
  readonly seenBy: Rounds['seenBy']
  readonly seen: Summary
  readonly answered: Summary
  readonly cpuMsPerRound: number | undefined
  /** How far the p50 of the repetitions lie apart; 0 with one repetition. */
  readonly p50Spread: number
  /** The bare library with a frame of the same size, before and after. */
  readonly floor: Summary | undefined
  readonly raw: {
    readonly seen: readonly (readonly number[])[]
    readonly answered: readonly (readonly number[])[]
    readonly floor: readonly number[]
  }
}

export interface W4Result {
  readonly plan: W4Plan
  readonly rows: readonly W4Row[]
}

type Progress = (line: string) => void

/** BROADCAST_INTERVAL_MS and some: the next registration is the first change after quiet. */
const QUIET_MS = 120
const FLOOR_QUIET_MS = 20
/** Registrations before any is timed, the same for every size: a hub with few agents would otherwise be cold. */
const WARM_UP = 600

interface Running {
  readonly port: number
  readonly server: ServerProcess
  readonly subscriber: Subscriber
}

/** Starts a program with a subscriber on it, hands both to `work`, and ends them. */
const during = <T>(
  program: (port: number) => Program,
  prepare: (port: number) => Promise<void>,
  work: (running: Running) => Promise<T>,
): Promise<T> =>
  withServer(program, async (server, port) => {
    const early = await firstWelcome(server, port, programs.SUBSCRIBER_PATH)
    // Nobody watches while the population is made.
    early.subscriber.close()
    await prepare(port)
    const { subscriber } = await firstWelcome(server, port, programs.SUBSCRIBER_PATH)
    const result = await work({ port, server, subscriber })
    subscriber.close()
    return result
  })

const measureHub = ({ agents, samples }: W4Size): Promise<Rounds> =>
  during(
    programs.hub,
    async (port) => {
      await warmUp(port, WARM_UP, requestedToken)
      await populate(port, 0, agents, requestedToken)
    },
    ({ port, server, subscriber }) =>
      runRounds({
        port,
        pid: server.pid,
        subscriber,
        population: agents,
        samples,
        tokenOf: requestedToken,
        quietMs: QUIET_MS,
        stay: false,
      }),
  )

/**
 * One process, filled up from size to size: registering is slow there. Its agents stay, because its unregister takes
 * five seconds and tells no subscriber. So a size is where its rounds start.
 */
const measureReference = (sizes: readonly W4Size[], progress: Progress): Promise<W4Row[]> =>
  during(
    programs.reference,
    async () => undefined,
    async ({ port, server, subscriber }) => {
      const rows: W4Row[] = []
      let registered = 0
      for (const { agents, samples } of sizes) {
        progress(`W4: the reference from ${agents} agents on`)
        await populate(port, registered, agents, signedToken)
        const measured = await runRounds({
          port,
          pid: server.pid,
          subscriber,
          population: agents,
          samples,
          tokenOf: signedToken,
          quietMs: QUIET_MS,
          stay: true,
        })
        registered = agents + COLD_ROUNDS + samples
        rows.push(rowOf('reference', agents, [measured], []))
      }
      return rows
    },
  )

const measureFloor = (samples: number, frameBytes: number): Promise<readonly number[]> =>
  during(
    programs.floor,
    async () => undefined,
    async ({ port, subscriber }) =>
      (await runFloor({ port, subscriber, samples, frameBytes, quietMs: FLOOR_QUIET_MS })).seen,
  )

const rowOf = (
  subject: W4Row['subject'],
  agents: number,
  repetitions: readonly Rounds[],
  floor: readonly number[],
): W4Row => {
  const seen = repetitions.map((rounds) => rounds.seen)
  const answered = repetitions.map((rounds) => rounds.answered)
  const cpu = repetitions.flatMap(({ cpuMsPerRound }) => (cpuMsPerRound === undefined ? [] : [cpuMsPerRound]))
  return {
    subject,
    agents,
    frameBytes: Math.max(...repetitions.map(({ frameBytes }) => frameBytes)),
    seenBy: repetitions[0]?.seenBy ?? 'id',
    seen: summarise(seen.flat()),
    answered: summarise(answered.flat()),
    cpuMsPerRound: cpu.length === 0 ? undefined : median(cpu),
    p50Spread: spread(seen.map((samples) => summarise(samples).p50)),
    floor: floor.length === 0 ? undefined : summarise(floor),
    raw: { seen, answered, floor },
  }
}

export const runW4 = async (plan: W4Plan, progress: Progress): Promise<W4Result> => {
  const rows: W4Row[] = []
  for (const size of plan.sizes) {
    const repetitions: Rounds[] = []
    const floor: number[] = []
    for (let repetition = 1; repetition <= plan.repetitions; repetition += 1) {
      const which = plan.repetitions === 1 ? '' : `, repetition ${repetition} of ${plan.repetitions}`
      progress(`W4: ${size.agents} agents${which}: ${size.samples} registrations`)
      const bytes = repetitions[0]?.frameBytes
      if (bytes !== undefined) floor.push(...(await measureFloor(plan.floorSamples, bytes)))
      repetitions.push(await measureHub(size))
    }
    floor.push(...(await measureFloor(plan.floorSamples, repetitions[0]?.frameBytes ?? 0)))
    rows.push(rowOf('hub', size.agents, repetitions, floor))
  }
  if (plan.referenceSizes.length > 0 && programs.hasReference()) {
    rows.push(...(await measureReference(plan.referenceSizes, progress)))
  }
  return { plan, rows }
}
