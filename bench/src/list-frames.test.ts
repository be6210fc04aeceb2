import { describe, expect, it } from 'vitest'

import type { SkimmedFrame } from './frame-skimmer.ts'
import { isList, seesBy, totalCount } from './list-frames.ts'

const frame = (text: string): SkimmedFrame => ({
  opcode: 1,
  length: text.length,
  head: Buffer.from(text.slice(0, 64)),
  tail: Buffer.from(text),
})
const list = (ids: readonly string[], total: number, cut: boolean): SkimmedFrame =>
  frame(
    JSON.stringify({
      type: 'agents_update',
      data: { agents: ids.map((id) => ({ agent_id: id })), total_count: total, ...(cut ? { truncated: true } : {}) },
    }),
  )

describe('a list', () => {
  it('shows an agent by its id', () => {
    expect(seesBy(list(['agent-a', 'agent-b'], 2, false), 'agent-b', 2)).toBe('id')
    expect(seesBy(list(['agent-a', 'agent-bb'], 2, false), 'agent-b', 2)).toBeUndefined()
  })

  it('shows it by its count only where it is cut', () => {
    expect(seesBy(list(['agent-a'], 2, true), 'agent-b', 2)).toBe('count')
    expect(seesBy(list(['agent-a'], 1, true), 'agent-b', 2)).toBeUndefined()
    expect(seesBy(list(['agent-a'], 2, false), 'agent-b', 2)).toBeUndefined()
  })

  it('is told from other frames, and its count is read in either spelling', () => {
    expect(isList(frame('{"type":"stats_update","agent-b":"agent-b"}'))).toBe(false)
    expect(seesBy(frame('{"type":"stats_update","id":"agent-b"}'), 'agent-b', 1)).toBeUndefined()
    expect(totalCount(frame('{"type": "agents_update", "data": {"agents": [], "total_count": 17}}'))).toBe(17)
    expect(totalCount(list([], 4, false))).toBe(4)
  })
})
