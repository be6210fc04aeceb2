import { describe, expect, test } from 'vitest'
import { parseHubTime, relativeTime } from './hub-time.ts'

describe('parseHubTime', () => {
  test('[C11] reads naive UTC to the millisecond', () => {
    expect(parseHubTime('2025-09-07 21:28:48.934468')).toBe(Date.UTC(2025, 8, 7, 21, 28, 48, 934))
  })

  test.each(['', 'now', '2025-09-07T21:28:48.934Z', '2025-13-07 21:28:48.934468', '2025-09-07 21:28:48'])(
    '%j is none',
    (text) => {
      expect(parseHubTime(text)).toBeNull()
    },
  )
})

describe('relativeTime', () => {
  const second = 1000
  const [minute, hour, day] = [60 * second, 3600 * second, 86_400 * second]
  test.each([
    [-5 * second, 'now'],
    [0, 'now'],
    [2 * second - 1, 'now'],
    [2 * second, '2 s ago'],
    [minute - 1, '59 s ago'],
    [minute, '1 min ago'],
    [hour - 1, '59 min ago'],
    [hour, '1 h ago'],
    [hour + 5 * minute, '1 h 5 min ago'],
    [day - 1, '23 h 59 min ago'],
    [3 * day, '3 d ago'],
  ])('%d ms is %s', (ago, text) => {
    expect(relativeTime(1_000_000_000, 1_000_000_000 + ago)).toBe(text)
  })
})
