// Holds the direction of the arrows: every source file is read, every import must point down.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

/** Folder of src -> layer. The composition root (files directly in src) is above all. */
const LAYER: Readonly<Record<string, number>> = {
  kernel: 1,
  domain: 3,
  live: 4,
  channels: 5,
  config: 6,
  http: 6,
  transport: 6,
  adapters: 6,
  telemetry: 6,
}
const ROOT = 7
const PROTOCOL = 2

/** Libraries that may be imported in one place only. */
const HOME: Readonly<Record<string, string>> = {
  'uWebSockets.js': 'transport/uws/',
  ioredis: 'adapters/redis/',
  jose: 'adapters/tokens/',
  'lru-cache': 'adapters/tokens/',
  'rate-limiter-flexible': 'adapters/limits/',
  pino: 'telemetry/',
  'prom-client': 'telemetry/',
  'node:sqlite': 'adapters/sqlite/',
}

interface SourceFile {
  readonly name: string
  readonly text: string
  readonly imports: readonly string[]
}

const files: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => {
    const text = readFileSync(join(SRC, name), 'utf8')
    const found = text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'|(?:^|\n)import\s+'([^']+)'/g,
    )
    return { name, text, imports: [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '') }
  })

const folderOf = (name: string): string => (name.includes('/') ? (name.split('/')[0] ?? '') : '')
const layerOf = (name: string): number => (folderOf(name) === '' ? ROOT : (LAYER[folderOf(name)] ?? Number.NaN))
const targetOf = (from: string, specifier: string): string =>
  relative(SRC, resolve(dirname(join(SRC, from)), specifier))

const wrongArrows = (file: SourceFile): string[] =>
  file.imports.flatMap((specifier) => {
    if (!specifier.startsWith('.')) return []
    const target = targetOf(file.name, specifier)
    const down = layerOf(target) < layerOf(file.name)
    const sameRoom = folderOf(target) === folderOf(file.name)
    return down || sameRoom ? [] : [`${file.name} -> ${target}`]
  })

describe('layers of the hub', () => {
  it('finds the sources and knows a layer for every folder', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(files.filter(({ name }) => Number.isNaN(layerOf(name))).map(({ name }) => name)).toEqual([])
    expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(150)
  })

  it('imports point down, and edges never import each other', () => {
    expect(files.flatMap(wrongArrows)).toEqual([])
  })

  it('would see an arrow that points up', () => {
    const wrong = { name: 'domain/agent.ts', text: '', imports: ['../channels/socket.ts', '../kernel/result.ts'] }
    expect(wrongArrows(wrong)).toEqual(['domain/agent.ts -> channels/socket.ts'])
  })

  it('adapters do not import each other', () => {
    const sideways = files.flatMap(({ name, imports }) => {
      const [folder, adapter] = name.split('/')
      if (folder !== 'adapters') return []
      return imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => targetOf(name, specifier))
        .filter((target) => target.startsWith('adapters/') && target.split('/')[1] !== adapter)
        .map((target) => `${name} -> ${target}`)
    })
    expect(sideways).toEqual([])
  })

  it('each library is imported in its one place', () => {
    const strays = files.flatMap(({ name, imports }) =>
      imports
        .filter((specifier) => specifier in HOME && !name.startsWith(HOME[specifier] ?? ''))
        .map((specifier) => `${name} -> ${specifier}`),
    )
    expect(strays).toEqual([])
  })

  it('kernel and domain take nothing from the wire but model types', () => {
    const wire = files.flatMap(({ name, imports }) => {
      if (layerOf(name) > 3) return []
      const allowed = layerOf(name) > PROTOCOL ? ['@arcp/protocol/model'] : []
      return imports
        .filter((specifier) => specifier.startsWith('@arcp/') && !allowed.includes(specifier))
        .map((specifier) => `${name} -> ${specifier}`)
    })
    expect(wire).toEqual([])
  })

  it('the environment is read in config/load.ts only, clocks in kernel/clock.ts only', () => {
    const users = (pattern: RegExp): string[] => files.filter(({ text }) => pattern.test(text)).map(({ name }) => name)
    expect(users(/process\.env/)).toEqual(['config/load.ts'])
    expect(users(/Date\.now\(|performance\.now\(|setTimeout\(|setInterval\(/)).toEqual(['kernel/clock.ts'])
  })

  it('a store is loaded only where it is used: the database of Node warns of itself, and Redis makes the start longer', () => {
    const loads = new Map(
      files.map(({ name, text }) => {
        const found = text.matchAll(/(?:^|\n)(?:import|export) (?!type )[^'"]*?from\s+'([^']+)'/g)
        return [name, [...found].map((match) => match[1] ?? '')]
      }),
    )
    const loaded = new Set<string>()
    const load = (name: string): void => {
      if (loaded.has(name)) return
      loaded.add(name)
      for (const specifier of loads.get(name) ?? []) {
        load(specifier.startsWith('.') ? targetOf(name, specifier) : specifier)
      }
    }
    for (const entry of ['main.ts', 'run.ts', 'compose.ts']) load(entry)
    expect([...loaded]).toContain('adapters/memory/memory-store.ts')
    expect([...loaded].filter((name) => /^(node:sqlite|ioredis|adapters\/(sqlite|redis)\/)/.test(name))).toEqual([])
  })

  it('has no import cycle', () => {
    const graph = new Map(
      files.map(({ name, imports }) => [
        name,
        imports.filter((specifier) => specifier.startsWith('.')).map((specifier) => targetOf(name, specifier)),
      ]),
    )
    const done = new Set<string>()
    const walk = (name: string, path: readonly string[]): string[] => {
      if (path.includes(name)) return [[...path, name].join(' -> ')]
      if (done.has(name)) return []
      const found = (graph.get(name) ?? []).flatMap((next) => walk(next, [...path, name]))
      done.add(name)
      return found
    }
    expect([...graph.keys()].flatMap((name) => walk(name, []))).toEqual([])
  })
})
