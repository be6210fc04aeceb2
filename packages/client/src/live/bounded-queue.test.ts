import { describe, expect, test } from 'vitest'
import { createBoundedQueue } from './bounded-queue.ts'

describe('bounded queue', () => {
  test('drops the oldest beyond its limit and says how many', async () => {
    const totals: number[] = []
    const queue = createBoundedQueue<number>(2, (total) => totals.push(total))
    for (const value of [1, 2, 3, 4]) queue.push(value)
    expect(totals).toEqual([1, 2])
    expect(queue.dropped()).toBe(2)
    expect([await queue.next(), await queue.next()]).toEqual([
      { done: false, value: 3 },
      { done: false, value: 4 },
    ])
  })

  test('hands a value to the reader that waited longest', async () => {
    const queue = createBoundedQueue<string>(1, () => {})
    const [first, second] = [queue.next(), queue.next()]
    queue.push('a')
    queue.push('b')
    expect(await Promise.all([first, second])).toMatchObject([{ value: 'a' }, { value: 'b' }])
  })

  test('hands out what waits before the end, and the error once', async () => {
    const queue = createBoundedQueue<string>(5, () => {})
    queue.push('last')
    queue.end(new Error('gone'))
    expect(await queue.next()).toEqual({ done: false, value: 'last' })
    await expect(queue.next()).rejects.toThrow('gone')
    expect(await queue.next()).toEqual({ done: true, value: undefined })
  })

  test('clear ends waiting readers and throws away the rest', async () => {
    const queue = createBoundedQueue<string>(5, () => {})
    const waiting = queue.next()
    queue.clear()
    queue.push('late')
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await queue.next()).toEqual({ done: true, value: undefined })
  })
})
