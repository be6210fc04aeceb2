import { describe, expect, it } from 'vitest'

import { judge } from './verdict.ts'

describe('verdicts', () => {
  it('gates at 0.7 of the target', () => {
    const verdict = (measured: number) => judge([{ measured, target: 400, gated: true }])
    expect(verdict(400)).toEqual({ verdict: 'met', failed: false })
    expect(verdict(571)).toEqual({ verdict: 'not met', failed: false })
    expect(verdict(572)).toEqual({ verdict: 'NOT MET, beyond the gate', failed: true })
  })

  it('wants every target met, and fails on gated ones only', () => {
    const p50 = { measured: 0.4, target: 0.5, gated: true }
    expect(judge([p50, { measured: 9, target: 2 }])).toEqual({ verdict: 'not met', failed: false })
    expect(judge([{ measured: 9, target: 2 }])).toEqual({ verdict: 'not met (not gated)', failed: false })
  })
})
