import { describe, expect, it } from 'vitest'

import { detailW6, summariseW6 } from './w6-report.ts'
import { headersOf, type W6Plan, type W6Request, type W6Row, type W6Subject } from './w6.ts'

const plan: W6Plan = {
  agents: 50,
  callers: 1,
  heartbeats: 1,
  discoveries: 1,
  repetitions: 1,
  referenceHeartbeats: 0,
  referenceDiscoveries: 0,
}

const row = (request: W6Request, subject: W6Subject, perCpuSecond: number): W6Row => ({
  request,
  subject,
  requests: 1,
  bodyBytes: 100,
  perCpuSecond,
  perCpuSecondSpread: 0,
  perSecond: perCpuSecond,
  p50: 1,
  p99: 1,
  raw: [],
})

describe('heartbeats and discoveries', () => {
  const rows = [
    row('heartbeat', 'bare uWS', 40_000),
    row('heartbeat', 'hub', 30_000),
    row('discover', 'bare uWS', 40_000),
    row('discover', 'hub', 20_000),
  ]

  it('are a share of what the bare library does, judged for heartbeats', () => {
    expect(summariseW6({ plan, rows }).map(({ ours, verdict }) => [ours, verdict])).toEqual([
      ['30.0k/CPU-s, 75 % of bare uWS', 'met (not gated)'],
      ['20.0k/CPU-s, 50 % of bare uWS', 'not judged'],
    ])
    const slow = [row('heartbeat', 'bare uWS', 40_000), row('heartbeat', 'hub', 20_000)]
    expect(summariseW6({ plan, rows: slow }).map(({ verdict }) => verdict)).toEqual(['not met (not gated)'])
  })

  it('are compared with the reference where it ran', () => {
    const summary = summariseW6({ plan, rows: [...rows, row('discover', 'reference', 39)] })
    expect(summary[1]).toMatchObject({ verdict: 'met (not gated)', peer: 'bare uWS 40.0k/CPU-s; reference 39/CPU-s' })
  })

  it('show the CPU of one', () => {
    expect(detailW6({ plan, rows }).split('\n')[3]).toContain(' 33.3 ')
  })
})

it('the floor answers with the headers of the hub, less those the library writes', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nuWebSockets: 20\r\nx-a: b: c\r\nContent-Length: 4'
  expect(headersOf(head)).toEqual([
    ['content-type', 'application/json'],
    ['x-a', 'b: c'],
  ])
})
