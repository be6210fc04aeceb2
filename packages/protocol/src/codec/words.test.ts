import { describe, expect, it } from 'vitest'
import { bareWord } from './words.ts'

describe('bareWord', () => {
  it('knows ping and pong, trimmed, in any case', () => {
    for (const text of ['ping', 'PING', ' Ping\n', '\tpInG ']) expect(bareWord(text)).toBe('ping')
    for (const text of ['pong', 'PONG', ' pong\r\n']) expect(bareWord(text)).toBe('pong')
  })

  it('knows nothing else', () => {
    for (const text of ['', 'p', 'pingpong', '"ping"', '{}', 'p\u0131ng', ' '.repeat(100) + 'ping']) {
      expect(bareWord(text)).toBeNull()
    }
  })
})
