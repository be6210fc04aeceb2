// `npm run verify`: everything that must hold before a change is good, from a bare checkout, nothing taken from a cache.
// Ends with one line, "N passed, N failed" (and ", N skipped"), and a non-zero exit code when anything failed.
import { dieBy } from './lib/child.mjs'
import { installPythonClients } from './lib/python-clients.mjs'
import { emptyTally, readReports, removeReports } from './lib/reports.mjs'
import { interruption, root, rootBin, run, stopOnSignals } from './lib/run.mjs'
import { duration, progress } from './lib/steps.mjs'
import { installSystemPackages } from './lib/system-packages.mjs'
import { workspaces } from './lib/workspaces.mjs'

const inCi = process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== 'false'
const began = performance.now()
const total = emptyTally()
stopOnSignals()

const finish = () => {
  const list = (title, names) => {
    if (names.length > 0) process.stdout.write(`\n${title}:\n${names.map((name) => `  ${name}\n`).join('')}`)
  }
  list('Skipped', total.skipped)
  list('Failed', total.failed)
  const skipped = total.skipped.length > 0 ? `, ${total.skipped.length} skipped` : ''
  process.stdout.write(`\nTook ${duration(performance.now() - began)}.\n`)
  process.stdout.write(`${total.passed} passed, ${total.failed.length} failed${skipped}\n`)
  process.exit(total.failed.length > 0 ? 1 : 0)
}

/** @typedef {{ title: string, work: () => Promise<import('./lib/steps.mjs').Outcome>, onFailure?: 'stop' | 'go on' | 'counted' }} Step */

const turbo = (task, ...more) =>
  run(rootBin('turbo'), ['run', task, '--force', '--continue', '--output-logs=errors-only', '--ui=stream', ...more], {
    limitMs: 480_000,
  })

/** Runs the tests of some packages and adds them to the total. `--only`: the build has its own step before. */
const testing = async (packages) => {
  removeReports(packages)
  if (packages.length === 0) return { ok: true, note: 'no tests' }
  const result = await turbo('test', '--only', ...packages.map(({ name }) => `--filter=${name}`))
  const tally = readReports(packages, result.ok)
  total.passed += tally.passed
  total.failed.push(...tally.failed)
  total.skipped.push(...tally.skipped)
  return { ...result, ok: tally.failed.length === 0, note: `${tally.passed} passed, ${tally.failed.length} failed` }
}

const tested = workspaces().filter((each) => each.tested)
// These start hubs, Python and browsers and live by the clock: they have the machine to themselves.
const realProcesses = (each) => each.folder === 'interop'

/** @type {Step[]} */
const steps = [
  {
    title: 'Dependencies',
    work: () => run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline']),
    onFailure: 'stop',
  },
  { title: 'Redis, Chromium, nginx, Python', work: installSystemPackages, onFailure: 'stop' },
  {
    // Without PyPI the tests of the Python client report themselves as skipped; in CI they must run.
    title: 'Python client',
    work: async () => {
      const outcome = await installPythonClients()
      return outcome.ok || inCi ? outcome : { ok: true, note: `${outcome.note}: its tests will be skipped` }
    },
  },
  { title: 'Format', work: () => run(rootBin('oxfmt'), ['--check', '.']) },
  {
    title: 'Lint',
    work: async () => {
      const packages = await turbo('lint')
      const scripts = await run(rootBin('oxlint'), ['--type-aware', '-c', '.oxlintrc.json', 'scripts'])
      return {
        ok: packages.ok && scripts.ok,
        output: [packages, scripts].flatMap((each) => (each.ok ? [] : each.output)).join('\n'),
      }
    },
  },
  { title: 'Types', work: () => turbo('typecheck') },
  { title: 'Build', work: () => turbo('build') },
  { title: 'Tests', work: () => testing(tested.filter((each) => !realProcesses(each))), onFailure: 'counted' },
  { title: 'Tests with real processes', work: () => testing(tested.filter(realProcesses)), onFailure: 'counted' },
]

process.stdout.write(`Verifying ${root}\n`)
const next = progress(steps.map(({ title }) => title))
for (const { title, work, onFailure = 'go on' } of steps) {
  const { ok } = await next(work)
  if (interruption() !== null) await dieBy(interruption())
  if (!ok && onFailure !== 'counted') total.failed.push(title)
  if (!ok && onFailure === 'stop') break
}
finish()
