import { describe, expect, it } from 'vitest'

import { summariseW12 } from './w12-report.ts'
import type { W12Plan, W12Row } from './w12.ts'

const plan: W12Plan = { callers: [1], commits: 1, slowCommits: 1, synchronous: ['full'], requests: 1, repetitions: 1 }

const row = (part: W12Row['part'], subject: string, perSecond: number, callers = 1): W12Row => ({
  part,
  subject,
  isPeer: subject.startsWith('bare'),
  callers,
  commits: 1,
  perSecond,
  perSecondSpread: 0,
  p50: 0.004,
  p99: 1,
  p999: 12,
  max: 12,
  cpuUs: 20,
  raw: [],
})

describe('commits', () => {
  const rows = [
    row('store', 'memory', 60_000),
    row('store', 'bare sqlite, full', 900),
    row('store', 'sqlite, full', 800),
    row('store', 'bare sqlite, full', 5000, 64),
    row('REST', 'bare uWS', 20_000),
    row('REST', 'sqlite', 700),
  ]
  const summary = summariseW12({ plan, rows })

  it('stand beside the peer of their part, store and number of callers', () => {
    expect(summary.map(({ ours }) => ours.split(',')[0])).toEqual(['60.0k/s', '800/s', '700/s'])
    expect(summary.map(({ peer }) => peer.split('/s')[0])).toEqual(['-', 'bare sqlite, full: 900', 'bare uWS: 20.0k'])
  })

  it('are judged over REST with one caller, and fail no run', () => {
    expect(summary.map(({ verdict }) => verdict)).toEqual(['not judged', 'not judged', 'not met (not gated)'])
    expect(summary.every(({ failed }) => !failed)).toBe(true)
    expect(summary[0]?.ours).toContain('0.0040 / 1.00 / 12.0 ms')
  })
})
