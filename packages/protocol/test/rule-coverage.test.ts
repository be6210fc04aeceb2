/** Every rule of PROTOCOL.md has a test somewhere in the repository, or stands in the list that may only shrink. */
import { describe, expect, it } from 'vitest'
import { CLOSE_CODES } from '../src/close-codes.ts'
import { idsInTests, readProtocol, readWaiting, rulesOf, testedIds } from './rule-ids.ts'

/** Rules that had no test at the start. Never add to it: write the test instead. */
const INITIALLY_WAITING: readonly string[] = (
  'C1 C2 C3 C4 C7 C8 C9 C10 C12 P1 P2 P3 P4 P5 P6 A1 A2 A3 A4 A5 A6 ' +
  'D1 D2 D3 D4 D5 D6 D7 D8 D9 L1 L2 L3 L4 L5 L6 L7 L8'
).split(' ')

const ALL_RULES = [...INITIALLY_WAITING, 'C5', 'C6', 'C11', 'K']

const rules = rulesOf(readProtocol())
const tested = testedIds()
const waiting = readWaiting()
const waitingIds = waiting.map((rule) => rule.id)

describe('rule coverage', () => {
  it('PROTOCOL.md has every rule once', () => {
    expect(rules.toSorted()).toStrictEqual(ALL_RULES.toSorted())
  })

  it('every rule has a test or waits for one', () => {
    const uncovered = rules.filter((id) => !tested.has(id) && !waitingIds.includes(id))
    expect(uncovered, 'write a test named [ID] …').toStrictEqual([])
  })

  it('no rule waits that has a test', () => {
    const done = waitingIds.filter((id) => tested.has(id))
    expect(done, 'remove them from test/waiting-rules.json').toStrictEqual([])
  })

  it('the waiting list only shrinks, names rules once and gives reasons', () => {
    expect(waitingIds.filter((id) => !INITIALLY_WAITING.includes(id))).toStrictEqual([])
    expect(new Set(waitingIds).size).toBe(waitingIds.length)
    expect(waiting.filter((rule) => rule.reason === '')).toStrictEqual([])
  })

  it('reads ids out of test names only', () => {
    const source = [
      `it('[P1][P2] [P3] does', () => {})`,
      'it(`[C4] is ${x}`, () => {})',
      `it.each([1, 2])("[A1] for %s", () => {})`,
      `// it is [D1]`,
      `const x = 'it [D2]'`,
      `it('does [D3]', () => {})`,
    ]
    expect(idsInTests(source.join('\n'))).toStrictEqual(['P1', 'P2', 'P3', 'C4', 'A1'])
  })
})

describe('PROTOCOL.md', () => {
  it('[K] lists the close codes as the table has them', () => {
    const rows = [...readProtocol().matchAll(/^\| (\d{4}) \| ([a-z-]+) \|/gm)].map((row) => [Number(row[1]), row[2]])
    expect(rows).toStrictEqual(CLOSE_CODES.map((entry) => [entry.code, entry.name]))
  })
})
