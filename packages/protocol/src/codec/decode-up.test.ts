import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../frames/endpoint.ts'
import { decodeAgentAuth } from './decode-agent-auth.ts'
import { decodeDown } from './decode-down.ts'
import { decodeUp } from './decode-up.ts'

const ENDPOINTS: readonly Endpoint[] = ['public', 'agents', 'dashboard']
const KINDS = ['frame', 'ping', 'pong', 'not-json', 'unknown', 'invalid']

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

describe('decodeUp', () => {
  it('[C5] answers not-json for what is no JSON, on every endpoint', () => {
    for (const endpoint of ENDPOINTS) {
      for (const text of ['', '{', '{bad', 'hello', '{"type":"ping"}{}', "{'type':'ping'}", 'undefined', '\ufeff{}']) {
        expect(decodeUp(endpoint, text)).toStrictEqual({ kind: 'not-json' })
      }
    }
  })

  it('[C5] answers unknown with the type cut to 64 characters and without control characters', () => {
    expect(decodeUp('public', '{"type":"nope"}')).toStrictEqual({ kind: 'unknown', type: 'nope' })
    expect(decodeUp('public', JSON.stringify({ type: `a\u0000\u001b\u202e${'b'.repeat(500)}` }))).toStrictEqual({
      kind: 'unknown',
      type: `a${'b'.repeat(63)}`,
    })
    expect(decodeUp('public', String.raw`{"type":"a\ud800b"}`)).toStrictEqual({ kind: 'unknown', type: 'ab' })
  })

  it('[C5][X63] answers unknown (none) for what is no object or has no type', () => {
    for (const text of ['[]', '1', 'null', '"x"', 'true', '{}', '{"type":1}', '{"type":null}', '{"type":["ping"]}']) {
      expect(decodeUp('public', text)).toStrictEqual({ kind: 'unknown', type: '(none)' })
    }
  })

  it('[C6][X58] names the field of a known type and never echoes the value', () => {
    const canary = 'CANARY-c0ffee'
    for (const field of ['page', 'page_size', 'agent_type']) {
      for (const value of [canary + ' x', [canary], { [canary]: canary }, true]) {
        const decoded = decodeUp('public', JSON.stringify({ type: 'get_discovery', [field]: value }))
        expect(decoded).toMatchObject({ kind: 'invalid', type: 'get_discovery', path: `/${field}` })
        expect(JSON.stringify(decoded)).toContain(`${field} must be`)
        expect(JSON.stringify(decoded)).not.toContain(canary)
      }
    }
    expect(decodeUp('public', '{"type":"get_discovery","page":3}')).toMatchObject({ kind: 'frame' })
  })

  it('[A5][C6] says which numbers a field takes', () => {
    for (const [field, bad, expected] of [
      ['success_rate', 5, 'a number from 0 to 1'],
      ['error_rate', 'none', 'a number from 0 to 1'],
      ['avg_response_time', 3601, 'a number from 0 to 3600'],
      ['average_response_time', -1, 'a number from 0 to 3600'],
      ['error_rate', null, 'a number from 0 to 1'],
      ['total_requests', -1, 'an integer from 0 to 9007199254740991'],
      ['requests_processed', 1.5, 'an integer from 0 to 9007199254740991'],
    ] as const) {
      expect(decodeUp('agents', JSON.stringify({ type: 'heartbeat', metrics: { [field]: bad } }))).toStrictEqual({
        kind: 'invalid',
        type: 'heartbeat',
        path: `/metrics/${field}`,
        message: `metrics.${field} must be ${expected}`,
      })
    }
  })

  it('[C6] says which field is missing', () => {
    expect(decodeUp('dashboard', '{"type":"auth"}')).toStrictEqual({
      kind: 'invalid',
      type: 'auth',
      path: '/token',
      message: 'token is required',
    })
  })

  it('[X49] refuses JSON nested deeper than 16 levels without parsing it', () => {
    for (const depth of [17, 5000, 100_000]) {
      for (const text of [nested(depth), '['.repeat(depth), `{"type":"ping","x":${nested(depth)}}`]) {
        expect(decodeUp('public', text)).toStrictEqual({
          kind: 'invalid',
          type: '(none)',
          path: '',
          message: 'JSON is nested deeper than 16 levels',
        })
      }
    }
    expect(decodeUp('public', `{"type":"ping","x":${nested(15)}}`)).toMatchObject({ kind: 'frame' })
    expect(decodeUp('public', `{"type":"ping","x":"${nested(5000)}"}`)).toMatchObject({ kind: 'frame' })
  })

  it('[X50] refuses an array of 100,000 without parsing it', () => {
    const many = `{"type":"ping","x":[${Array.from({ length: 100_000 }, () => '1').join(',')}]}`
    expect(decodeUp('dashboard', many)).toMatchObject({ kind: 'invalid', type: '(none)', path: '' })
    const few = `{"type":"ping","x":[${Array.from({ length: 1000 }, () => '1').join(',')}]}`
    expect(decodeUp('dashboard', few)).toMatchObject({ kind: 'frame' })
  })

  it('[X51][X60] finds own types and fields only, and pollutes nothing', () => {
    for (const type of ['constructor', 'prototype', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'then']) {
      expect(decodeUp('public', JSON.stringify({ type }))).toStrictEqual({ kind: 'unknown', type })
    }
    const text =
      '{"type":"get_discovery","__proto__":{"page":9,"polluted":true},"constructor":{"prototype":{"x":1}},"then":1}'
    const decoded = decodeUp('public', text)
    expect(decoded).toStrictEqual({
      kind: 'frame',
      frame: { type: 'get_discovery', page: 1, page_size: 30, agent_type: null },
    })
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(decodeUp('public', '{"__proto__":{"type":"ping"}}')).toStrictEqual({ kind: 'unknown', type: '(none)' })
  })

  it('[X52] lets the last of equal keys win', () => {
    expect(decodeUp('public', '{"type":"get_discovery","page":1,"page":7}')).toMatchObject({ frame: { page: 7 } })
    expect(decodeUp('public', '{"type":"get_discovery","page":7,"page":"x"}')).toMatchObject({ path: '/page' })
  })

  it('[X53][X54][X55] refuses lone surrogates, controls and bidi marks in fields', () => {
    for (const bad of [
      String.raw`\ud800`,
      String.raw`\u0000`,
      String.raw`\u001b`,
      String.raw`\u0085`,
      String.raw`\u202e`,
    ]) {
      const log = `{"type":"dashboard_log","data":{"level":"INFO","message":"a${bad}b"}}`
      expect(decodeUp('dashboard', log)).toMatchObject({ kind: 'invalid', path: '/data/message' })
      const discovery = `{"type":"get_discovery","agent_type":"te${bad}st"}`
      expect(decodeUp('public', discovery)).toMatchObject({ kind: 'invalid', path: '/agent_type' })
    }
    expect(decodeUp('public', '{"type":"get_discovery","agent_type":"test"}')).toMatchObject({ kind: 'frame' })
  })

  it('[X56] takes no number that is not a safe integer', () => {
    for (const number of [
      '1e400',
      '-1e400',
      '1e308',
      '9007199254740993',
      '1.5',
      '"1e3"',
      '"Infinity"',
      '"NaN"',
      '"0x1"',
    ]) {
      const decoded = decodeUp('public', `{"type":"get_discovery","page":${number}}`)
      expect(decoded).toMatchObject({ kind: 'invalid', path: '/page' })
    }
    for (const number of ['NaN', 'Infinity', '01', '+1', '.5']) {
      expect(decodeUp('public', `{"type":"get_discovery","page":${number}}`)).toStrictEqual({ kind: 'not-json' })
    }
    expect(decodeUp('public', '{"type":"get_discovery","page":-0}')).toMatchObject({ frame: { page: 1 } })
  })

  it('[X57] takes no BOM, trailing data or comments', () => {
    for (const text of [
      '\ufeff{"type":"ping"}',
      '{"type":"ping"}\u0000',
      '{"type":"ping"},',
      '{"type":"ping"}//x',
      '{"type":"ping",}',
    ]) {
      expect(decodeUp('public', text)).toStrictEqual({ kind: 'not-json' })
    }
    expect(decodeUp('public', ' \r\n\t{"type":"ping"} ')).toMatchObject({ kind: 'frame' })
  })

  it('[X59][X61] ignores extra fields, also those with keys of 10 KB', () => {
    const text = JSON.stringify({ type: 'ping', ['k'.repeat(10_240)]: 'x' })
    expect(decodeUp('agents', text)).toStrictEqual({ kind: 'frame', frame: { type: 'ping' } })
  })

  it('[X62] measures texts in code points, at the limit in 4-byte characters', () => {
    const log = (length: number) =>
      JSON.stringify({ type: 'dashboard_log', data: { level: 'INFO', message: '\u{1F600}'.repeat(length) } })
    expect(decodeUp('dashboard', log(2048))).toMatchObject({ kind: 'frame' })
    expect(decodeUp('dashboard', log(2049))).toMatchObject({ kind: 'invalid', path: '/data/message' })
  })

  it('reports the first of many errors only', () => {
    const alerts = Array.from({ length: 1000 }, () => 0)
    const decoded = decodeUp('dashboard', JSON.stringify({ type: 'dashboard_alert', data: { alerts } }))
    expect(decoded).toMatchObject({ kind: 'invalid', path: '/data' })
  })

  it('[C6] [D8] of one alert or a list of them, names the field that is wrong', () => {
    const good = { title: 'Disk', message: 'x', severity: 'info', type: 't' }
    const bad = { ...good, severity: 'awful' }
    const tell = (data: unknown) => decodeUp('dashboard', JSON.stringify({ type: 'dashboard_alert', data }))
    const words = 'must be one of info, warning, critical'
    expect(tell(bad)).toMatchObject({ path: '/data/severity', message: `data.severity ${words}` })
    expect(tell({ alerts: [good, bad] })).toMatchObject({
      path: '/data/alerts/1/severity',
      message: `data.alerts.1.severity ${words}`,
    })
    for (const data of [{ alerts: [] }, {}, 5, { title: 'Disk' }]) {
      expect(tell(data)).toMatchObject({ path: '/data', message: expect.stringMatching(/one alert, or/) })
    }
    for (const data of [good, { alerts: [good] }]) expect(tell(data)).toMatchObject({ kind: 'frame' })
  })

  it('never throws on any text', () => {
    const jsonish = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .record(
          {
            type: fc.constantFrom(
              'ping',
              'auth',
              'get_discovery',
              'dashboard_log',
              'dashboard_alert',
              'heartbeat',
              'clear_logs',
            ),
            token: fc.jsonValue(),
            page: fc.jsonValue(),
            page_size: fc.jsonValue(),
            agent_type: fc.jsonValue(),
            data: fc.jsonValue(),
            metrics: fc.jsonValue(),
            pin: fc.jsonValue(),
          },
          { requiredKeys: ['type'] },
        )
        .map((value) => JSON.stringify(value)),
    )
    fc.assert(
      fc.property(fc.constantFrom(...ENDPOINTS), jsonish, (endpoint, text) => {
        expect(KINDS).toContain(decodeUp(endpoint, text).kind)
        expect(KINDS).toContain(decodeDown(endpoint, text).kind)
        expect([...KINDS, 'ok', 'no-token']).toContain(decodeAgentAuth(text).kind)
      }),
      { numRuns: 3000 },
    )
  })
})
