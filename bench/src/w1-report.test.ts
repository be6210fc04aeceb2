import { describe, expect, it } from 'vitest'

import { summarise } from './stats.ts'
import { detailW1, summariseW1 } from './w1-report.ts'
import type { W1Row, W1Subject } from './w1.ts'

const row = (subject: W1Subject, subscribers: number, lastMs: number): W1Row => ({
  subject,
  agents: 10,
  subscribers,
  frameBytes: 5800,
  first: summarise([1]),
  last: summarise([lastMs]),
  cpuMs: 2,
  cpuSpread: 0,
  roundMs: 5,
  aloneMs: 1,
  raw: { last: [[lastMs]], cpuMs: [2] },
})

describe('lists to everybody', () => {
  const rows = [row('hub', 20, 3), row('hub', 100, 4), row('bare uWS', 100, 1), row('reference', 100, 30)]
  const plan = { agents: [10], subscribers: [20, 100], samples: 1, repetitions: 1, referenceSamples: 1 }

  it('are summed up for the largest audience, beside both peers', () => {
    expect(summariseW1({ plan, rows }).map(({ ours, peer }) => [ours, peer])).toEqual([
      ['4.00 / 4.00 ms, CPU 2.00 ms', 'bare uWS: 1.00 / 1.00 ms, CPU 2.00 ms; reference: 30.0 / 30.0 ms, CPU 2.00 ms'],
    ])
  })

  it('have no figure for CPU that is lost in the noise', () => {
    const lost = { ...row('hub', 100, 4), cpuMs: -7 }
    expect(summariseW1({ plan, rows: [lost] }).map(({ ours }) => ours)).toEqual(['4.00 / 4.00 ms, CPU lost in noise'])
  })

  it('show what each delivery costs', () => {
    const cells = detailW1({ plan, rows })
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
    const column = cells[0]?.indexOf('CPU µs/delivery') ?? 0
    expect(cells.slice(2).map((line) => line[column])).toEqual(['100', '20', '20', '20'])
  })
})
