// W1 in words.
import type { SummaryRow } from './report.ts'
import { ms, table } from './table.ts'
import type { W1Result, W1Row, W1Subject } from './w1.ts'

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} KB`

/** A difference that got lost in the noise is no figure. */
const broadcastCpu = ({ cpuMs }: W1Row): string => (cpuMs > 0 ? ms(cpuMs) : 'lost in noise')

const figures = (row: W1Row): string =>
  `${ms(row.last.p50)} / ${ms(row.last.p99)} ms, CPU ${broadcastCpu(row)}${row.cpuMs > 0 ? ' ms' : ''}`

const summaryOf = (row: W1Row, rows: readonly W1Row[]): SummaryRow => {
  const peer = (subject: W1Subject): readonly string[] => {
    const found = rows.find(
      (one) => one.subject === subject && one.agents === row.agents && one.subscribers === row.subscribers,
    )
    return found === undefined ? [] : [`${subject}: ${figures(found)}`]
  }
  return {
    workload: 'W1 list',
    what: `a registration until the last of ${row.subscribers} subscribers has its list, ${row.agents} agents`,
    ours: figures(row),
    peer: [...peer('bare uWS'), ...peer('reference')].join('; '),
    target: '-',
    verdict: 'not judged',
    failed: false,
    limit: `${kilobytes(row.frameBytes)} to each: the kernel's copies here and there, on both sides`,
  }
}

/** The largest audience of each registry; the others are in the table. */
export const summariseW1 = ({ plan, rows }: W1Result): readonly SummaryRow[] => {
  const most = Math.max(...plan.subscribers)
  return rows
    .filter(({ subject, subscribers }) => subject === 'hub' && subscribers === most)
    .map((row) => summaryOf(row, rows))
}

export const W1_NOTES = [
  'One agent registers over REST, and every subscriber of `/public/ws` gets `agents_update`: the whole list of alive',
  'agents, here cut at 1,000 (rule C12). The clock runs from the first write of the request to the read that brings the',
  'last byte of that list, to the first and to the last subscriber. One process writes, reads and stamps; it reads all',
  'subscribers on one thread, and *bare uWS* shows what of the time is that and the kernel: it sends a prepared text of',
  'the same size to the same readers. Live frames, which carry the one change, are not measured yet.',
  '',
  'CPU is that of the server process for one broadcast: a round with subscribers less the same round while nobody',
  'watches (before and after, the mean), its idle share taken off. Where a round varies more than its broadcast costs,',
  'as with few subscribers, trust the two columns it comes from more than their difference. Our round is two broadcasts (the agent is unregistered again), that of the peers is one.',
  "The reference's agents stay, so its registry grows during a row: the list shows its size. It sends no cut lists.",
]

export const detailW1 = ({ rows }: W1Result): string =>
  table(
    [
      'server',
      'agents',
      'subscribers',
      'n',
      'list',
      'first p50',
      'last p50',
      'p99',
      'max ms',
      'CPU ms/round',
      'nobody watching',
      'CPU ms/broadcast',
      'CPU µs/delivery',
      'CPU spread',
    ],
    rows.map((row) => [
      row.subject,
      row.agents,
      row.subscribers,
      row.last.samples,
      kilobytes(row.frameBytes),
      ms(row.first.p50),
      ms(row.last.p50),
      ms(row.last.p99),
      ms(row.last.max),
      ms(row.roundMs),
      ms(row.aloneMs),
      broadcastCpu(row),
      row.cpuMs > 0 ? ((row.cpuMs * 1000) / row.subscribers).toFixed(0) : '-',
      row.raw.cpuMs.length < 2 ? '-' : `${Math.round(row.cpuSpread * 100)} %`,
    ]),
  )
