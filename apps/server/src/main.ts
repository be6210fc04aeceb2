// The production entry: arguments, configuration, secrets, signals, and what a person sees of all that.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const REQUIRED_NODE = [22, 13] as const

const version = (): string => {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : 'unknown'
}

/** Says why the hub does not start, one line each, and ends the process. */
const refuse = (lines: readonly string[]): never => {
  process.stderr.write(`${lines.map((line) => `arcp: ${line}`).join('\n')}\n`)
  process.exit(1)
}

const checkNode = (): void => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [needMajor, needMinor] = REQUIRED_NODE
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return
  refuse([
    `Node ${needMajor}.${needMinor} or newer is needed, this is ${process.versions.node}: install a newer one, ` +
      'or run "npm start" in the repository, which brings its own',
  ])
}

const FLAGS = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } } as const

const readArguments = (): ReadonlySet<string> => {
  const { tokens } = parseArgs({ options: FLAGS, strict: false, tokens: true })
  const flags = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'positional') {
      refuse([`unexpected argument "${token.value}": settings come from the environment; see --help`])
    } else if (token.kind === 'option') {
      if (!Object.hasOwn(FLAGS, token.name)) refuse([`unknown option ${token.rawName}; see --help`])
      if (token.value !== undefined) refuse([`${token.rawName} takes no value; see --help`])
      flags.add(token.name)
    }
  }
  return flags
}

const flags = readArguments()
if (flags.has('version')) {
  process.stdout.write(`${version()}\n`)
} else if (flags.has('help')) {
  const { helpText } = await import('./config/help.ts')
  process.stdout.write(helpText())
} else {
  checkNode()
  const { run } = await import('./run.ts')
  await run({ version: version(), refuse })
}
