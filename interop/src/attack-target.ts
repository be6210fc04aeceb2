// The hub an attack is aimed at, with a witness: an agent that lives there and must come out of every attack unchanged.
import { isDeepStrictEqual } from 'node:util'
import { startHub, type Hub } from './hub.ts'
import { registerAgent, request } from './rest.ts'

const SCRAPE_TOKEN = 'scrape-token-of-the-attack-tests'

export interface Target extends Hub {
  /** Token of the witness. */
  readonly token: string
  readonly witness: string
  /** The hub runs, answers, has logged no fault, and knows the same agents as at the start. Throws otherwise. */
  unharmed(): Promise<void>
  /** One line of the hub's metrics; 0 when there is none yet. */
  metric(line: string): Promise<number>
  /** Looks again and again until the metric fits; a metric has no event one could wait for. */
  metricReaches(line: string, fits: (value: number) => boolean, deadlineMs?: number): Promise<number>
}

const CLOCKS = new Set(['last_seen', 'last_updated'])

/** The same without the times that move by themselves. */
const timeless = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (CLOCKS.has(key) ? undefined : inner)))

const counts = async (hub: Hub, token: string): Promise<unknown> => {
  const agents = await request(hub, 'GET', '/agents', { token })
  const stats = await request(hub, 'GET', '/public/stats')
  if (agents.status !== 200 || stats.status !== 200 || !Array.isArray(agents.body)) {
    throw new Error(`The hub answers ${agents.status} and ${stats.status}`)
  }
  return { known: timeless(agents.body), stats: timeless(stats.body) }
}

const valueOf = (text: string, line: string): number => {
  const found = text.split('\n').find((one) => one.startsWith(`${line} `))
  return found === undefined ? 0 : Number(found.slice(line.length + 1))
}

export const startTarget = async (env: Readonly<Record<string, string>> = {}): Promise<Target> => {
  const hub = await startHub({
    env: {
      METRICS_SCRAPE_TOKEN: SCRAPE_TOKEN,
      // Attacks come from one address, and so do the looks whether they did harm.
      PUBLIC_RATE: '1000000',
      PUBLIC_RATE_BURST: '1000000',
      // The witness sends no heartbeats.
      AGENT_HEARTBEAT_TIMEOUT: '3600',
      ...env,
    },
  })
  const witness = 'witness'
  const { token } = await registerAgent(hub, witness)
  const before = await counts(hub, token)
  const ended: unknown[] = []
  void hub.exit.then((exit) => ended.push(exit))

  const scrape = async (): Promise<string> => {
    const answer = await request(hub, 'GET', '/metrics/scrape', { token: SCRAPE_TOKEN })
    if (answer.status !== 200 || typeof answer.body !== 'string') throw new Error(`scrape: ${answer.status}`)
    return answer.body
  }
  const metric = async (line: string): Promise<number> => valueOf(await scrape(), line)

  return {
    ...hub,
    token,
    witness,
    metric,
    metricReaches: async (line, fits, deadlineMs = 30_000) => {
      const until = performance.now() + deadlineMs
      for (;;) {
        const value = await metric(line)
        if (fits(value)) return value
        if (performance.now() > until) throw new Error(`${line} is ${value} after ${deadlineMs} ms`)
      }
    },
    unharmed: async () => {
      if (ended.length > 0) throw new Error(`The hub ended: ${JSON.stringify(ended[0])}\n${hub.output()}`)
      const faults = hub.logs().filter(({ level }) => level === 'error' || level === 'fatal')
      if (faults.length > 0) throw new Error(`The hub logged a fault: ${JSON.stringify(faults[0])}`)
      const after = await counts(hub, token)
      if (!isDeepStrictEqual(after, before)) throw new Error(`Agents changed: ${JSON.stringify({ before, after })}`)
    },
  }
}
