/** Owns: reading the golden vectors for the tests. Must not know: what is expected of them. */
import { readFileSync } from 'node:fs'

export interface FrameCase {
  readonly about: string
  readonly name: string
  readonly text?: string
  readonly json?: unknown
  readonly expect: { readonly kind: string; readonly frame?: unknown; readonly type?: string; readonly path?: string }
}

export interface BodyCase {
  readonly name: string
  readonly text?: string
  readonly body?: unknown
  readonly set?: Readonly<Record<string, unknown>>
  readonly unset?: readonly string[]
  readonly expect: {
    readonly ok: boolean
    readonly value?: unknown
    readonly paths?: readonly string[]
    readonly kind?: string
    readonly field?: string
  }
}

export interface VectorFile<C> {
  readonly format: 1
  readonly base?: Readonly<Record<string, unknown>>
  readonly rules?: { readonly allowedTypes: readonly string[] }
  readonly cases: readonly C[]
}

export function readText(file: string): string {
  return readFileSync(new URL(`vectors/${file}`, import.meta.url), 'utf8')
}

/** Our own data: its shape is taken on trust, the tests fail loudly when it is wrong. */
export function readVectors<C>(file: string): VectorFile<C> {
  return JSON.parse(readText(file))
}

export function textOf(testCase: FrameCase): string {
  return testCase.text ?? JSON.stringify(testCase.json)
}

/** The body of a case: `body`, parsed `text`, or the base with keys set and unset. */
export function bodyOf(file: VectorFile<BodyCase>, testCase: BodyCase): unknown {
  if (testCase.text !== undefined) return JSON.parse(testCase.text)
  if (file.base === undefined || testCase.body !== undefined) return testCase.body
  const unset = testCase.unset ?? []
  const entries = Object.entries({ ...file.base, ...testCase.set }).filter(([key]) => !unset.includes(key))
  return Object.fromEntries(entries)
}
