import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const folder = new URL('../src/', import.meta.url)
const shipped = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /(?<!\.test)\.ts$/.test(name),
)

describe('what ships', () => {
  test.each(shipped)('%s imports only its neighbours and the light door of the protocol', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const imported = [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].map((match) => match[1])
    for (const each of imported) expect(each).toMatch(/^(\.{1,2}\/.*\.ts|@arcp\/protocol)$/)
    expect(text).not.toMatch(/\b(?:process|Buffer|require)\b[.(]/)
  })
})
