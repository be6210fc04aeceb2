// W1, the measurement itself: one registration at a time, and every subscriber has the list that shows it.
import { registerRequest, textIn, unregisterRequest, type TokenSource } from './agents.ts'
import { cpuMs } from './cpu-time.ts'
import { isList, seesBy, totalCount } from './list-frames.ts'
import { openHttp, requestBytes, type HttpConnection } from './raw-http.ts'
import type { SeenFrame, Subscriber } from './subscriber.ts'
import { delay } from './wait.ts'

export interface Broadcasts {
  /** Milliseconds from the first write of the request until the first and the last subscriber has the whole list. */
  readonly first: readonly number[]
  readonly last: readonly number[]
  readonly frameBytes: number
  /** Milliseconds of CPU of the server for one round, its idle share taken off. */
  readonly cpuMsPerRound: number
  /** Those included that were thrown away. */
  readonly rounds: number
}

export interface Round {
  readonly sentAt: number
  readonly frames: readonly SeenFrame[]
}

/** Rounds that are run and thrown away. */
const COLD_ROUNDS = 3
const IDLE_MS = 500
/** A server may stretch its pause after a costly list: it gets that much of what the list took. */
const PAUSE_PER_COST = 10
/** Shorter than the pause between two stats frames, or it would never be quiet. */
const LONGEST_PAUSE_MS = 5000

interface SeriesOptions {
  readonly pid: number
  readonly samples: number
  readonly quietMs: number
  readonly subscribers: readonly Subscriber[]
  /** Gives a server the time it may take before it tells the next change at once. */
  readonly stretches: boolean
}

/** Rounds one after the other, each after a pause. */
const series = async (options: SeriesOptions, round: (index: number) => Promise<Round>): Promise<Broadcasts> => {
  const { pid, samples, quietMs, subscribers, stretches } = options
  const rest = async (tookMs: number): Promise<void> => {
    const pause = stretches ? Math.min(LONGEST_PAUSE_MS, Math.max(quietMs, tookMs * PAUSE_PER_COST)) : quietMs
    const [one] = subscribers
    await (one === undefined ? delay(pause) : one.quiet(pause))
  }
  const first: number[] = []
  const last: number[] = []
  let frameBytes = 0
  let cpuFrom = 0
  let startedAt = 0
  let idleShare = 0
  for (let index = 0; index < samples + COLD_ROUNDS; index += 1) {
    if (index === COLD_ROUNDS) {
      const idleFrom = cpuMs(pid)
      await delay(IDLE_MS)
      idleShare = (cpuMs(pid) - idleFrom) / IDLE_MS
      cpuFrom = cpuMs(pid)
      startedAt = performance.now()
    }
    const { sentAt, frames } = await round(index)
    const times = frames.map(({ at }) => at - sentAt)
    const lastMs = Math.max(0, ...times)
    if (index >= COLD_ROUNDS && times.length > 0) {
      first.push(Math.min(...times))
      last.push(lastMs)
      frameBytes = Math.max(frameBytes, ...frames.map(({ length }) => length))
    }
    await rest(lastMs)
  }
  const busy = cpuMs(pid) - cpuFrom - idleShare * (performance.now() - startedAt)
  return { first, last, frameBytes, cpuMsPerRound: busy / samples, rounds: samples + COLD_ROUNDS }
}

export interface BroadcastOptions {
  readonly port: number
  readonly pid: number
  /** None: what the same requests cost while nobody watches. */
  readonly subscribers: readonly Subscriber[]
  readonly population: number
  readonly samples: number
  readonly tokenOf: TokenSource
  readonly quietMs: number
  /** Agents are not unregistered between rounds, so the registry grows by one each round. */
  readonly stay: boolean
}

/** Registers, and unless agents stay unregisters; each is one list to everybody. */
export const runBroadcasts = async (options: BroadcastOptions): Promise<Broadcasts> => {
  const { port, pid, subscribers, population, samples, tokenOf, quietMs, stay } = options
  const http = openHttp(port)
  const run = process.hrtime.bigint().toString(36)
  const requests: { readonly agentId: string; readonly bytes: Buffer }[] = []
  for (let index = 0; index < samples + COLD_ROUNDS; index += 1) {
    const agentId = `bench-${run}-${index}`
    requests.push({ agentId, bytes: registerRequest(agentId, await tokenOf(http, agentId)) })
  }
  const everybody = (fits: (frame: SeenFrame) => boolean): Promise<SeenFrame[]> =>
    Promise.all(subscribers.map((subscriber) => subscriber.next(fits)))

  const leave = async (agentId: string, token: string): Promise<void> => {
    const leaving = everybody((frame) => isList(frame) && totalCount(frame) === population)
    const gone = await http.send(unregisterRequest(agentId, token))
    if (gone.status !== 200) throw new Error(`unregister: ${gone.status} ${gone.body.slice(0, 300)}`)
    await leaving
  }

  await delay(quietMs)
  const broadcasts = await series({ pid, samples, quietMs, subscribers, stretches: !stay }, async (index) => {
    const request = requests[index]
    if (request === undefined) throw new Error('A request is missing.')
    const { agentId, bytes } = request
    const arriving = everybody((frame) => seesBy(frame, agentId, population + 1) !== undefined)
    const [frames, reply] = await Promise.all([arriving, http.send(bytes)])
    const token = textIn(reply, 'access_token')
    if (!stay) {
      // Within the pause of the list before, this one would be told late.
      await (subscribers[0]?.quiet(quietMs) ?? delay(quietMs))
      await leave(agentId, token)
    }
    return { sentAt: reply.sentAt, frames }
  })
  http.close()
  return broadcasts
}

export interface FloorBroadcastOptions {
  readonly port: number
  readonly pid: number
  readonly subscribers: readonly Subscriber[]
  readonly samples: number
  readonly frameBytes: number
  readonly quietMs: number
}

const publish = (http: HttpConnection, frameBytes: number): ReturnType<HttpConnection['send']> =>
  http.send(requestBytes('POST', `/publish?${frameBytes}`, { body: { agent_id: 'bench', filler: 'x'.repeat(450) } }))

/** The same of a server that only publishes a prepared text of that size. */
export const runFloorBroadcasts = async (options: FloorBroadcastOptions): Promise<Broadcasts> => {
  const { port, subscribers, frameBytes } = options
  const http = openHttp(port)
  const broadcasts = await series({ ...options, stretches: false }, async () => {
    const arriving = Promise.all(subscribers.map((subscriber) => subscriber.next(isList)))
    const [frames, reply] = await Promise.all([arriving, publish(http, frameBytes)])
    return { sentAt: reply.sentAt, frames }
  })
  http.close()
  return broadcasts
}
