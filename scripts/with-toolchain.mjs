// Runs another script of this folder with the Node and pnpm this repository is built with:
//   node scripts/with-toolchain.mjs scripts/start.mjs [arguments]
// What is on PATH is used when it fits; otherwise npx fetches Node and pnpm (npm keeps them in its cache).
// This file runs on any Node from 18 on and imports nothing but Node: it is there before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { relayExit, relaySignals } from './lib/child.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

// uWebSockets.js ships binaries for Node 22 and 23; packages of the toolchain need 22.13 or newer.
const nodeWanted = 'node@22'
const nodeFits = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return (major === 22 && minor >= 13) || major === 23
}

const pnpmWanted = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).packageManager
const majorOf = (version) => version.split('.')[0]
const pnpmFits = (version) => version !== '' && majorOf(version) === majorOf(pnpmWanted.split('@')[1])

const output = (command, args) => {
  const run = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return run.status === 0 ? run.stdout.trim() : ''
}

const fail = (message) => {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** What npm complained about, short enough for one line. */
const npmComplaint = (stderr) => {
  const lines = [...stderr.matchAll(/^npm (?:error|ERR!) (.+)$/gm)].map((match) => match[1])
  const reason = lines.map((line) => /reason: (.+)$/.exec(line)?.[1]).find(Boolean)
  return reason ?? lines[0]?.replace(/^code /, '') ?? 'npx gave no reason'
}

/** PATH with Node and pnpm from npm's cache in front. npx only tells where they are, so that signals and exit codes do not pass through it. */
const fetchedPath = () =>
  new Promise((resolve) => {
    const npx = spawn('npx', ['--yes', '-p', nodeWanted, '-p', pnpmWanted, '-c', 'node -p process.env.PATH'], {
      cwd: root,
      // Without a network npm would otherwise stay silent for more than a minute.
      env: { ...process.env, npm_config_fetch_retries: process.env.npm_config_fetch_retries ?? '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    npx.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    npx.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    npx.on('error', (error) => fail(`Cannot run npx, which comes with npm: ${error.message}`))
    npx.on('close', (code, signal) => {
      if (signal !== null) relayExit(code, signal)
      else if (code === 0) resolve(stdout.trim().split('\n').at(-1))
      else fail(`Could not get ${nodeWanted} and ${pnpmWanted} from the npm registry (${npmComplaint(stderr)}).`)
    })
  })

const [script, ...args] = process.argv.slice(2)
if (script === undefined) fail('Usage: node scripts/with-toolchain.mjs <script> [arguments]')

const here = { node: process.version, pnpm: output('pnpm', ['--version']) }
const env = { ...process.env }
if (nodeFits(here.node) && pnpmFits(here.pnpm)) {
  process.stdout.write(`Using Node ${here.node} and pnpm ${here.pnpm}.\n`)
} else {
  const found = `Node ${here.node}, ${here.pnpm === '' ? 'no pnpm' : `pnpm ${here.pnpm}`}`
  process.stdout.write(`Found ${found}: using ${nodeWanted} and ${pnpmWanted} through npx.\n`)
  env.PATH = await fetchedPath()
}

// `node` is looked up in the new PATH; on the direct way it is the very binary that runs this file.
const node = env.PATH === process.env.PATH ? process.execPath : 'node'
const child = spawn(node, [script, ...args], { cwd: root, env, stdio: 'inherit' })
relaySignals(child)
child.on('error', (error) => fail(`Cannot run ${node}: ${error.message}`))
child.on('exit', relayExit)
