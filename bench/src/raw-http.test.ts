import { describe, expect, it } from 'vitest'

import { parseReply, requestBytes } from './raw-http.ts'

describe('raw HTTP', () => {
  it('writes a request with its length in bytes', () => {
    const bytes = requestBytes('POST', '/agents/register', { token: 't', body: { name: 'é' } })
    expect(bytes.toString()).toBe(
      'POST /agents/register HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer t\r\n' +
        'content-type: application/json\r\ncontent-length: 13\r\n\r\n{"name":"é"}',
    )
    expect(requestBytes('GET', '/').toString()).toBe('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
  })

  it('waits for the whole answer', () => {
    const answer = Buffer.from('HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 4\r\n\r\nbody')
    for (let size = 0; size < answer.length; size += 1) expect(parseReply(answer.subarray(0, size))).toBeUndefined()
    expect(parseReply(answer)).toEqual({
      status: 200,
      head: 'HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 4',
      body: 'body',
    })
  })

  it('does not guess the end of an answer without a length', () => {
    expect(() => parseReply(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('Content-Length')
  })
})
