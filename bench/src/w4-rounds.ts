// W4, the measurement itself: one agent at a time registers over REST, and a subscriber sees it.
import { registerRequest, textIn, unregisterRequest, type TokenSource } from './agents.ts'
import { cpuMs } from './cpu-time.ts'
import { isList, seesBy, totalCount } from './list-frames.ts'
import { openHttp, requestBytes } from './raw-http.ts'
import type { Subscriber } from './subscriber.ts'

export interface Rounds {
  /** Milliseconds from the first write of the request to the complete frame. */
  readonly seen: readonly number[]
  /** Milliseconds from the first write of the same request to its complete answer. */
  readonly answered: readonly number[]
  readonly frameBytes: number
  /** What told the frame: the new agent's id in it, or the count where the list is cut before the new agent. */
  readonly seenBy: 'id' | 'count'
  /** Milliseconds of CPU of the server for one round, the idle share taken off; undefined when not measured. */
  readonly cpuMsPerRound: number | undefined
}

export interface RoundsOptions {
  readonly port: number
  readonly pid: number
  readonly subscriber: Subscriber
  readonly population: number
  readonly samples: number
  readonly tokenOf: TokenSource
  /** Pause after which the next change is told at once again. */
  readonly quietMs: number
  /** Agents are not unregistered between rounds, so the registry grows by one each round. */
  readonly stay: boolean
}

/** Rounds that are run and thrown away. */
export const COLD_ROUNDS = 3
/** Registrations without a pause before the first round: a hub that has run for a while, its code compiled. */
export const WARM_REGISTRATIONS = 400
const IDLE_MS = 1000
/** A server may stretch its pause after a costly list: it gets that much of what the list took. */
const PAUSE_PER_COST = 10
/** Shorter than the pause between two stats frames, or it would never be quiet. */
const LONGEST_PAUSE_MS = 5000

export const runRounds = async (options: RoundsOptions): Promise<Rounds> => {
  const { port, pid, subscriber, population, samples, tokenOf, quietMs, stay } = options
  const http = openHttp(port)
  const run = process.hrtime.bigint().toString(36)
  const requests: { readonly agentId: string; readonly bytes: Buffer }[] = []
  for (let index = 0; index < samples + COLD_ROUNDS; index += 1) {
    const agentId = `bench-${run}-${index}`
    requests.push({ agentId, bytes: registerRequest(agentId, await tokenOf(http, agentId)) })
  }

  // Agents that stay would make the registry bigger than the row says.
  const warm = stay ? 0 : WARM_REGISTRATIONS
  for (let index = 0; index < warm; index += 1) {
    const agentId = `warm-${run}-${index}`
    const registered = await http.send(registerRequest(agentId, await tokenOf(http, agentId)))
    await http.send(unregisterRequest(agentId, textIn(registered, 'access_token')))
  }

  const seen: number[] = []
  const answered: number[] = []
  let frameBytes = 0
  let seenBy: Rounds['seenBy'] = 'id'

  const leave = async (agentId: string, token: string): Promise<void> => {
    // Seen gone as well: otherwise a late list would still be due when the next round starts.
    const leaving = subscriber.next((frame) => isList(frame) && totalCount(frame) === population)
    const gone = await http.send(unregisterRequest(agentId, token))
    if (gone.status !== 200) throw new Error(`unregister: ${gone.status} ${gone.body.slice(0, 300)}`)
    await leaving
  }

  const round = async ({ agentId, bytes }: (typeof requests)[number], counts: boolean): Promise<void> => {
    const arriving = subscriber.next((frame) => seesBy(frame, agentId, population + 1) !== undefined)
    const [frame, reply] = await Promise.all([arriving, http.send(bytes)])
    const seenMs = frame.at - reply.sentAt
    if (counts) {
      seen.push(seenMs)
      answered.push(reply.answeredAt - reply.sentAt)
      frameBytes = frame.length
      seenBy = seesBy(frame, agentId, population + 1) ?? seenBy
    }
    if (!stay) await leave(agentId, textIn(reply, 'access_token'))
    await subscriber.quiet(Math.min(LONGEST_PAUSE_MS, Math.max(quietMs, seenMs * PAUSE_PER_COST)))
  }

  await subscriber.quiet(quietMs * PAUSE_PER_COST)
  for (const request of requests.slice(0, COLD_ROUNDS)) await round(request, false)
  const idleFrom = cpuMs(pid)
  await subscriber.quiet(IDLE_MS)
  const idleShare = (cpuMs(pid) - idleFrom) / IDLE_MS
  const from = cpuMs(pid)
  const startedAt = performance.now()
  for (const request of requests.slice(COLD_ROUNDS)) await round(request, true)
  const busy = cpuMs(pid) - from - idleShare * (performance.now() - startedAt)
  http.close()
  return { seen, answered, frameBytes, seenBy, cpuMsPerRound: busy / samples }
}

export interface FloorOptions {
  readonly port: number
  readonly subscriber: Subscriber
  readonly samples: number
  readonly frameBytes: number
  readonly quietMs: number
}

/** The same two moments of a server that only publishes a prepared text of that size. */
export const runFloor = async (options: FloorOptions): Promise<Pick<Rounds, 'seen' | 'answered'>> => {
  const { port, subscriber, samples, frameBytes, quietMs } = options
  const http = openHttp(port)
  const bytes = requestBytes('POST', `/publish?${frameBytes}`, { body: { agent_id: 'bench', filler: 'x'.repeat(450) } })
  const seen: number[] = []
  const answered: number[] = []
  for (let index = 0; index < samples + COLD_ROUNDS; index += 1) {
    const [frame, reply] = await Promise.all([subscriber.next(isList), http.send(bytes)])
    await subscriber.quiet(quietMs)
    if (index < COLD_ROUNDS) continue
    seen.push(frame.at - reply.sentAt)
    answered.push(reply.answeredAt - reply.sentAt)
  }
  http.close()
  return { seen, answered }
}
