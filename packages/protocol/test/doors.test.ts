/** The `.` door pulls in no TypeBox at run time, and no source file knows Node. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const SRC = new URL('../src/', import.meta.url)

function read(url: URL): string {
  return readFileSync(url, 'utf8')
}

/** Specifiers a file imports or re-exports values from. */
function valueImports(source: string): string[] {
  const found = source.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '([^']+)'/gms)
  return [...found].map((match) => match[1] ?? '')
}

function reachable(start: URL, seen = new Set<string>()): { files: Set<string>; packages: Set<string> } {
  const packages = new Set<string>()
  const visit = (file: URL) => {
    if (seen.has(file.href)) return
    seen.add(file.href)
    for (const specifier of valueImports(read(file))) {
      if (specifier.startsWith('.')) visit(new URL(specifier, file))
      else packages.add(specifier)
    }
  }
  visit(start)
  return { files: seen, packages }
}

describe('doors', () => {
  it('the main door reaches no package', () => {
    const { files, packages } = reachable(new URL('index.ts', SRC))
    expect([...packages]).toStrictEqual([])
    expect(files.size).toBeGreaterThan(4)
  })

  it('the other doors reach TypeBox only, and the model not its compiler', () => {
    const model = reachable(new URL('model/index.ts', SRC)).packages
    expect([...model]).toStrictEqual(['@sinclair/typebox'])
    for (const door of ['frames', 'codec', 'rest', 'contract']) {
      for (const name of reachable(new URL(`${door}/index.ts`, SRC)).packages)
        expect(name).toMatch(/^@sinclair\/typebox/)
    }
  })

  it('no source file imports from Node', () => {
    const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    for (const name of files) expect(read(new URL(name, SRC))).not.toMatch(/from 'node:/)
  })

  it('is not fooled by its own reading', () => {
    expect(
      valueImports("import type { A } from './a.ts'\nimport { b } from './b.ts'\nexport * from 'c'\n"),
    ).toStrictEqual(['./b.ts', 'c'])
  })
})
