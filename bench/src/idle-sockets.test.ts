import { describe, expect, it } from 'vitest'

import { sourceAddress } from './idle-sockets.ts'

describe('idle sockets', () => {
  it('come from addresses of their own, so that ports do not run out', () => {
    expect([0, 3999, 4000, 14_999].map(sourceAddress)).toEqual(['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.5'])
  })
})
