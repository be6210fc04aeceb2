// The pages of docs/ that people copy from: every fenced block is run against a hub or read by the schema of what it
// shows, every link leads somewhere, and the tables that claim to be whole are.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CLOSE_CODES, CLOSE_REASONS } from '@arcp/protocol'
import { ROUTES } from '@arcp/protocol/rest'
import { describe, expect, test } from 'vitest'
import { wholeAgents } from '../src/docs-agents.ts'
import { blocksOf, DOCS, outputOf, pageText, PAGES, type Block } from '../src/docs-blocks.ts'
import { textFault, valueFault } from '../src/docs-compare.ts'
import { checkJson } from '../src/docs-json.ts'
import { deadLinks, linksIn } from '../src/docs-links.ts'
import { CARD, isProgram, runBlock, startBlock } from '../src/docs-run.ts'
import { checkSettings, unknownSettings } from '../src/docs-settings.ts'
import { typeFaults } from '../src/docs-types.ts'
import { isObject, openFrames } from '../src/frames.ts'
import { freePort, startHub } from '../src/hub.ts'
import { skipWithout } from '../src/python.ts'
import { within } from '../src/recording.ts'
import { registerAgent } from '../src/rest.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const SERVER = `${root}apps/server/src/`
const DEADLINE_MS = 20_000
const noPython = skipWithout('2.1.2')

/** Runs a program; where the block after it shows its output, that must be it. */
const checkProgram = async (block: Block, blocks: readonly Block[]): Promise<void> => {
  const printed = await runBlock(block)
  const claimed = outputOf(block, blocks)
  if (claimed === undefined) return
  const fault =
    claimed.kind === 'json'
      ? valueFault(JSON.parse(claimed.text), JSON.parse(printed.join('\n')))
      : textFault(claimed.text, printed)
  expect(fault, printed.join('\n')).toBeUndefined()
}

const isOutput = (block: Block, blocks: readonly Block[]): boolean =>
  blocks.some((other) => isProgram(other) && outputOf(other, blocks) === block)

const check = async (block: Block, blocks: readonly Block[]): Promise<void> => {
  if (block.kind === 'json') checkJson(block)
  else if (block.kind === 'env') checkSettings(block)
  else if (isProgram(block)) await checkProgram(block, blocks)
  // Compared with what the program above it prints, where that is run.
  else expect(block.kind === 'text' && isOutput(block, blocks), `nothing checks a block of ${block.kind}`).toBe(true)
}

describe.each(PAGES)('docs/%s', { concurrent: true }, (page) => {
  const blocks = blocksOf(page)
  const runnable = new Map(blocks.map((block) => [`${block.heading}, ${block.kind} at line ${block.line}`, block]))

  for (const [name, block] of runnable) {
    test.skipIf(block.kind === 'python' && noPython)(name, () => check(block, blocks))
  }

  test('what is shown as output follows a program', () => {
    const stray = blocks.filter((block) => block.notes.has('output') && !isOutput(block, blocks))
    expect(stray).toStrictEqual([])
  })

  test('settings it speaks of exist', () => {
    expect(unknownSettings(pageText(page))).toStrictEqual([])
  })

  test('links lead somewhere, and to every page beside it', () => {
    expect(deadLinks(`${DOCS}${page}`)).toStrictEqual([])
    const targets = new Set(linksIn(pageText(page)).map((target) => target.split('#')[0]))
    const others = [...PAGES.filter((other) => other !== page), 'configuration.md', '../packages/protocol/PROTOCOL.md']
    expect(others.filter((other) => !targets.has(other))).toStrictEqual([])
  })
})

describe('the whole agents', { concurrent: true }, () => {
  for (const block of wholeAgents()) {
    const skip = block.kind === 'python' && noPython
    test.skipIf(skip)(`${block.heading}: comes back to a hub that forgot it, and yields to a newer one`, async () => {
      const env = { ARCP_STORE: 'memory', ARCP_PORT: String(await freePort()) }
      const before = await startHub({ env })
      const agent = startBlock(block, before)
      await agent.stdout.find((line) => line.includes('registered'))
      await before.kill()
      const hub = await startHub({ env })
      try {
        const watch = await openFrames(`${hub.wsUrl}/public/ws`)
        await watch.next(({ json }) => isObject(json) && json['type'] === 'agents_update', DEADLINE_MS)
        watch.close()
        await registerAgent(hub, 'weather-10', CARD)
        const { code } = await within(agent.exit, DEADLINE_MS, block.heading)
        // Said in one line, its last: a stack trace would tell nobody more.
        expect(agent.output().split('\n').at(-1)).toContain('a newer registration took over this id')
        expect(agent.output()).not.toMatch(/Traceback|^ +at /m)
        expect(code).toBe(1)
      } finally {
        agent.signal('SIGKILL')
        await hub.stop()
      }
    })
  }
})

