/** Any change of a frame or model schema needs a line in the ledger of `src/version.ts`. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AgentListFrame } from '../src/frames/agent-list.ts'
import { DOWN } from '../src/frames/down.ts'
import { UP } from '../src/frames/up.ts'
import * as model from '../src/model/index.ts'
import { WIRE_VERSION, WIRE_VERSIONS } from '../src/version.ts'

/** JSON with sorted keys: the order in which a schema was written does not count. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]))
}

function schemasOf(exported: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(exported).filter(([, value]) => typeof value === 'object'))
}

const everything = JSON.stringify(
  canonical({ up: UP, down: { ...DOWN, list: AgentListFrame }, model: schemasOf(model) }),
)
const hash = createHash('sha256').update(everything).digest('hex')

describe('wire version ledger', () => {
  it('its last line has the hash of the schemas as they are', () => {
    expect(WIRE_VERSIONS.at(-1)?.schemaHash, 'a schema changed: add a line to WIRE_VERSIONS').toBe(hash)
  })

  it('versions and dates never go back, and the last is the one spoken', () => {
    const versions = WIRE_VERSIONS.map((line) => line.version)
    const dates = WIRE_VERSIONS.map((line) => line.date)
    expect(versions).toStrictEqual(versions.toSorted((a, b) => a - b))
    expect(dates).toStrictEqual(dates.toSorted())
    expect(versions.at(-1)).toBe(WIRE_VERSION)
  })

  it('sees a change', () => {
    expect(JSON.stringify(canonical({ b: 1, a: [{ d: 1, c: 2 }] }))).toBe('{"a":[{"c":2,"d":1}],"b":1}')
    expect(everything).toContain('"get_discovery"')
    expect(everything).toContain('"maxLength":100')
  })
})
