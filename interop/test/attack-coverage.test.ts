// Every attack of the catalogue that this version can suffer has a test somewhere in the repository whose name begins
// with its number, `[X30] …`, or stands in waiting-attacks.json with the reason. The list may only shrink.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { testedIds } from '../../packages/protocol/test/rule-ids.ts'

interface Waiting {
  readonly id: number
  readonly reason: string
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** All but what a browser shows: these are listed once they are there to be attacked. */
const CATALOGUE = [...range(1, 135), 138, 139, ...range(144, 147), ...range(149, 153)]
const INITIALLY_WAITING: ReadonlySet<number> = new Set([24, 90, 91, 108, 109, 110, 121, 122, 124, 125, 126, 127])

const waiting: readonly Waiting[] = JSON.parse(readFileSync(new URL('waiting-attacks.json', import.meta.url), 'utf8'))
const waitingIds = waiting.map(({ id }) => id)
const tested = testedIds()
const isTested = (id: number): boolean => tested.has(`X${id}`)

describe('attack coverage', () => {
  test('every attack has a test or waits for one', () => {
    const open = CATALOGUE.filter((id) => !isTested(id) && !waitingIds.includes(id))
    expect(open, 'write a test named [X<id>] …').toStrictEqual([])
  })

  test('no attack waits that has a test', () => {
    expect(waitingIds.filter(isTested), 'remove them from test/waiting-attacks.json').toStrictEqual([])
  })

  test('the waiting list only shrinks, names attacks once and gives reasons', () => {
    expect(waitingIds.filter((id) => !INITIALLY_WAITING.has(id))).toStrictEqual([])
    expect(new Set(waitingIds).size).toBe(waitingIds.length)
    expect(waiting.filter(({ reason }) => reason === '')).toStrictEqual([])
  })
})
