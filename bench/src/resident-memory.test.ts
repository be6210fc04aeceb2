import { describe, expect, it } from 'vitest'

import { bytesIn } from './resident-memory.ts'

describe('resident memory', () => {
  const text =
    '00400000-7ffd ---p 00000000 00:00 0 [rollup]\nRss:               41232 kB\nPss:  100 kB\nSwapPss: 1 kB\n'

  it('is read by its name, not by a part of it', () => {
    expect(bytesIn(text, 'Rss')).toBe(41_232 * 1024)
    expect(bytesIn(text, 'Pss')).toBe(102_400)
    expect(() => bytesIn(text, 'ss')).toThrow('No ss')
  })
})
