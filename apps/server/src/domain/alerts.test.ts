import type { AlertSeverity, ResourceUtilization } from '@arcp/protocol/model'
import { describe, expect, it } from 'vitest'

import { ALERT_RULES, type AlertFigures } from './alert-rules.ts'
import { COOLDOWN_S, evaluateAlerts, NO_ALERTS, type AlertState } from './alerts.ts'

const CALM: AlertFigures = {
  requests: { total: 100, recent: 100, meanTime: 0.1, errorRate: 0 },
  agents: { total: 10, alive: 10 },
  storage: 'available',
  resources: { cpu: 10, memory: 10, network: 10, storage: 10 },
}

const START = Date.UTC(2026, 0, 2, 3, 4, 5)

const setUp = () => {
  let state: AlertState = NO_ALERTS
  let now = START
  /** What a series of evaluations, 5 s apart, raised, replaced and ended: `+warning performance`, `~id`, `-id`. */
  const see = (...series: readonly Partial<AlertFigures>[]): string[] => {
    const seen: string[] = []
    for (const figures of series) {
      const done = evaluateAlerts(state, { figures: { ...CALM, ...figures }, now, prefix: 'hub' })
      state = done.state
      now += 5000
      for (const id of done.replaced) seen.push(`~${id}`)
      for (const id of done.ended) seen.push(`-${id}`)
      for (const { severity, type, id } of done.raised) seen.push(`+${severity} ${type} ${id}`)
    }
    return seen
  }
  const wait = (seconds: number) => {
    now += seconds * 1000
  }
  return { see, wait }
}

const slow = (meanTime: number | null): Partial<AlertFigures> => ({ requests: { ...CALM.requests, meanTime } })
const failing = (errorRate: number, recent = 11): Partial<AlertFigures> => ({
  requests: { ...CALM.requests, errorRate, recent },
})
const load = (resources: Partial<ResourceUtilization>): Partial<AlertFigures> => ({
  resources: { ...CALM.resources, ...resources },
})

const severityOf = (figures: Partial<AlertFigures>): readonly [AlertSeverity, string] | undefined => {
  const seen = setUp().see(figures, figures)
  expect(seen.length).toBeLessThan(2)
  const [, severity, type] = /^\+(info|warning|critical) (\w+) hub-1$/.exec(seen[0] ?? '') ?? []
  return severity === 'info' || severity === 'warning' || severity === 'critical' ? [severity, type ?? ''] : undefined
}

describe('[D7] what is worth an alert', () => {
  it.each<[Partial<AlertFigures>, string | undefined, string]>([
    [{}, undefined, ''],
    [slow(null), undefined, ''],
    [slow(1), undefined, ''],
    [slow(1.01), 'info', 'performance'],
    [slow(1.51), 'warning', 'performance'],
    [slow(2), 'warning', 'performance'],
    [slow(2.01), 'critical', 'performance'],
    [failing(0.05), undefined, ''],
    [failing(0.051), 'info', 'errors'],
    [failing(0.151), 'warning', 'errors'],
    [failing(0.201), 'critical', 'errors'],
    [failing(1, 10), undefined, ''],
    [failing(1, 11), 'critical', 'errors'],
    [{ agents: { total: 0, alive: 0 } }, 'info', 'agents'],
    [{ agents: { total: 1, alive: 0 } }, 'critical', 'agents'],
    [{ agents: { total: 5, alive: 2 } }, 'warning', 'agents'],
    [{ agents: { total: 4, alive: 2 } }, undefined, ''],
    [{ storage: 'lost' }, 'critical', 'storage'],
    [{ storage: 'degraded' }, 'warning', 'storage'],
    [load({ cpu: 70 }), undefined, ''],
    [load({ cpu: 70.1 }), 'info', 'resources'],
    [load({ cpu: 80.1 }), 'warning', 'resources'],
    [load({ cpu: 90.1 }), 'critical', 'resources'],
    [load({ memory: 75.1 }), 'info', 'resources'],
    [load({ memory: 85.1 }), 'warning', 'resources'],
    [load({ memory: 95.1 }), 'critical', 'resources'],
    [load({ storage: 80.1 }), 'info', 'resources'],
    [load({ storage: 85.1 }), 'warning', 'resources'],
    [load({ storage: 95.1 }), 'critical', 'resources'],
    [load({ network: 60 }), undefined, ''],
    [load({ network: 60.1 }), 'warning', 'resources'],
    [load({ network: 80.1 }), 'critical', 'resources'],
    [load({ cpu: null, memory: null, network: null, storage: null }), undefined, ''],
  ])('%j: %s %s', (figures, severity, type) => {
    expect(severityOf(figures)).toEqual(severity === undefined ? undefined : [severity, type])
  })

  it('says what is wrong in numbers', () => {
    const figures = { ...CALM, ...slow(1.7), agents: { total: 9, alive: 1 } }
    const { raised } = evaluateAlerts(NO_ALERTS, { figures, now: START, prefix: 'hub' })
    expect(raised).toEqual([
      {
        id: 'hub-1',
        type: 'performance',
        title: 'High response time',
        severity: 'warning',
        message: 'Requests take 1.7 s on average (above 1.5 s)',
        timestamp: '2026-01-02T03:04:05.000Z',
      },
      {
        id: 'hub-2',
        type: 'agents',
        title: 'Agent connectivity',
        severity: 'warning',
        message: 'Only 1 of 9 agents are alive',
        timestamp: '2026-01-02T03:04:05.000Z',
      },
    ])
    expect(new Set(ALERT_RULES.map(({ key }) => key)).size).toBe(ALERT_RULES.length)
  })
})

