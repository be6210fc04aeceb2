import { describe, expect, test } from 'vitest'
import { filterOf, matches, searchWith } from './filter.ts'

const row = { text: 'harbour watch\nmonitoring-agent-1\nmonitoring\nport scan' }

describe('filter', () => {
  test.each([
    ['', true],
    ['   ', true],
    ['HARBOUR', true],
    ['scan  watch', true],
    ['scan quill', false],
    ['[.*', false],
  ])('%j matches: %j', (filter, expected) => {
    expect(matches(row, filter)).toBe(expected)
  })

  test('lives in the URL beside other parameters', () => {
    expect(searchWith('?a=1', 'port scan&x')).toBe('?a=1&q=port+scan%26x')
    expect(filterOf('?a=1&q=port+scan%26x')).toBe('port scan&x')
    expect(searchWith('?a=1&q=old', ' ')).toBe('?a=1')
    expect(searchWith('?q=old', '')).toBe('')
    expect(filterOf('')).toBe('')
    expect(filterOf(`?q=${'x'.repeat(500)}`)).toHaveLength(200)
  })
})
