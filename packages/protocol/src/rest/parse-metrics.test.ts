import { describe, expect, it } from 'vitest'
import { parseMetricsReport, parseRequestReport } from './parse-metrics.ts'

const paths = (input: unknown): readonly string[] => {
  const parsed = parseMetricsReport(input, 'agent-a')
  return parsed.ok ? [] : parsed.issues.map(({ path }) => path)
}

const GOOD = {
  success_rate: 1,
  avg_response_time: 3600,
  average_response_time: 0,
  total_requests: Number.MAX_SAFE_INTEGER,
  requests_processed: 0,
  error_rate: 0.5,
}

describe('a report of metrics', () => {
  it('[decision 6] takes every number at its bounds, and any part of them', () => {
    expect(parseMetricsReport(GOOD, 'agent-a')).toStrictEqual({ ok: true, value: GOOD })
    expect(parseMetricsReport({ error_rate: 0 }, 'agent-a')).toStrictEqual({ ok: true, value: { error_rate: 0 } })
    expect(parseMetricsReport({}, 'agent-a')).toStrictEqual({ ok: true, value: {} })
    expect(parseMetricsReport({ error_rate: -0 }, 'agent-a')).toStrictEqual({ ok: true, value: { error_rate: 0 } })
  })

  it('[X117] names the field that is out of bounds, and never its value', () => {
    for (const name of Object.keys(GOOD)) {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -0.001, 1e308, '1', true, null, [1], { valueOf: 1 }]) {
        expect(paths({ ...GOOD, [name]: bad }), `${name} ${String(bad)}`).toStrictEqual([`/${name}`])
      }
    }
    expect(paths({ total_requests: 1.5, success_rate: 1.0001 })).toStrictEqual(['/success_rate', '/total_requests'])
    expect(parseMetricsReport({ success_rate: 987_654 }, 'agent-a')).toStrictEqual({
      ok: false,
      issues: [{ path: '/success_rate', message: 'success_rate must be a number from 0 to 1' }],
    })
  })

  it('[X117] is of the agent it names, and sets neither reputation nor anything it does not know', () => {
    expect(paths({ agent_id: 'agent-b' })).toStrictEqual(['/agent_id'])
    expect(paths({ agent_id: null })).toStrictEqual(['/agent_id'])
    const odd: unknown = JSON.parse(
      '{"agent_id":"agent-a","reputation_score":10,"last_active":"x","__dict__":{},"__proto__":{"success_rate":1},"error_rate":1}',
    )
    expect(parseMetricsReport(odd, 'agent-a')).toStrictEqual({ ok: true, value: { error_rate: 1 } })
  })

  it('is a JSON object', () => {
    for (const input of [null, [], 'x', 1, true]) expect(paths(input)).toStrictEqual([''])
  })
})

describe('a report of one request', () => {
  const parse = (text: string) => parseRequestReport(new URLSearchParams(text))

  it('[decision 6] has a response time in seconds, and was a success unless told otherwise', () => {
    const value = { response_time: 0.25, success: true }
    for (const text of ['0.25', '.25', '25e-2', '+0.25'])
      expect(parse(`response_time=${encodeURIComponent(text)}`)).toStrictEqual({ ok: true, value })
    expect(parse('response_time=3600&success=false')).toMatchObject({ value: { response_time: 3600, success: false } })
    expect(parse('response_time=-0')).toStrictEqual({ ok: true, value: { response_time: 0, success: true } })
  })

  it('[X117] names the parameter that is missing or bad', () => {
    expect(parse('')).toMatchObject({ issues: [{ message: 'response_time is required in the query' }] })
    for (const text of [
      '-1',
      '3600.1',
      'NaN',
      'Infinity',
      '1e308',
      '1e400',
      '0x10',
      '',
      ' 1',
      '1 2',
      'true',
      '9'.repeat(50),
    ]) {
      expect(parse(`response_time=${encodeURIComponent(text)}`), text).toMatchObject({
        issues: [{ path: '/response_time', message: 'response_time must be a number of seconds from 0 to 3600' }],
      })
    }
    expect(parse('response_time=1&success=perhaps')).toMatchObject({ issues: [{ path: '/success' }] })
  })
})
