// W6 and W14 in words.
import type { SummaryRow } from './report.ts'
import { ms, table } from './table.ts'
import { DISCOVER_PAGE, type W6Request, type W6Result, type W6Row, type W6Subject } from './w6.ts'
import { judge } from './verdict.ts'

/** Share of what the bare library does with a second of CPU. */
const TARGET_SHARE = 0.7
const TARGET_OVER_REFERENCE = 500

const rate = (value: number): string => (value < 1000 ? value.toFixed(0) : `${(value / 1000).toFixed(1)}k`)
const perCpu = (row: W6Row | undefined): string => (row === undefined ? '-' : `${rate(row.perCpuSecond)}/CPU-s`)

const find = (rows: readonly W6Row[], request: W6Request, subject: W6Subject): W6Row | undefined =>
  rows.find((row) => row.request === request && row.subject === subject)

const WHAT: Readonly<Record<W6Request, string>> = {
  heartbeat: 'POST /agents/{id}/heartbeat, answers a second of CPU',
  discover: 'GET /public/discover, answers a second of CPU',
}

const summaryOf = (rows: readonly W6Row[], request: W6Request, agents: number): readonly SummaryRow[] => {
  const ours = find(rows, request, 'hub')
  const bare = find(rows, request, 'bare uWS')
  const reference = find(rows, request, 'reference')
  if (ours === undefined || bare === undefined) return []
  const share = ours.perCpuSecond / bare.perCpuSecond
  const common = {
    workload: request === 'heartbeat' ? 'W6 REST' : 'W14 REST',
    what:
      request === 'heartbeat'
        ? WHAT.heartbeat
        : `${WHAT.discover}, ${Math.min(DISCOVER_PAGE, agents)} of ${agents} agents`,
    ours: `${perCpu(ours)}, ${(share * 100).toFixed(0)} % of bare uWS`,
    peer: [`bare uWS ${perCpu(bare)}`, ...(reference === undefined ? [] : [`reference ${perCpu(reference)}`])].join(
      '; ',
    ),
    limit: `${(1e6 / ours.perCpuSecond).toFixed(0)} µs of CPU an answer`,
  }
  if (request === 'heartbeat') {
    const target = `>= ${TARGET_SHARE} of bare uWS`
    return [{ ...common, target, ...judge([{ measured: TARGET_SHARE / share, target: 1 }]) }]
  }
  const target = `>= ${TARGET_OVER_REFERENCE}x the reference`
  if (reference === undefined) return [{ ...common, target, verdict: 'not judged', failed: false }]
  const times = ours.perCpuSecond / reference.perCpuSecond
  return [{ ...common, target, ...judge([{ measured: TARGET_OVER_REFERENCE / times, target: 1 }]) }]
}

export const summariseW6 = ({ plan, rows }: W6Result): readonly SummaryRow[] => [
  ...summaryOf(rows, 'heartbeat', plan.agents),
  ...summaryOf(rows, 'discover', plan.agents),
]

export const W6_NOTES = [
  'Requests are prepared bytes on kept connections, each with one on its way; every agent has a token of its own, and',
  'they take turns. A third as many requests run before any is counted. CPU is that of the server process, all',
  'threads. Bare uWebSockets.js reads the same requests and answers with the bytes the hub answered, headers and body;',
  'it looks at no token, keeps nothing and knows no agent. It runs before each repetition and after the last. The hub',
  'keeps its agents in memory, as the reference does, and its limit on `/public/*` is out of the way.',
]

export const detailW6 = ({ rows }: W6Result): string =>
  table(
    ['request', 'server', 'n', 'body', 'per CPU-s', 'spread', 'CPU µs each', 'per s', 'p50', 'p99 ms'],
    rows.map((row) => [
      row.request,
      row.subject,
      row.requests,
      `${row.bodyBytes} B`,
      rate(row.perCpuSecond),
      row.raw.length < 2 ? '-' : `${Math.round(row.perCpuSecondSpread * 100)} %`,
      (1e6 / row.perCpuSecond).toFixed(1),
      rate(row.perSecond),
      ms(row.p50),
      ms(row.p99),
    ]),
  )
