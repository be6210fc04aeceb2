import { describe, expect, it, vi } from 'vitest'

import { createLogBook } from './log-book.ts'

const entry = (message: string) =>
  ({ timestamp: '2026-01-02T03:04:05.000Z', level: 'INFO', message, source: 'test' }) as const
const filled = (count: number, maxEntries = 3, maxMessage = 100) => {
  const book = createLogBook({ maxEntries, maxMessage })
  for (let n = 1; n <= count; n += 1) book.append(entry(`line ${n}`))
  return book
}
const messages = (book: ReturnType<typeof filled>, limit = 100) => book.newest(limit).map(({ message }) => message)

describe('[D6] the log operators see', () => {
  it('keeps the newest entries, newest first', () => {
    expect(messages(filled(0))).toEqual([])
    expect(messages(filled(2))).toEqual(['line 2', 'line 1'])
    expect(messages(filled(3))).toEqual(['line 3', 'line 2', 'line 1'])
    expect(messages(filled(8))).toEqual(['line 8', 'line 7', 'line 6'])
    expect(messages(filled(8), 2)).toEqual(['line 8', 'line 7'])
  })

  it('cuts long messages, never through a character', () => {
    const book = createLogBook({ maxEntries: 9, maxMessage: 5 })
    for (const text of ['12345', '123456', 'abc😀de', 'abcd😀']) book.append(entry(text))
    expect(messages(book)).toEqual(['abcd…', 'abc…', '1234…', '12345'])
    expect(messages(book).join('')).not.toMatch(/\p{Surrogate}/u)
  })

  it('is empty after clearing and goes on from there', () => {
    const book = filled(5)
    book.clear()
    expect(messages(book)).toEqual([])
    for (const text of ['a', 'b', 'c', 'd']) book.append(entry(text))
    expect(messages(book)).toEqual(['d', 'c', 'b'])
    expect(book.count()).toBe(9)
  })

  it('[X141] an entry costs the same in a full book as in an empty one', () => {
    const book = filled(0, 10_000, 2048)
    for (let n = 0; n < 300_000; n += 1) book.append(entry(String(n)))
    expect(messages(book, 1)).toEqual(['299999'])
    expect(book.newest(1_000_000)).toHaveLength(10_000)
    // Nothing of what is kept is touched again: the same objects before and after.
    const before = book.newest(10_000)
    book.append(entry('one more'))
    const after = book.newest(10_000)
    expect(after.slice(1).every((kept, at) => kept === before[at])).toBe(true)
  })

  it('a listener that throws or writes itself breaks neither logging nor the others', () => {
    const book = filled(0)
    const told = vi.fn()
    book.onEntry(() => {
      throw new Error('no')
    })
    book.onEntry(() => book.append(entry('from a listener')))
    const stop = book.onEntry(told)
    book.append(entry('first'))
    expect(told).toHaveBeenCalledTimes(1)
    expect(messages(book)).toEqual(['from a listener', 'first'])
    stop()
    book.append(entry('second'))
    expect(told).toHaveBeenCalledTimes(1)
  })
})
