import { describe, expect, it } from 'vitest'

import { redact } from './redact.ts'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjNG40cnkifQ.c4n4ry-signature'

describe('[S15] what looks like a credential is not written down', () => {
  it.each([
    `Bearer ${JWT}`,
    `the header was authorization: bearer c4n4ry-opaque-token`,
    `GET /tokens/validate?token=${JWT}&x=1`,
    `GET /x?access_token=c4n4ry`,
    `?authorization=Bearer%20c4n4ry-opaque`,
    JSON.stringify({ deep: { er: [{ password: 'c4n4ry"\\' }] } }),
    JSON.stringify({ headers: { Authorization: 'c4n4ry' } }),
    JSON.stringify({ text: JSON.stringify({ pin: 'x' }), err: { message: `bad ${JWT}` }, agent_key: 'c4n4ry' }),
  ])('%s', (text) => {
    expect(text).toMatch(/c4n4ry|eyJ/)
    expect(redact(text)).not.toMatch(/c4n4ry|eyJ/)
    expect(redact(text)).toContain('[redacted]')
  })

  it('leaves everything else as it is, and JSON as JSON', () => {
    for (const text of [
      'token-invalid',
      'Send Authorization: Bearer <token>',
      'tokens=3',
      '{"agent_id":"pin-board"}',
    ]) {
      expect(redact(text)).toBe(text)
    }
    const line = JSON.stringify({ pin: 1234, token: 'a"b\\', next: { n: 1, path: `/x?token=${JWT}` }, tail: true })
    expect(JSON.parse(redact(line))).toEqual({
      pin: '[redacted]',
      token: '[redacted]',
      next: { n: 1, path: '/x?token=[redacted]' },
      tail: true,
    })
  })

  it('takes no longer for texts made to be slow', () => {
    for (const text of [
      'eyJ'.repeat(30_000),
      '"pin":"'.repeat(20_000),
      `"token":"${'\\\\'.repeat(60_000)}`,
      'bearer '.repeat(20_000),
    ]) {
      const before = process.cpuUsage().user
      redact(text)
      expect((process.cpuUsage().user - before) / 1000).toBeLessThan(500)
    }
  })
})
