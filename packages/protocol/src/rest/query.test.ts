import { describe, expect, it } from 'vitest'
import {
  parseAgentQuery,
  parseAgentsQuery,
  parseBoolean,
  parseDiscoverQuery,
  parseInteger,
  parseList,
} from './query.ts'

const query = (text: string) => new URLSearchParams(text)

describe('query parameters', () => {
  it('reads booleans', () => {
    for (const text of ['true', 'True', '1', 'yes', 'on']) expect(parseBoolean(text)).toBe(true)
    for (const text of ['false', '0', 'NO', 'off']) expect(parseBoolean(text)).toBe(false)
    for (const text of ['', '2', 'maybe', 'truetruetrue']) expect(parseBoolean(text)).toBeNull()
  })

  it('[X119] reads plain integers within bounds only', () => {
    expect(parseInteger('10', 0, 100)).toBe(10)
    for (const text of ['-1', '101', '1e308', '1.0', '"1"', 'true', '', ' 1', '0x1', '9'.repeat(30)]) {
      expect(parseInteger(text, 0, 100)).toBeNull()
    }
    expect(Object.is(parseInteger('-0', 0, 100), 0)).toBe(true)
  })

  it('reads lists, one value or many', () => {
    expect(parseList([' a ', '', 'b'])).toStrictEqual(['a', 'b'])
  })

  it('GET /agents has its defaults', () => {
    expect(parseAgentsQuery(query(''))).toStrictEqual({
      ok: true,
      value: { agent_type: null, status: null, capabilities: [], include_metrics: false, limit: null, cursor: null },
    })
    expect(parseAgentsQuery(query('capabilities=a&capabilities=b&status=dead&include_metrics=true'))).toStrictEqual({
      ok: true,
      value: {
        agent_type: null,
        status: 'dead',
        capabilities: ['a', 'b'],
        include_metrics: true,
        limit: null,
        cursor: null,
      },
    })
    expect(parseAgentQuery(query(''))).toStrictEqual({ ok: true, value: { include_metrics: true } })
    expect(parseAgentQuery(query('include_metrics=perhaps'))).toMatchObject({ issues: [{ path: '/include_metrics' }] })
  })

  it('[decision 14] [X119] GET /agents is paged when limit or cursor is given, from 1 to 1000', () => {
    expect(parseAgentsQuery(query('limit=1000'))).toMatchObject({ value: { limit: 1000, cursor: null } })
    expect(parseAgentsQuery(query('cursor=abc'))).toMatchObject({ value: { limit: 100, cursor: 'abc' } })
    expect(parseAgentsQuery(query('cursor='))).toMatchObject({ value: { limit: 100, cursor: null } })
    for (const limit of ['0', '-1', '1001', '1e308', '"1"', 'true', '']) {
      expect(parseAgentsQuery(query(`limit=${encodeURIComponent(limit)}`)), limit).toStrictEqual({
        ok: false,
        issues: [{ path: '/limit', message: 'limit must be an integer from 1 to 1000' }],
      })
    }
  })

  it('[X119] GET /public/discover names the bad field', () => {
    expect(parseDiscoverQuery(query(''))).toMatchObject({ value: { limit: 50, offset: 0 } })
    expect(parseDiscoverQuery(query('limit=100&offset=7'))).toMatchObject({ value: { limit: 100, offset: 7 } })
    for (const limit of ['101', '-1', 'x', '1.5', '1e2']) {
      expect(parseDiscoverQuery(query(`limit=${limit}`))).toMatchObject({ ok: false, issues: [{ path: '/limit' }] })
    }
    expect(parseDiscoverQuery(query('offset=-1'))).toMatchObject({ ok: false, issues: [{ path: '/offset' }] })
  })
})
