// Runs the workloads and says how the hub did. Ends with 1 when a gated figure is beyond its gate.
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { describeMachine, load, NOISY_LOAD } from './machine.ts'
import { FULL, SMOKE } from './plans.ts'
import { hasReference } from './programs.ts'
import { reportText, summaryTable } from './report.ts'
import { detailW1, summariseW1, W1_NOTES } from './w1-report.ts'
import { runW1 } from './w1.ts'
import { detailW12, summariseW12, W12_NOTES } from './w12-report.ts'
import { runW12 } from './w12.ts'
import { detailW17, summariseW17, W17_NOTES } from './w17-report.ts'
import { runW17 } from './w17.ts'
import { detailW4, summariseW4, W4_NOTES } from './w4-report.ts'
import { runW4 } from './w4.ts'
import { detailW6, summariseW6, W6_NOTES } from './w6-report.ts'
import { runW6 } from './w6.ts'
import { detailW8, summariseW8, W8_NOTES } from './w8-report.ts'
import { runW8 } from './w8.ts'

const RESULTS = new URL('../results/', import.meta.url)
const REPORT = new URL('../REPORT.md', import.meta.url)

const { values } = parseArgs({ options: { full: { type: 'boolean', default: false } } })
const plan = values.full ? FULL : SMOKE
const began = performance.now()
const say = (line: string): void => console.log(line)
const progress = (line: string): void =>
  say(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`)

const machine = describeMachine()
const loadBefore = load()
say(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load average ${loadBefore.toFixed(2)}`)
if (loadBefore > NOISY_LOAD) say('Others use this machine right now: take the figures for a smoke test only.')
if (values.full && !hasReference())
  say('interop/.venv-2.1.2 is missing, so the reference is left out: `npm run verify` makes it.')

const w17 = await runW17(plan.w17, progress)
const w4 = await runW4(plan.w4, progress)
const w6 = await runW6(plan.w6, progress)
const w1 = await runW1(plan.w1, progress)
const w12 = await runW12(plan.w12, progress)
const w8 = await runW8(plan.w8, progress)
progress('done')

const rows = [
  ...summariseW1(w1),
  ...summariseW4(w4),
  ...summariseW6(w6),
  ...summariseW8(w8),
  ...summariseW12(w12),
  ...summariseW17(w17),
]
const sections = [
  { title: 'W1: a list to every subscriber', notes: W1_NOTES, detail: detailW1(w1) },
  { title: 'W4: register, seen by a subscriber', notes: W4_NOTES, detail: detailW4(w4) },
  { title: 'W6 and W14: heartbeats and discoveries over REST', notes: W6_NOTES, detail: detailW6(w6) },
  { title: 'W8: idle sockets', notes: W8_NOTES, detail: detailW8(w8) },
  { title: 'W12: commits', notes: W12_NOTES, detail: detailW12(w12) },
  { title: 'W17: start', notes: W17_NOTES, detail: detailW17(w17) },
]

mkdirSync(RESULTS, { recursive: true })
const run = { at: new Date().toISOString(), full: values.full, machine, loadBefore, loadAfter: load() }
for (const [name, result] of Object.entries({ w1, w4, w6, w8, w12, w17 })) {
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify({ run, ...result }, undefined, 2)}\n`)
}
if (values.full) writeFileSync(REPORT, reportText({ machine, loadBefore, rows, sections }))

for (const { title, detail } of sections) say(`\n${title}\n\n${detail}`)
say(`\n${summaryTable(rows)}\n`)
say(`Lists, not live frames, are what W4 waits for: see bench/README.md. Raw samples: bench/results/.`)
const failed = rows.filter((row) => row.failed)
for (const { workload, what, ours, target } of failed)
  say(`Beyond the gate: ${workload}, ${what}: ${ours}, target ${target}`)
process.exitCode = failed.length > 0 ? 1 : 0
