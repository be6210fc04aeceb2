// Runs a program of a page of docs/ against a hub of its own, and tells what it printed.
// Must not know: what it is said to print.
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { tokenBlock, type Block } from './docs-blocks.ts'
import { ADMIN_PASSWORD, startHub, type Hub } from './hub.ts'
import { startProgram, type Program } from './program.ts'
import { finish, pythonOf } from './python.ts'
import { startRedis } from './redis.ts'
import { registerAgent } from './rest.ts'

/** TypeScript runs where the README tells people to put it: there `@arcp/client` is found, as it was built. */
const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url))
const PYTHON = pythonOf('2.1.2')

const DEADLINE_MS = 30_000

type Place = Pick<Hub, 'url' | 'wsUrl' | 'agentKey'>

type StandIn = readonly [page: string, test: string]

/** The pages speak of hubs on these ports and of this agent key: here, and nowhere else, they become those of the test. */
const standIns = (hub: Place, second?: Place): readonly StandIn[] => [
  ['http://localhost:8001', hub.url],
  ['ws://localhost:8001', hub.wsUrl],
  ...(second === undefined ? [] : [['http://localhost:8002', second.url] as const]),
  ['test-agent-001', hub.agentKey],
  ['a-password-of-yours', ADMIN_PASSWORD],
]

const toTest = (text: string, pairs: readonly StandIn[]): string =>
  pairs.reduce((changed, [page, test]) => changed.replaceAll(page, test), text)

const toPage = (line: string, pairs: readonly StandIn[]): string =>
  pairs.reduce((changed, [page, test]) => changed.replaceAll(test, page), line)

/** What a shell of a page leaves in the background ends with it here. */
const TIDY = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"

const RUNNERS: Readonly<Record<string, (text: string, env: Readonly<Record<string, string>>) => Program>> = {
  ts: (text, env) =>
    startProgram(process.execPath, ['--input-type=module-typescript', '--eval', text], { cwd: EXAMPLES, env }),
  python: (text, env) => startProgram(PYTHON, ['-u', '-c', text], { cwd: tmpdir(), env }),
  bash: (text, env) => startProgram('bash', ['-euc', TIDY + text], { cwd: tmpdir(), env }),
}

export const isProgram = ({ kind }: Block): boolean => Object.hasOwn(RUNNERS, kind)

const startText = (kind: string, text: string, env: Readonly<Record<string, string>>): Program => {
  const run = RUNNERS[kind]
  if (run === undefined) throw new Error(`nothing runs a block of kind ${kind}`)
  return run(text, env)
}

/** Starts a program of a page against this hub. */
export const startBlock = ({ kind, text }: Pick<Block, 'kind' | 'text'>, hub: Place): Program =>
  startText(kind, toTest(text, standIns(hub)), {})

/** With what ran before it in the same shell. */
const wholeText = ({ text, notes }: Block): string =>
  notes.has('shell') ? `{\n${tokenBlock().text}\n} >/dev/null\n${text}` : text

const settingsOf = (block: Block): Record<string, string> =>
  Object.fromEntries(
    (block.notes.get('hub') ?? '')
      .split(' ')
      .filter((pair) => pair !== '')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )

/** A card like the one the pages register. */
export const CARD = {
  name: 'Weather',
  agent_type: 'monitoring',
  endpoint: 'http://localhost:9000',
  capabilities: ['forecast'],
  context_brief: 'Answers questions about the weather.',
  owner: 'Example',
  public_key: 'any-text-of-at-least-32-characters-here',
  metadata: { region: 'eu' },
} as const

const registerAll = async (block: Block, hub: Hub): Promise<Record<string, string>> => {
  const ids = (block.notes.get('agents') ?? '').split(' ').filter((id) => id !== '')
  const tokens: string[] = []
  for (const id of ids) tokens.push((await registerAgent(hub, id, CARD)).token)
  const [first] = tokens
  return first === undefined ? {} : { TOKEN: first }
}

interface Hubs {
  readonly hub: Hub
  readonly second?: Hub
  readonly stop: () => Promise<void>
}

const startHubs = async (block: Block): Promise<Hubs> => {
  const env = settingsOf(block)
  if (!block.notes.has('cluster')) {
    const hub = await startHub({ env })
    return { hub, stop: async () => void (await hub.stop()) }
  }
  const redis = await startRedis()
  const shared = { ...env, REDIS_URL: redis.url }
  const [hub, second] = await Promise.all([startHub({ env: shared }), startHub({ env: shared })])
  const stop = async (): Promise<void> => {
    await Promise.all([hub.stop(), second.stop()])
    await redis.stop()
  }
  return { hub, second, stop }
}

/** What the program printed, in the words of the page. Throws when it failed or complained. */
export const runBlock = async (block: Block): Promise<readonly string[]> => {
  const { hub, second, stop } = await startHubs(block)
  const pairs = standIns(hub, second)
  try {
    const env = await registerAll(block, hub)
    const program = startText(block.kind, toTest(wholeText(block), pairs), env)
    const last = block.notes.get('stop')
    if (last !== undefined) {
      await program.stdout.find((line) => line.includes(last), { deadlineMs: DEADLINE_MS })
      program.signal('SIGTERM')
    }
    const done = await finish(program, DEADLINE_MS)
    const said = [...done.stdout, ...done.stderr].join('\n')
    if (done.code !== 0) throw new Error(`it ended with ${done.signal ?? done.code}:\n${said}`)
    if (done.stderr.length > 0) throw new Error(`it complained:\n${said}`)
    return done.stdout.map((line) => toPage(line, pairs))
  } finally {
    await stop()
  }
}
