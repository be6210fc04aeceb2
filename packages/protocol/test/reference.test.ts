/** Frames of the reference implementation decode here too, but for the differences listed below. */
import { describe, expect, it } from 'vitest'
import { decodeAgentAuth } from '../src/codec/decode-agent-auth.ts'
import { decodeDown } from '../src/codec/decode-down.ts'
import { decodeUp } from '../src/codec/decode-up.ts'
import type { Endpoint } from '../src/frames/endpoint.ts'
import { readText } from './vector-files.ts'

interface Line {
  readonly endpoint: Endpoint
  readonly direction: 'up' | 'down'
  readonly frame: string | { readonly type?: string }
}

function parseLine(text: string): Line {
  return JSON.parse(text)
}

const lines = readText('reference.jsonl').trim().split('\n').map(parseLine)

/**
 * On the dashboard the reference writes `+00:00` where C11 says `Z`, naive times inside records, and null alert ids.
 * Spelled our way these frames decode: the test rewrites exactly that and nothing else.
 */
function spelledOurWay(text: string): string {
  return text
    .replaceAll('+00:00"', 'Z"')
    .replaceAll(/"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})"/g, '"$1Z"')
    .replaceAll('"id":null', '"id":"alert-1"')
}

/** Client frames the reference answers with an error, as ours does. */
const REFUSED = new Map([
  ['{bad', 'not-json'],
  ['{"type":"nope"}', 'unknown'],
])

describe('frames of the reference', () => {
  for (const [index, { endpoint, direction, frame }] of lines.entries()) {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
    const expected = REFUSED.get(text) ?? (text === 'ping' || text === 'pong' ? text : 'frame')
    it(`line ${index + 1}: ${endpoint} ${direction} is ${expected}`, () => {
      if (direction === 'up') expect(decodeUp(endpoint, text).kind).toBe(expected)
      else expect(decodeDown(endpoint, endpoint === 'dashboard' ? spelledOurWay(text) : text).kind).toBe(expected)
    })
  }

  it('[C11] as they are, dashboard frames are refused for their times', () => {
    const texts = lines.filter((line) => line.endpoint === 'dashboard' && line.direction === 'down')
    for (const { frame } of texts) {
      expect(decodeDown('dashboard', JSON.stringify(frame))).toMatchObject({ kind: 'invalid' })
    }
    expect(texts.length).toBeGreaterThan(8)
  })

  it('the first frame of an agent has a token and no type', () => {
    const first = lines.find((line) => line.endpoint === 'agents' && line.direction === 'up')
    expect(decodeAgentAuth(JSON.stringify(first?.frame))).toStrictEqual({ kind: 'ok', token: '<jwt>', live: false })
  })
})