test('TypeScript of all pages has sound types', async () => {
  const blocks = PAGES.flatMap(blocksOf).filter(({ kind }) => kind === 'ts')
  expect(await typeFaults(blocks)).toStrictEqual([])
})

/** Rows of a page's tables whose first cell is code, by that cell. */
const rows = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^\| `([^`]+)`.*$/gm)].map(([row, name = '']) => [name, row]))

describe('what the pages claim to be whole', () => {
  test('[K] every close code, with its reasons, is in the table', () => {
    const text = pageText('websocket-api.md')
    const shown = rows(text)
    expect(CLOSE_CODES.filter(({ code }) => !shown.has(String(code)))).toStrictEqual([])
    expect(Object.values(CLOSE_REASONS).filter((reason) => !text.includes(`\`${reason}\``))).toStrictEqual([])
  })

  test('every route has its heading', () => {
    const routes = Object.values(ROUTES).map(({ method, path }) => `${method} ${path}`)
    const headings = [...pageText('rest-api.md').matchAll(/^### `(\w+ [^`]+)`$/gm)].map(([, route]) => route)
    expect(new Set(headings)).toStrictEqual(new Set(routes))
    expect(headings).toHaveLength(routes.length)
  })

  test('every export of the client is named', () => {
    const index = readFileSync(`${root}packages/client/src/index.ts`, 'utf8')
    const names = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
      list.split(',').map((name) => name.replace('type ', '').trim()),
    )
    const text = pageText('client-library.md')
    expect(names.filter((name) => name !== '' && !text.includes(`\`${name}\``))).toStrictEqual([])
  })

  const sources = globSync('**/*.ts', { cwd: SERVER })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(`${SERVER}${file}`, 'utf8'))
  const namedIn = (pattern: RegExp): readonly string[] => [
    ...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name = '']) => name))),
  ]

  test('every warning and error of the hub is explained', () => {
    const events = [
      ...namedIn(/\.(?:warn|error)\(\s*'([a-z_]+)'/g),
      // Of the transport, which hands the name on, and of the end of the process.
      ...namedIn(/'([a-z]+_failed)'/g),
      ...namedIn(/'(uncaught_exception|unhandled_rejection)'/g),
    ]
    expect(events).toContain('store_away')
    const text = pageText('operating.md')
    expect(events.filter((event) => !text.includes(`\`${event}\``))).toStrictEqual([])
  })

  test('every metric is explained, with the values of its limits', () => {
    const shown = rows(pageText('operating.md'))
    const telemetry = globSync('telemetry/**/*.ts', { cwd: SERVER }).filter((file) => !file.endsWith('.test.ts'))
    const metrics = telemetry.flatMap((file) =>
      [...readFileSync(`${SERVER}${file}`, 'utf8').matchAll(/'(arcp_[a-z_]+)'/g)].map(([, name = '']) => name),
    )
    expect(metrics).toContain('arcp_agents')
    expect(metrics.filter((name) => !shown.has(name))).toStrictEqual([])
    const limits = [...readFileSync(`${SERVER}kernel/meter.ts`, 'utf8').matchAll(/\| '([a-z_]+)'\n/g)]
    const text = pageText('operating.md')
    expect(limits.map(([, limit]) => limit).filter((limit) => !text.includes(`\`${limit}\``))).toStrictEqual([])
  })

  test('the README leads to every page', () => {
    const targets = linksIn(readFileSync(`${root}README.md`, 'utf8'))
    expect(PAGES.filter((page) => !targets.includes(`docs/${page}`))).toStrictEqual([])
    expect(PAGES.every((page) => existsSync(`${DOCS}${page}`))).toBe(true)
  })
})
