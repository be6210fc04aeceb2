// W6 and W14: what a heartbeat and a page of `GET /public/discover` cost over REST, beside bare uWebSockets.js that
// answers with the same bytes, and the reference.
import { requestedToken, signedToken, type TokenSource } from './agents.ts'
import { registerAll } from './population.ts'
import * as programs from './programs.ts'
import { openHttp, requestBytes, type HttpReply } from './raw-http.ts'
import { sendAll, type Times } from './send-all.ts'
import { firstWelcome, withServer, type Program } from './server-process.ts'
import { median, quantile, spread } from './stats.ts'

/** What `GET /public/discover` shows when it is not told how many. */
export const DISCOVER_PAGE = 50

export interface W6Plan {
  /** Registered, each with a token of its own. A page of discovery shows `DISCOVER_PAGE` of them. */
  readonly agents: number
  /** Connections, each with one request on its way. */
  readonly callers: number
  /** Requests of one run. */
  readonly heartbeats: number
  readonly discoveries: number
  readonly repetitions: number
  /** The same of the reference; 0 leaves it out. */
  readonly referenceHeartbeats: number
  readonly referenceDiscoveries: number
}

export type W6Request = 'heartbeat' | 'discover'
export type W6Subject = 'hub' | 'bare uWS' | 'reference'

export interface W6Row {
  readonly request: W6Request
  readonly subject: W6Subject
  readonly requests: number
  /** Bytes of the body of an answer. */
  readonly bodyBytes: number
  /** Answers a second of CPU of the server process, all threads; median of the runs. */
  readonly perCpuSecond: number
  readonly perCpuSecondSpread: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly raw: readonly { readonly elapsedMs: number; readonly cpuMs: number }[]
}

export interface W6Result {
  readonly plan: W6Plan
  readonly rows: readonly W6Row[]
}

type Progress = (line: string) => void

interface Run {
  readonly request: W6Request
  readonly subject: W6Subject
  readonly bodyBytes: number
  readonly times: Times
}

const PUBLIC = { PUBLIC_RATE: '100000000', PUBLIC_RATE_BURST: '100000000', ARCP_STORE: 'memory' }
const FLOOR_AGENT = 'bench-agent-0'
/** Share of the requests that are sent first and not counted, so that code is compiled. */
const WARM_UP = 0.3

const heartbeat = (agentId: string, token: string): Buffer =>
  requestBytes('POST', `/agents/${agentId}/heartbeat`, { token })
const DISCOVER = requestBytes('GET', '/public/discover')

const good = (reply: HttpReply): void => {
  if (reply.status !== 200) throw new Error(`${reply.status} ${reply.body.slice(0, 300)}`)
}

interface Target {
  readonly subject: W6Subject
  readonly port: number
  readonly pid: number
  readonly tokens: readonly string[]
  readonly callers: number
}

/** One run of one request, its bytes prepared; the tokens are taken in turn. */
const measure = async (target: Target, request: W6Request, count: number): Promise<Run> => {
  const { port, pid, tokens, callers, subject } = target
  const beats = tokens.map((token, index) => heartbeat(`bench-agent-${index}`, token))
  const requests = Array.from({ length: count }, (_, index) =>
    request === 'discover' ? DISCOVER : (beats[index % beats.length] ?? DISCOVER),
  )
  let bodyBytes = 0
  const check = (reply: HttpReply): void => {
    good(reply)
    bodyBytes = reply.body.length
  }
  await sendAll(port, pid, callers, requests.slice(0, Math.ceil(count * WARM_UP)), check)
  const times = await sendAll(port, pid, callers, requests, check)
  return { request, subject, bodyBytes, times }
}

interface Counts {
  readonly heartbeats: number
  readonly discoveries: number
}

const measureBoth = async (target: Target, { heartbeats, discoveries }: Counts): Promise<readonly Run[]> => [
  await measure(target, 'heartbeat', heartbeats),
  await measure(target, 'discover', discoveries),
]

const withAgents = <T>(
  program: (port: number) => Program,
  agents: number,
  tokenOf: TokenSource,
  work: (port: number, pid: number, tokens: readonly string[]) => Promise<T>,
): Promise<T> =>
  withServer(program, async (server, port) => {
    const { subscriber } = await firstWelcome(server, port, programs.SUBSCRIBER_PATH)
    subscriber.close()
    return work(port, server.pid, await registerAll(port, agents, tokenOf))
  })

