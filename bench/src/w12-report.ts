// W12 in words.
import type { SummaryRow } from './report.ts'
import { ms, table } from './table.ts'
import { judge } from './verdict.ts'
import type { W12Result, W12Row } from './w12.ts'

/** Of the answer to one caller, as in W4; the last covers a checkpoint of the file. */
const TARGET_P50_MS = 0.5
const TARGET_P99_MS = 2
const TARGET_P999_MS = 10

const rate = (value: number): string => (value < 1000 ? value.toFixed(0) : `${(value / 1000).toFixed(1)}k`)
/** A commit in memory takes microseconds. */
const fine = (value: number): string => (value < 0.1 ? value.toFixed(4) : ms(value))
const times = ({ p50, p99, p999 }: W12Row): string => `${fine(p50)} / ${fine(p99)} / ${fine(p999)} ms`

const peerOf = (row: W12Row, rows: readonly W12Row[]): W12Row | undefined =>
  rows.find(
    ({ part, isPeer, callers, subject }) =>
      isPeer && part === row.part && callers === row.callers && (part === 'REST' || subject === `bare ${row.subject}`),
  )

const common = (row: W12Row, rows: readonly W12Row[]) => {
  const peer = peerOf(row, rows)
  return {
    workload: row.part === 'store' ? 'W12 store' : 'W12 REST',
    what: `registrations, ${row.subject}, ${row.callers} at a time`,
    ours: `${rate(row.perSecond)}/s, p50 / p99 / p99.9 ${times(row)}`,
    peer: peer === undefined ? '-' : `${peer.subject}: ${rate(peer.perSecond)}/s, ${times(peer)}`,
  }
}

const summaryOf = (row: W12Row, rows: readonly W12Row[]): SummaryRow => {
  const limit =
    row.part === 'REST'
      ? `${Math.round(row.cpuUs)} µs of CPU a registration`
      : `${row.cpuUs.toFixed(1)} µs of CPU a commit${row.subject.endsWith('full') ? ', then the disk' : ''}`
  if (row.part === 'store' || row.callers > 1) {
    return { ...common(row, rows), target: '-', verdict: 'not judged', failed: false, limit }
  }
  return {
    ...common(row, rows),
    target: `p50 <= ${TARGET_P50_MS}, p99 <= ${TARGET_P99_MS}, p99.9 <= ${TARGET_P999_MS} ms`,
    ...judge([
      { measured: row.p50, target: TARGET_P50_MS },
      { measured: row.p99, target: TARGET_P99_MS },
      { measured: row.p999, target: TARGET_P999_MS },
    ]),
    limit,
  }
}

export const summariseW12 = ({ rows }: W12Result): readonly SummaryRow[] =>
  rows.filter(({ isPeer }) => !isPeer).map((row) => summaryOf(row, rows))

export const W12_NOTES = [
  'Each commit registers an agent that was not there before. *Store*: in a process of its own, straight against the',
  'Store port, nobody follows the changes. *REST*: `POST /agents/register` to its whole answer on kept connections,',
  'each with one request on its way; temp tokens were fetched before. *At a time* is the number of callers, each of',
  'which waits for its answer. *Full* and *normal* are `SQLITE_SYNCHRONOUS`; over REST it is the default, full: each',
  'answer waits for the disk (`fdatasync`), and what this machine calls a disk decides the time of one caller.',
  '',
  'The peer of the sqlite store is one table in a bare `node:sqlite` file with the same pragmas: one row of a card a',
  'commit, all that wait in one turn of the event loop in one transaction, as in the store. The store writes the agent,',
  'the change, the remembered answer and their indexes. The peer over REST is bare uWebSockets.js that reads a body of',
  'that size and answers: with 64 at a time it shows what the load can send, which is one thread. Peers run before and',
  'after ours. CPU is that of the process that commits, all threads; over REST it includes verifying and signing tokens.',
]

export const detailW12 = ({ rows }: W12Result): string =>
  table(
    ['part', 'what', 'at a time', 'n', 'per s', 'spread', 'p50', 'p99', 'p99.9', 'max ms', 'CPU µs each'],
    rows.map((row) => [
      row.part,
      row.subject,
      row.callers,
      row.commits,
      rate(row.perSecond),
      row.raw.length < 2 ? '-' : `${Math.round(row.perSecondSpread * 100)} %`,
      fine(row.p50),
      fine(row.p99),
      fine(row.p999),
      fine(row.max),
      row.cpuUs.toFixed(1),
    ]),
  )
