// W8 in words.
import type { SummaryRow } from './report.ts'
import { kb, table } from './table.ts'
import { judge } from './verdict.ts'
import type { W8Profile } from './w8-profile.ts'
import type { SubjectName } from './w8-subjects.ts'
import type { W8Result, W8Row } from './w8.ts'

const TARGET_BYTES: Readonly<Partial<Record<SubjectName, number>>> = {
  'hub public': 1600,
  'hub agent, live': 4000,
  'hub agent, legacy': 4000,
}
const TARGET_IDLE_PERCENT = 1
/** With fewer sockets the difference is within what a process takes and gives back anyway. */
const GATED_FROM = 5000
const SITES_SHOWN = 12

const percent = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(2)} %`)

const limitOf = (row: W8Row, profiles: readonly W8Profile[]): string => {
  const found = profiles.find(({ subject }) => subject === row.subject)
  if (found === undefined) return 'objects of a socket, and garbage of its handshake'
  return `${kb(found.heap)} KB alive on the heap; ${kb(found.smallNursery)} KB when new objects get 1 MB`
}

const memoryRow = (row: W8Row, { rows, profiles }: W8Result): SummaryRow => {
  const target = TARGET_BYTES[row.subject] ?? 0
  const peer = (name: SubjectName): string => kb(rows.find(({ subject }) => subject === name)?.perSocket)
  return {
    workload: 'W8',
    what: `resident memory per idle socket, ${row.sockets} of them, ${row.subject}`,
    ours: `${kb(row.perSocket)} KB`,
    peer: `bare uWS ${peer('bare uWS')}, ws ${peer('ws')} KB`,
    target: `<= ${target / 1000} KB`,
    ...judge([{ measured: row.perSocket, target, gated: row.sockets >= GATED_FROM }]),
    limit: limitOf(row, profiles),
  }
}

const idleRow = (row: W8Row, { rows }: W8Result): readonly SummaryRow[] => {
  if (row.idleCpuPercent === undefined) return []
  const peer = (name: SubjectName): string => percent(rows.find(({ subject }) => subject === name)?.idleCpuPercent)
  return [
    {
      workload: 'W8 idle',
      what: `CPU with ${row.sockets} idle sockets, ${row.subject}`,
      ours: percent(row.idleCpuPercent),
      peer: `bare uWS ${peer('bare uWS')}, ws ${peer('ws')}`,
      target: `< ${TARGET_IDLE_PERCENT} %`,
      ...judge([{ measured: row.idleCpuPercent, target: TARGET_IDLE_PERCENT }]),
      limit: row.framesWhileIdle === 0 ? 'the clocks of the hub' : `${row.framesWhileIdle} frames sent meanwhile`,
    },
  ]
}

export const summariseW8 = (result: W8Result): readonly SummaryRow[] => {
  const ours = result.rows.filter(({ subject }) => TARGET_BYTES[subject] !== undefined)
  return [...ours.map((row) => memoryRow(row, result)), ...ours.flatMap((row) => idleRow(row, result))]
}

export const W8_NOTES = [
  'Resident memory of the server process (`smaps_rollup`) with the sockets, less that before them, over their number.',
  'Before the first reading sockets come and go, so that code is compiled; nothing asks for a garbage collection.',
  'What the process had taken by then it uses for the first sockets: with few of them the figure is too small, most of',
  'all that of bare uWS. *From a third on* leaves out the first third, and with it that. Sockets of agents belong to',
  'one agent each; the agents register before the first reading. *Live* is `"live":1` in the token frame: no lists.',
  '*Legacy* gets a list every five seconds, here of one agent (`WS_LEGACY_LIST_MAX=1`): that is what idle means there.',
  'The peers are run before and after ours; they echo, know no endpoints and send no welcome. Limits on the number of',
  'sockets are off. Idle CPU is that of the process, in percent of a core; in a full run the time holds one ping to',
  'every socket and its pong, and the stats frame of `/public/ws`, in a smoke run neither.',
]

const where = ({ profiles }: W8Result): readonly string[] => {
  if (profiles.length === 0) return []
  const summary = table(
    ['KB per socket', 'sockets', 'alive on the heap', 'resident, collected', 'resident, 1 MB for new objects'],
    profiles.map(({ subject, sockets, heap, collected, smallNursery }) => [
      subject,
      sockets,
      kb(heap),
      kb(collected),
      kb(smallNursery),
    ]),
  )
  const sites = profiles.map(({ subject, sites: found }) =>
    table(
      [`${subject}: who allocated what is alive`, 'bytes per socket'],
      found.slice(0, SITES_SHOWN).map(({ where: name, bytes }) => [name, Math.round(bytes)]),
    ),
  )
  return [
    'Where it is, from further runs: what a full collection leaves, asked through `--inspect`; and the whole figure when\n' +
      "V8's space for new objects may not grow (`--max-semi-space-size=1`). What the table above has on top of these is\n" +
      'garbage of handshakes that V8 sees no reason to collect.',
    summary,
    ...sites,
  ]
}

export const detailW8 = (result: W8Result): string =>
  [
    table(
      [
        'server',
        'sockets',
        'n',
        'KB per socket',
        'spread',
        'from a third on',
        'after idling',
        'idle CPU',
        'frames',
        'lost',
      ],
      result.rows.map((row) => {
        const [first] = row.raw
        const after = first?.afterIdle === undefined ? undefined : (first.afterIdle - first.before) / row.sockets
        return [
          row.subject,
          row.sockets,
          row.raw.length,
          kb(row.perSocket),
          row.raw.length < 2 ? '-' : `${Math.round(row.spread * 100)} %`,
          kb(row.marginal),
          kb(after),
          percent(row.idleCpuPercent),
          row.framesWhileIdle,
          row.lost,
        ]
      }),
    ),
    ...where(result),
  ].join('\n\n')