const hub = (port: number): Program => programs.withEnv(programs.hub(port), PUBLIC)

const runHub = (plan: W6Plan): Promise<readonly Run[]> =>
  withAgents(hub, plan.agents, requestedToken, (port, pid, tokens) =>
    measureBoth({ subject: 'hub', port, pid, tokens, callers: plan.callers }, plan),
  )

const runReference = (plan: W6Plan): Promise<readonly Run[]> =>
  withAgents(programs.reference, plan.agents, signedToken, (port, pid, tokens) =>
    measureBoth(
      { subject: 'reference', port, pid, tokens, callers: plan.callers },
      { heartbeats: plan.referenceHeartbeats, discoveries: plan.referenceDiscoveries },
    ),
  )

/** The library writes these itself. */
const OWN_HEADERS = new Set(['content-length', 'date', 'uwebsockets', 'connection'])

/** The headers of an answer as they came, less those the library writes. */
export const headersOf = (head: string): readonly (readonly [name: string, value: string])[] =>
  head
    .split('\r\n')
    .slice(1)
    .map((line): readonly [string, string] => {
      const at = line.indexOf(':')
      return [line.slice(0, at), line.slice(at + 1).trim()]
    })
    .filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()))

/** What the hub answers, for the floor to answer the same. */
const sampleAnswers = (plan: W6Plan): Promise<string> =>
  withAgents(hub, plan.agents, requestedToken, async (port, _pid, tokens) => {
    const http = openHttp(port)
    const beat = await http.send(heartbeat(FLOOR_AGENT, tokens[0] ?? ''))
    const page = await http.send(DISCOVER)
    http.close()
    for (const reply of [beat, page]) good(reply)
    return JSON.stringify([
      { method: 'post', path: '/agents/:id/heartbeat', headers: headersOf(beat.head), body: beat.body },
      { method: 'get', path: '/public/discover', headers: headersOf(page.head), body: page.body },
    ])
  })

const runFloor = (plan: W6Plan, answers: string): Promise<readonly Run[]> =>
  withServer(
    (port) => programs.withEnv(programs.floor(port), { ANSWERS: answers }),
    async (server, port) => {
      const { subscriber } = await firstWelcome(server, port, programs.SUBSCRIBER_PATH)
      subscriber.close()
      // A token of ordinary length: the request has the bytes of the hub's.
      const tokens = [await signedToken(openHttp(port), FLOOR_AGENT)]
      return measureBoth({ subject: 'bare uWS', port, pid: server.pid, tokens, callers: plan.callers }, plan)
    },
  )

const rowsOf = (runs: readonly Run[]): readonly W6Row[] => {
  const groups = Map.groupBy(runs, ({ request, subject }) => `${request} ${subject}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const sorted = group.flatMap(({ times }) => times.latencies).toSorted((a, b) => a - b)
    const perCpu = group.map(({ times }) => (times.latencies.length / times.cpuMs) * 1000)
    return [
      {
        request: first.request,
        subject: first.subject,
        requests: sorted.length,
        bodyBytes: first.bodyBytes,
        perCpuSecond: median(perCpu),
        perCpuSecondSpread: spread(perCpu),
        perSecond: median(group.map(({ times }) => (times.latencies.length / times.elapsedMs) * 1000)),
        p50: quantile(sorted, 0.5),
        p99: quantile(sorted, 0.99),
        raw: group.map(({ times: { elapsedMs, cpuMs } }) => ({ elapsedMs, cpuMs })),
      },
    ]
  })
}

export const runW6 = async (plan: W6Plan, progress: Progress): Promise<W6Result> => {
  const answers = await sampleAnswers(plan)
  const runs: Run[] = []
  for (let repetition = 1; repetition <= plan.repetitions; repetition += 1) {
    progress(`W6: heartbeats and discoveries over REST, repetition ${repetition} of ${plan.repetitions}`)
    runs.push(...(await runFloor(plan, answers)), ...(await runHub(plan)))
  }
  // The peer again at the end: what it says now bounds what the machine did meanwhile.
  runs.push(...(await runFloor(plan, answers)))
  if (plan.referenceHeartbeats > 0 && programs.hasReference()) {
    progress('W6: the reference')
    runs.push(...(await runReference(plan)))
  }
  return { plan, rows: rowsOf(runs) }
}
