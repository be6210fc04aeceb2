import { describe, expect, it } from 'vitest'

import { summariseW8 } from './w8-report.ts'
import { marginal, perSocket } from './w8-reading.ts'
import type { SubjectName } from './w8-subjects.ts'
import type { W8Plan, W8Row } from './w8.ts'

const plan: W8Plan = {
  sockets: 1,
  agentSockets: 1,
  repetitions: 1,
  churn: 0,
  settleMs: 0,
  idleMs: 0,
  profiled: 0,
}

const row = (subject: SubjectName, sockets: number, bytes: number, idle?: number): W8Row => ({
  subject,
  sockets,
  perSocket: bytes,
  marginal: bytes,
  spread: 0,
  idleCpuPercent: idle,
  framesWhileIdle: 0,
  lost: 0,
  raw: [],
})

describe('memory per socket', () => {
  it('is the difference over all sockets, and from a third of them on', () => {
    const reading = {
      sockets: 10,
      before: 1000,
      atThird: 1900,
      withAll: 2600,
      afterIdle: undefined,
      idleCpuPercent: undefined,
      framesWhileIdle: 0,
      lost: 0,
    }
    expect([perSocket(reading), marginal(reading)]).toEqual([160, 100])
  })
})

describe('the verdict', () => {
  const failed = (rows: W8Row[]): boolean[] => summariseW8({ plan, rows, profiles: [] }).map((one) => one.failed)

  it('is gated where there are enough sockets to tell', () => {
    expect(failed([row('hub public', 5000, 2286), row('hub agent, live', 5000, 5714)])).toEqual([true, false])
    expect(failed([row('hub public', 4999, 9000)])).toEqual([false])
  })

  it('shows peers beside ours, and judges idle CPU without a gate', () => {
    const rows = [row('bare uWS', 10, 400), row('ws', 10, 4000), row('hub public', 10, 1500, 2)]
    expect(summariseW8({ plan, rows, profiles: [] })).toMatchObject([
      { ours: '1.50 KB', peer: 'bare uWS 0.40, ws 4.00 KB', verdict: 'met (not gated)' },
      { ours: '2.00 %', verdict: 'not met (not gated)', failed: false },
    ])
  })
})
