import { describe, expect, it } from 'vitest'

import { decodeCursor, encodeCursor } from './cursor.ts'

describe('cursors', () => {
  it('[decision 14] come back as they went out', () => {
    for (const registeredAt of [0, 1_795_461_831_394, 8.64e15]) {
      for (const id of ['abc', 'A-z_0-9', 'x'.repeat(100)]) {
        expect(decodeCursor(encodeCursor({ registeredAt, id }))).toEqual({ registeredAt, id })
      }
    }
  })

  it.each([
    '',
    'x',
    '{}',
    encodeCursor({ registeredAt: 8.65e15, id: 'abc' }),
    encodeCursor({ registeredAt: -1, id: 'abc' }),
    encodeCursor({ registeredAt: 1.5, id: 'abc' }),
    encodeCursor({ registeredAt: 1, id: 'ab' }),
    encodeCursor({ registeredAt: 1, id: 'a b c' }),
    encodeCursor({ registeredAt: 1, id: 'аgent' }),
    `${encodeCursor({ registeredAt: 1, id: 'abc' })}=`,
    ` ${encodeCursor({ registeredAt: 1, id: 'abc' })}`,
    Buffer.from('01 abc').toString('base64url'),
    Buffer.from('1 abc\n').toString('base64url'),
  ])('[X119] that no page gave are none: %j', (text) => {
    expect(decodeCursor(text)).toBeUndefined()
  })
})