describe('[D7] one alert per condition', () => {
  it('is raised once while the condition lasts, and again after it ended', () => {
    const { see } = setUp()
    expect(see({ storage: 'lost' }, { storage: 'lost' }, { storage: 'lost' })).toEqual(['+critical storage hub-1'])
    expect(see({}, {}, {})).toEqual(['-hub-1'])
    expect(see({ storage: 'lost' })).toEqual(['+critical storage hub-2'])
  })

  it.each([
    [{ storage: 'lost' } as const, 'critical'],
    [{ storage: 'degraded' } as const, 'warning'],
    [{ agents: { total: 0, alive: 0 } }, 'info'],
  ] as const)('%j is raised once more when the cooldown of %s has passed', (figures, severity) => {
    const { see, wait } = setUp()
    expect(see(figures)).toHaveLength(1)
    wait(COOLDOWN_S[severity] - 5 - 1)
    expect(see(figures)).toEqual([])
    expect(see(figures)).toEqual(['~hub-1', expect.stringMatching(new RegExp(`^\\+${severity} \\w+ hub-2$`))])
    expect(see(figures)).toEqual([])
  })

  it('what flickers is one alert: it ends after two calm looks in a row', () => {
    const { see } = setUp()
    const away = { storage: 'lost' } as const
    expect(see(away, {}, away, {}, away, {})).toEqual(['+critical storage hub-1'])
    expect(see({})).toEqual(['-hub-1'])
  })

  it('a figure that hovers at its threshold is one alert: it ends five percent below', () => {
    const { see } = setUp()
    expect(see(slow(1.01), slow(0.99), slow(0.96), slow(1.01))).toEqual(['+info performance hub-1'])
    expect(see(slow(0.95), slow(0.95))).toEqual(['-hub-1'])
    expect(see(slow(0.99))).toEqual([])
  })

  it('a change of severity is an alert of its own: worse at once, better after two looks', () => {
    const { see } = setUp()
    expect(see(slow(1.2), slow(1.7), slow(2.5))).toEqual([
      '+info performance hub-1',
      '~hub-1',
      '+warning performance hub-2',
      '~hub-2',
      '+critical performance hub-3',
    ])
    expect(see(slow(1.95), slow(1.7))).toEqual([])
    expect(see(slow(1.7))).toEqual(['~hub-3', '+warning performance hub-4'])
  })

  it('a peak of a moment on the machine is none', () => {
    const { see } = setUp()
    expect(see(load({ cpu: 99 }), {}, load({ cpu: 99 }), {})).toEqual([])
    expect(see(load({ cpu: 99 }), load({ cpu: 99 }))).toEqual(['+critical resources hub-1'])
  })

  it('conditions do not hide each other', () => {
    const both = { ...load({ cpu: 99, memory: 99 }), storage: 'lost' } as const
    expect(setUp().see(both, both)).toEqual([
      '+critical storage hub-1',
      '+critical resources hub-2',
      '+critical resources hub-3',
    ])
  })
})
