import { describe, expect, it } from 'vitest'

import { ms, table } from './table.ts'

describe('table', () => {
  it('is Markdown with columns of one width', () => {
    expect(
      table(
        ['what', 'n'],
        [
          ['a', 1],
          ['longer', 10],
        ],
      ),
    ).toBe(['| what   | n   |', '| ------ | --- |', '| a      | 1   |', '| longer | 10  |'].join('\n'))
  })

  it('shows as many digits as a measurement deserves', () => {
    expect([ms(0.1234), ms(12.34), ms(123.4), ms(undefined)]).toEqual(['0.12', '12.3', '123', '-'])
  })
})
