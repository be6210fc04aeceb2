import { createFakeTime } from '@arcp/testkit'
import { expect, it } from 'vitest'

import { createSharedText } from './shared-text.ts'

const setUp = (costMs: number) => {
  const time = createFakeTime()
  let built = 0
  let version = 0
  const text = createSharedText({
    clock: time.clock,
    version: () => version,
    build: () => {
      built += 1
      time.freeze(costMs)
      return `text ${built}`
    },
  })
  return { time, text, change: () => void (version += 1) }
}

it('a text is kept for nine times as long as it took to build', () => {
  const { time, text } = setUp(10)
  expect([text(), text()]).toEqual(['text 1', 'text 1'])
  time.advance(89)
  expect(text()).toBe('text 1')
  time.advance(1)
  expect(text()).toBe('text 2')
})

it('one that cost nothing is built anew, and so is one of another version', () => {
  const free = setUp(0)
  expect([free.text(), free.text()]).toEqual(['text 1', 'text 2'])
  const dear = setUp(10)
  dear.text()
  dear.change()
  expect(dear.text()).toBe('text 2')
})
