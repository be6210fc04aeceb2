import { describe, expect, test } from 'vitest'
import { diffRows } from './diff-rows.ts'

/** What the page does with a diff. */
function apply(present: readonly string[], wanted: readonly string[]) {
  const { removed, placed } = diffRows(present, wanted)
  const rows = present.filter((id) => !removed.includes(id))
  for (const { id, before } of placed) {
    const at = rows.indexOf(id)
    if (at !== -1) rows.splice(at, 1)
    rows.splice(before === null ? rows.length : rows.indexOf(before), 0, id)
  }
  return { rows, moves: placed.length }
}

const ids = (text: string) => text.split('')

describe('diffRows', () => {
  test.each([
    ['', 'abc', 3],
    ['abc', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'abcd', 1],
    ['abc', 'xabc', 1],
    ['abcd', 'acd', 0],
    ['abcde', 'eabcd', 1],
    ['abcde', 'bcdea', 1],
    ['abc', 'cba', 2],
    ['abcdef', 'axcybzf', 4],
  ])('%j to %j in %d moves', (present, wanted, moves) => {
    expect(apply(ids(present), ids(wanted))).toEqual({ rows: ids(wanted), moves })
  })

  test('comes out right for every order of five rows', () => {
    for (const wanted of orders(ids('abcde'))) expect(apply(ids('abxcde'), wanted).rows).toEqual(wanted)
  })
})

function orders(rest: readonly string[]): string[][] {
  if (rest.length === 0) return [[]]
  return rest.flatMap((id) => orders(rest.filter((other) => other !== id)).map((tail) => [id].concat(tail)))
}
