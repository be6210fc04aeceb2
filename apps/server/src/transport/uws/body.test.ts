import { describe, expect, it } from 'vitest'

import { err, ok } from '../../kernel/result.ts'
import { createBodyBudget, createBodyCollector } from './body.ts'

const bytes = (text: string): ArrayBuffer => Uint8Array.from(Buffer.from(text)).buffer

const setUp = (limit: number, total = 1000) => {
  let refused = 0
  const budget = createBodyBudget(total, () => {
    refused += 1
  })
  return { budget, body: createBodyCollector(limit, budget), refused: () => refused }
}

describe('a body', () => {
  it('[X26] is put together from its chunks, whose memory is used again', async () => {
    const { body } = setUp(20)
    const chunk = bytes('abc')
    body.push(chunk, false)
    new Uint8Array(chunk).fill(0)
    body.push(bytes('defg'), false)
    body.push(bytes(''), true)
    const read = await body.read()
    expect(read.ok && Buffer.from(read.value).toString()).toBe('abcdefg')
  })

  it('of many one-byte chunks holds less than twice its bytes', async () => {
    const { body, budget } = setUp(1_000_000, 10_000_000)
    for (let index = 0; index < 70_000; index += 1) body.push(bytes('x'), false)
    expect(budget.held()).toBeLessThan(140_000)
    body.push(bytes('x'), true)
    const read = await body.read()
    expect(read.ok && read.value.length).toBe(70_001)
  })

  it('[X26] may have the limit and not a byte more', async () => {
    const fits = setUp(4)
    fits.body.push(bytes('ab'), false)
    fits.body.push(bytes('cd'), true)
    expect(await fits.body.read()).toEqual(ok(Buffer.from('abcd')))
    const over = setUp(4)
    over.body.push(bytes('abcd'), false)
    expect(over.budget.held()).toBe(4)
    over.body.push(bytes('e'), false)
    expect(await over.body.read()).toEqual(err({ kind: 'too-large', limit: 4 }))
    expect(over.budget.held()).toBe(0)
  })

  it('that nobody reads is never kept', () => {
    const { body, budget } = setUp(0)
    body.push(bytes('abc'), false)
    body.push(bytes('abc'), true)
    expect(budget.held()).toBe(0)
  })

  it('gives its bytes back once when it is answered or its peer goes', async () => {
    const { body, budget } = setUp(100)
    body.push(bytes('abc'), false)
    expect(budget.held()).toBe(3)
    body.abort()
    body.release()
    expect(budget.held()).toBe(0)
    body.push(bytes('abc'), false)
    expect(budget.held()).toBe(0)
    expect(await body.read()).toEqual(err({ kind: 'aborted' }))
  })

  it('has no room when all bodies together hold too much, and has it again when one is gone', async () => {
    const { body, budget, refused } = setUp(100, 10)
    body.push(bytes('12345678'), false)
    const second = createBodyCollector(100, budget)
    second.push(bytes('123'), true)
    expect(await second.read()).toEqual(err({ kind: 'no-room' }))
    expect([budget.held(), refused()]).toEqual([8, 1])
    body.release()
    const third = createBodyCollector(100, budget)
    third.push(bytes('123'), true)
    expect(await third.read()).toEqual(ok(Buffer.from('123')))
  })
})
