import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConnectBody, parseNotifyBody } from './parse-connection.ts'
import type { Parsed } from './parsed.ts'

const user = { user_id: 'u@example.org', user_endpoint: 'https://me.example/callback' }
const sender = { agent_id: 'sender-1', agent_endpoint: 'http://sender.example:8010' }
const pathsOf = (result: Parsed<unknown>) => (result.ok ? [] : result.issues.map(({ path }) => path))

describe('parseConnectBody', () => {
  it('takes what is needed and fills in the rest', () => {
    expect(parseConnectBody(user)).toStrictEqual({
      ok: true,
      value: { ...user, display_name: 'Anonymous User', additional_info: {} },
    })
    const additional_info = { text: 'x', n: 1.5, yes: true, list: [1, 'a', null], nested: { deep: { er: [] } } }
    expect(parseConnectBody({ ...user, display_name: ' Ada ', additional_info, role: 'admin' })).toStrictEqual({
      ok: true,
      value: { ...user, display_name: 'Ada', additional_info },
    })
    expect(parseConnectBody({ ...user, display_name: '  ', additional_info: null })).toMatchObject({
      value: { display_name: 'Anonymous User', additional_info: {} },
    })
  })

  it.each<[string, unknown, string]>([
    ['no object', 'x', ''],
    ['no user_id', { user_id: undefined }, '/user_id'],
    ['a user_id of one character', { user_id: 'a' }, '/user_id'],
    ['a user_id with a line end', { user_id: 'ab\r\ncd' }, '/user_id'],
    ['a user_id that is a path', { user_id: '../x' }, '/user_id'],
    ['no endpoint', { user_endpoint: null }, '/user_endpoint'],
    ['another scheme', { user_endpoint: 'file:///etc/passwd' }, '/user_endpoint'],
    ['javascript:', { user_endpoint: 'javascript:alert(1)' }, '/user_endpoint'],
    ['a long endpoint', { user_endpoint: `https://a.example/${'x'.repeat(2048)}` }, '/user_endpoint'],
    ['a name of 201', { display_name: 'x'.repeat(201) }, '/display_name'],
    ['a name with a control character', { display_name: 'a\u0007b' }, '/display_name'],
    ['a name with a bidi override', { display_name: 'a\u202Eb' }, '/display_name'],
    ['info that is a list', { additional_info: [] }, '/additional_info'],
    [
      'info with 51 keys',
      { additional_info: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, n])) },
      '/additional_info',
    ],
    ['info with null', { additional_info: { a: null } }, '/additional_info'],
    ['info with a long key', { additional_info: { ['k'.repeat(101)]: 1 } }, '/additional_info'],
    ['info with a long text', { additional_info: { a: { b: 'x'.repeat(1001) } } }, '/additional_info'],
    ['info too deep', { additional_info: { a: [[[[[[[[1]]]]]]]] } }, '/additional_info'],
    ['info with __proto__', { additional_info: JSON.parse('{"__proto__":1}') }, '/additional_info'],
  ])('refuses %s', (_, changes, path) => {
    const body = typeof changes === 'object' ? { ...user, ...changes } : changes
    expect(pathsOf(parseConnectBody(body))).toStrictEqual([path])
  })
})

describe('parseNotifyBody', () => {
  it('takes an agent, its endpoint, and facts', () => {
    expect(parseNotifyBody(sender)).toStrictEqual({ ok: true, value: { ...sender, agent_info: {} } })
    expect(parseNotifyBody({ ...sender, agent_info: { a: [1] } })).toMatchObject({ value: { agent_info: { a: [1] } } })
  })

  it('names every missing field', () => {
    expect(pathsOf(parseNotifyBody({}))).toStrictEqual(['/agent_id', '/agent_endpoint'])
    expect(pathsOf(parseNotifyBody([]))).toStrictEqual([''])
    expect(pathsOf(parseNotifyBody({ agent_id: 'a:b:c', agent_endpoint: 'ftp://x', agent_info: 1 }))).toStrictEqual([
      '/agent_id',
      '/agent_endpoint',
      '/agent_info',
    ])
  })

  it('never throws on any JSON', () => {
    const keys = fc.constantFrom('agent_id', 'agent_endpoint', 'agent_info', 'user_id', 'additional_info')
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue())), (body) => {
        expect(typeof parseNotifyBody(body).ok).toBe('boolean')
        expect(typeof parseConnectBody(body).ok).toBe('boolean')
      }),
      { numRuns: 2000 },
    )
  })
})
