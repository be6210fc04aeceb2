import { CLOSE_CODES } from '@arcp/protocol'
import { describe, expect, test } from 'vitest'
import { BACKOFF, IDLE, STABLE_MS, retryDelay, step, type ConnectionEvent, type State } from './connection-state.ts'

const closed = (code: number, at = 0, random = 0.5): ConnectionEvent => ({
  type: 'closed',
  code,
  reason: '',
  at,
  random,
})

function run(...events: ConnectionEvent[]) {
  let state: State = IDLE
  let effects: readonly { readonly type: string }[] = []
  for (const event of events) ({ state, effects } = step(state, event))
  return { state, effects: effects.map(({ type }) => type) }
}

const opened: ConnectionEvent = { type: 'opened', at: 0 }

describe('connection state', () => {
  test.each(CLOSE_CODES)('[K] $code $name: stays away or comes back as the table says', ({ code, retry }) => {
    const { state, effects } = run({ type: 'start' }, opened, closed(code))
    const away = retry === 'no' || retry === 'fresh-token'
    expect(state.kind).toBe(away ? 'ended' : 'waiting')
    expect(effects).toContain('release')
    expect(effects.includes('wait')).toBe(!away)
  })

  test('[K] a code nobody knows is worth another try, 4400-4499 is not', () => {
    expect(run({ type: 'start' }, opened, closed(1006)).state.kind).toBe('waiting')
    expect(run({ type: 'start' }, opened, closed(4477)).state.kind).toBe('ended')
  })

  test('attempts are counted anew only after a stable connection', () => {
    const failed: ConnectionEvent[] = [{ type: 'start' }, closed(1006), { type: 'due' }, closed(1006), { type: 'due' }]
    expect(run(...failed, opened, closed(1006, STABLE_MS - 1)).state).toEqual({ kind: 'waiting', attempt: 4 })
    expect(run(...failed, opened, closed(1006, STABLE_MS)).state).toEqual({ kind: 'waiting', attempt: 2 })
  })

  test('stop releases everything, and nothing moves after it', () => {
    expect(run({ type: 'start' }, opened, { type: 'stop' }).effects).toEqual(['release', 'report'])
    expect(run({ type: 'start' }, { type: 'stop' }, { type: 'due' }, opened, closed(1006)).effects).toEqual([])
  })

  test('[C10] a restart is spread over what the hub announced', () => {
    const events: ConnectionEvent[] = [{ type: 'start' }, opened, { type: 'draining', spreadMs: 18_000 }]
    const before = events.reduce<State>((state, event) => step(state, event).state, IDLE)
    const waits = step(before, closed(1012, 0, 0.999_999)).effects.find(({ type }) => type === 'wait')
    expect(waits).toEqual({ type: 'wait', ms: 18_000 })
  })
})

describe('retry delay', () => {
  const delay = (attempt: number, random: number, policy: 'yes' | 'jittered' | 'later' = 'yes') =>
    retryDelay({ attempt, random, policy, spreadMs: 0 })

  test('lies between the least and the doubling ceiling, also at first', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((attempt) => delay(attempt, 0))).toEqual(
      Array.from({ length: 7 }, () => BACKOFF.min),
    )
    expect([1, 2, 3, 4, 5, 6, 50].map((attempt) => delay(attempt, 0.999_999_9))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 20_000, 20_000,
    ])
  })

  test('[K] 1012 is spread at once, 1013 waits longer', () => {
    expect(delay(1, 0.999_999_9, 'jittered')).toBe(10_000)
    expect(delay(1, 0, 'later')).toBe(5000)
  })
})
