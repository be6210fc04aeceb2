import { describe, expect, it } from 'vitest'

import type { Route } from '@arcp/protocol/rest'

import { createBodyLimit, createMatcher } from './match.ts'

describe('which route a path is for', () => {
  const route = (path: Route['path'], method: Route['method'] = 'GET'): { readonly route: Route } => ({
    route: { method, path, tier: 'public', summary: '', success: 200, answers: {} },
  })
  const matching = createMatcher([
    route('/agents/{agent_id}'),
    route('/agents/{agent_id}', 'DELETE'),
    route('/agents/search'),
    route('/agents/{agent_id}/heartbeat', 'POST'),
    route('/agents/report-metrics/{agent_id}', 'POST'),
    route('/connections/{hub}/{id}', 'DELETE'),
    route('/schemas/{name}.json'),
  ])
  const found = (path: string): unknown => matching(path).map(({ route: { method }, params }) => [method, params])

  it('placeholders stand for one segment each, and get its text', () => {
    expect(found('/agents/a')).toEqual([
      ['GET', { agent_id: 'a' }],
      ['DELETE', { agent_id: 'a' }],
    ])
    expect(found('/connections/hub-1/17')).toEqual([['DELETE', { hub: 'hub-1', id: '17' }]])
    expect(found('/schemas/Agent.v1.json')).toEqual([['GET', { name: 'Agent.v1' }]])
  })

  it('a fixed segment wins over a placeholder', () => {
    expect(found('/agents/search')).toEqual([['GET', {}]])
    expect(found('/agents/report-metrics/heartbeat')).toEqual([['POST', { agent_id: 'heartbeat' }]])
  })

  it('what is empty, too long or not there matches nothing', () => {
    for (const path of ['/agents/', '/agents', '/agents/a/b', '/agents/a/heartbeat/', '/schemas/.json', '/', '']) {
      expect([path, found(path)]).toEqual([path, []])
    }
  })
})

describe('how much of a body is kept', () => {
  const MIB = 1_048_576
  const limit = createBodyLimit(MIB)

  it('depends on the route', () => {
    expect(limit('POST', '/agents/register')).toBe(MIB)
    expect(limit('POST', '/auth/agent/request_temp_token')).toBe(16_384)
  })

  it('is nothing where no body is read', () => {
    for (const [method, path] of [
      ['POST', '/agents/some-agent/heartbeat'],
      ['POST', '/tokens/validate'],
      ['POST', '/auth/agent/validate_compliance'],
      ['GET', '/agents'],
      ['PUT', '/agents/register'],
      ['POST', '/nothing'],
      ['POST', '/agents/register/'],
      ['post', '/agents/register'],
    ] as const) {
      expect([method, path, limit(method, path)]).toEqual([method, path, 0])
    }
  })

  it('is never more than MAX_JSON_SIZE', () => {
    expect(createBodyLimit(2048)('POST', '/auth/agent/request_temp_token')).toBe(2048)
  })
})
