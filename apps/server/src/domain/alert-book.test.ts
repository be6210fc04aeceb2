import { describe, expect, it, vi } from 'vitest'

import { createAlertBook } from './alert-book.ts'

const alert = (id: string) =>
  ({ id, title: id, message: '', severity: 'warning', type: 'storage', timestamp: '2026-01-02T03:04:05.000Z' }) as const

const setUp = (max = 3) => {
  let second = 0
  const onFull = vi.fn()
  const book = createAlertBook({
    max,
    now: () => `2026-01-02T03:04:${String((second += 1)).padStart(2, '0')}.000Z`,
    onFull,
  })
  return { book, onFull, ids: () => book.all().map(({ id }) => id) }
}

describe('[D7] the book of alerts', () => {
  it('keeps each alert once, newest first', () => {
    const { book, ids } = setUp()
    expect(book.add([alert('a'), alert('b')]).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(book.add([alert('b'), alert('c')]).map(({ id }) => id)).toEqual(['c'])
    expect(ids()).toEqual(['c', 'b', 'a'])
  })

  it('is bounded: the oldest goes, and that is counted', () => {
    const { book, ids, onFull } = setUp()
    book.add(['a', 'b', 'c'].map(alert))
    expect(onFull).not.toHaveBeenCalled()
    book.add(['d', 'e'].map(alert))
    expect(ids()).toEqual(['e', 'd', 'c'])
    expect(onFull).toHaveBeenCalledTimes(2)
  })

  it('tells who listens of what the hub raised, and of nothing that was handed in', () => {
    const { book } = setUp()
    const told = vi.fn()
    const stop = book.onRaised(told)
    book.add([alert('from-a-page')])
    expect(told).not.toHaveBeenCalled()
    book.raise([alert('own'), alert('from-a-page')])
    expect(told).toHaveBeenCalledExactlyOnceWith([alert('own')])
    book.raise([alert('own')])
    stop()
    book.raise([alert('later')])
    expect(told).toHaveBeenCalledTimes(1)
  })

  it('[decision 14] remembers who acknowledged an alert first', () => {
    const { book } = setUp()
    book.add([alert('a')])
    expect(book.acknowledge('nobody-has-this', 'ARCP')).toBe(false)
    expect(book.acknowledge('a', 'ARCP')).toBe(true)
    expect(book.acknowledge('a', 'another')).toBe(true)
    expect(book.all()[0]?.acknowledged).toEqual({ by: 'ARCP', at: '2026-01-02T03:04:01.000Z' })
  })

  it('says when a condition ended, and forgets all when cleared', () => {
    const { book } = setUp()
    book.add([alert('a'), alert('b')])
    book.end('a')
    book.end('a')
    book.end('unknown')
    expect(book.all().map(({ cleared }) => cleared)).toEqual([undefined, '2026-01-02T03:04:01.000Z'])
    expect(book.clear()).toBe(2)
    expect(book.all()).toEqual([])
    expect(book.clear()).toBe(0)
  })
})
