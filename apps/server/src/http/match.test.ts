import { describe, expect, it } from 'vitest'

import { createBodyLimit } from './match.ts'

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
