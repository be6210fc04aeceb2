/** Owns: finding rule ids in PROTOCOL.md and in the names of all tests. Must not know: which rules wait. */
import { readdirSync, readFileSync } from 'node:fs'

const REPOSITORY = new URL('../../../', import.meta.url)
const ROOTS = ['packages/', 'apps/', 'interop/']
/** The first one holds example names that prove nothing. */
const SKIPPED = new Set(['rule-coverage.test.ts', 'node_modules', 'dist', 'reports', '.venv', '.turbo'])

/** Ids that PROTOCOL.md defines: list items that begin with the id in bold. */
export function rulesOf(markdown: string): string[] {
  return [...markdown.matchAll(/^- \*\*([CPADL]\d+|K)\*\* /gm)].map((match) => match[1] ?? '')
}

/** Ids that a test file's test names begin with: `it('[P1][P2] …')`, spaces between them or not, also with `test`, `describe`, `.each` and templates. */
export function idsInTests(source: string): string[] {
  const names = source.matchAll(/\b(?:it|test|describe)\b[^'"`\n]{0,200}?\(\s*['"`]((?:\[[A-Z]\d*\] ?)+)/g)
  return [...names].flatMap((name) => [...(name[1] ?? '').matchAll(/\[([A-Z]\d*)\]/g)].map((id) => id[1] ?? ''))
}

function testFiles(directory: URL): URL[] {
  const entries = readdirSync(directory, { withFileTypes: true })
  return entries.flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return []
    if (entry.isDirectory()) return testFiles(new URL(`${entry.name}/`, directory))
    return entry.name.endsWith('.test.ts') ? [new URL(entry.name, directory)] : []
  })
}

/** Every id carried by a test of the repository. */
export function testedIds(): ReadonlySet<string> {
  const files = ROOTS.flatMap((root) => testFiles(new URL(root, REPOSITORY)))
  return new Set(files.flatMap((file) => idsInTests(readFileSync(file, 'utf8'))))
}

export function readProtocol(): string {
  return readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8')
}

export interface WaitingRule {
  readonly id: string
  readonly reason: string
}

export function readWaiting(): readonly WaitingRule[] {
  return JSON.parse(readFileSync(new URL('waiting-rules.json', import.meta.url), 'utf8'))
}
