// `npm start`: install what is missing, build what changed, run the hub in the foreground.
// Arguments after `npm start --` go to the hub; its exit code is the exit code of this script.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dieBy, relayExit, relaySignals } from './lib/child.mjs'
import { hubCommand } from './lib/hub-command.mjs'
import { interruption, root, rootBin, run, stopOnSignals } from './lib/run.mjs'
import { progress } from './lib/steps.mjs'

const stopListening = stopOnSignals()
const step = progress(['Installing dependencies', 'Building'])

const must = async (work) => {
  const { ok } = await step(work)
  if (interruption() !== null) await dieBy(interruption())
  if (!ok) process.exit(1)
}

await must(() => run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline']))

const packages = ['@arcp/server...']
if (existsSync(`${root}apps/dashboard/package.json`)) packages.push('@arcp/dashboard...')
const filters = packages.map((name) => `--filter=${name}`)
await must(() => run(rootBin('turbo'), ['run', 'build', ...filters, '--output-logs=errors-only', '--ui=stream']))

stopListening()
const hub = spawn(process.execPath, [...hubCommand, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
relaySignals(hub)
hub.on('error', (error) => {
  process.stderr.write(`Cannot run the hub: ${error.message}\n`)
  process.exit(1)
})
hub.on('exit', relayExit)
