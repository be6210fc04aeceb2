import { describe, expect, test } from 'vitest'
import { NOT_YET, connectionChanged, heard, staleText, stateText } from './connection-view.ts'
import { clockTime } from './hub-time.ts'

const AT = Date.UTC(2026, 0, 1, 12, 30, 5)
const waiting = (reason = '') => ({ state: 'waiting', attempt: 2, retryInMs: 700, code: 1006, reason }) as const

describe('connection view', () => {
  test('is live only once the hub has spoken', () => {
    expect(connectionChanged(NOT_YET, { state: 'open' }).state).toBe('connecting')
    expect(heard(AT).state).toBe('live')
    expect(staleText(heard(AT))).toBeNull()
  })

  test('says since when what is shown is old, and keeps that time through all attempts', () => {
    const lost = connectionChanged(heard(AT), waiting())
    const again = connectionChanged(lost, { state: 'connecting', attempt: 2 })
    for (const each of [lost, again, connectionChanged(again, { state: 'open' })]) {
      expect(stateText(each)).toBe('Reconnecting')
      expect(staleText(each)).toContain(`Stale since ${clockTime(AT)}.`)
    }
  })

  test('repeats what the hub said, and says when trying is over', () => {
    expect(staleText(connectionChanged(NOT_YET, waiting('Public WebSocket capacity reached')))).toBe(
      'The hub has not answered yet. The hub said: Public WebSocket capacity reached. Trying again by itself.',
    )
    const closed = connectionChanged(heard(AT), { state: 'closed', code: 1008, reason: 'Too many messages' })
    expect(staleText(closed)).toContain('Reload the page')
  })
})
