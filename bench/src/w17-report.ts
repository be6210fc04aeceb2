// W17 in words.
import type { SummaryRow } from './report.ts'
import { ms, table } from './table.ts'
import { judge } from './verdict.ts'
import type { W17Result } from './w17.ts'

const TARGET_MS = 400

export const summariseW17 = ({ hub, bareNode, bareServer, phases }: W17Result): readonly SummaryRow[] => [
  {
    workload: 'W17',
    what: 'process start to the first welcome',
    ours: `${ms(hub.p50)} / ${ms(hub.p99)} ms`,
    peer: `bare uWS ${ms(bareServer.p50)}, node -e 0 ${ms(bareNode.p50)} ms`,
    target: `<= ${TARGET_MS} ms`,
    ...judge([{ measured: hub.p50, target: TARGET_MS, gated: true }]),
    limit:
      phases === undefined
        ? 'loading modules'
        : `Node ${ms(phases.bootMs)}, then ${phases.modules} modules until ${ms(phases.lastModuleMs)} ms`,
  },
]

export const W17_NOTES = [
  'The clock runs from just before the process is started to the read that brings the whole `welcome`; the port is',
  'knocked at every 2 ms. Files are in the page cache; each start has an empty data directory. `node -e 0` is timed to',
  'its end. The phases come from one more start with a probe inside, which makes that start slower.',
]

export const detailW17 = ({ hub, bareNode, bareServer, phases }: W17Result): string => {
  const rows = [
    ['hub', hub] as const,
    ['bare uWebSockets.js', bareServer] as const,
    ['node -e 0', bareNode] as const,
  ].map(([name, { samples, min, p50, p99, max }]) => [name, samples, ms(min), ms(p50), ms(p99), ms(max)])
  const times = table(['start of', 'n', 'min', 'p50', 'p99', 'max ms'], rows)
  if (phases === undefined) return times
  const { bootMs, lastModuleMs, modules, packages, welcomeMs } = phases
  const most = packages.slice(0, 5).map(([name, count]) => `${name} ${count}`)
  const parts = table(
    ['phase of a hub with a probe', 'until ms'],
    [
      ['Node ready', ms(bootMs)],
      [`last of ${modules} modules read (${most.join(', ')})`, ms(lastModuleMs)],
      ['welcome received', ms(welcomeMs)],
    ],
  )
  return `${times}\n\n${parts}`
}
