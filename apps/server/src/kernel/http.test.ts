import { describe, expect, it } from 'vitest'

import { single } from './http.ts'

describe('single', () => {
  const headers = new Map([
    ['host', ['a.example']],
    ['origin', ['https://a.example', 'https://b.example']],
    ['empty', ['']],
    ['none', []],
  ])

  it('is the value of a header that was sent once', () => {
    expect(single(headers, 'host')).toBe('a.example')
    expect(single(headers, 'empty')).toBe('')
  })

  it('is undefined for a header that is missing or was sent twice', () => {
    expect(single(headers, 'cookie')).toBeUndefined()
    expect(single(headers, 'none')).toBeUndefined()
    expect(single(headers, 'origin')).toBeUndefined()
  })
})
