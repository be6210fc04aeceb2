// The one table of a run, and the report of a full one.
import type { Machine } from './machine.ts'
import { table } from './table.ts'

export interface SummaryRow {
  readonly workload: string
  readonly what: string
  /** p50 and p99 where it is a time. */
  readonly ours: string
  readonly peer: string
  readonly target: string
  readonly verdict: string
  readonly failed: boolean
  readonly limit: string
}

export const summaryTable = (rows: readonly SummaryRow[]): string =>
  table(
    ['workload', 'measured', 'ours p50 / p99', 'peer p50 / p99', 'target', 'verdict', 'limited by'],
    rows.map(({ workload, what, ours, peer, target, verdict, limit }) => [
      workload,
      what,
      ours,
      peer,
      target,
      verdict,
      limit,
    ]),
  )

export interface ReportParts {
  readonly machine: Machine
  readonly loadBefore: number
  readonly rows: readonly SummaryRow[]
  readonly sections: readonly { readonly title: string; readonly notes: readonly string[]; readonly detail: string }[]
}

const losses = (rows: readonly SummaryRow[]): string => {
  const lost = rows.filter(({ verdict }) => verdict.toLowerCase().startsWith('not met'))
  if (lost.length === 0) return 'Every target that is judged at this stage is met.'
  return lost
    .map(({ workload, what, ours, target, limit }) => `- ${workload}, ${what}: ${ours}, target ${target}. ${limit}.`)
    .join('\n')
}

export const reportText = ({ machine, loadBefore, rows, sections }: ReportParts): string =>
  [
    '# Benchmarks',
    'Written by `node bench/src/main.ts --full` after `pnpm build`; `bench/README.md` says how to run and read this.',
    '## Machine',
    table(
      ['', ''],
      [
        ['processor', `${machine.cpu}, ${machine.cores} cores`],
        ['memory', `${machine.memoryGiB} GiB`],
        ['system', machine.system],
        ['Node', machine.node],
        ['hub', `${machine.hub}; sqlite store in W4 and W17, memory in W1 and W8, both in W12`],
        ['uWebSockets.js', machine.uws],
        ['load average before the run', loadBefore.toFixed(2)],
      ],
    ),
    'Server and load run on the same machine over loopback and are not pinned to cores.',
    '## Summary',
    summaryTable(rows),
    '## Where we lose',
    losses(rows),
    ...sections.flatMap(({ title, notes, detail }) => [`## ${title}`, notes.join('\n'), detail]),
  ]
    .join('\n\n')
    .concat('\n')
