import { describe, expect, it } from 'vitest'

import type { LogFields } from '../kernel/logger.ts'
import { createAlertBook } from './alert-book.ts'
import { createAlertWatch } from './alert-watch.ts'

const START = Date.UTC(2026, 0, 2)

const setUp = () => {
  const lines: unknown[] = []
  const counted: string[] = []
  const say = (level: string) => (event: string, fields?: LogFields) =>
    void lines.push([level, event, fields?.['alert'], fields?.['title']])
  const book = createAlertBook({ max: 10, now: () => '2026-01-02T00:00:00.000Z', onFull: () => undefined })
  const watch = createAlertWatch({
    book,
    logger: { info: say('info'), warn: say('warn') },
    meter: { alert: (type, severity) => void counted.push(`${type} ${severity}`) },
    prefix: 'hub',
  })
  let now = START
  const look = (meanTime: number): void => {
    now += 5000
    watch(
      {
        requests: { total: 100, recent: 100, meanTime, errorRate: 0 },
        agents: { total: 1, alive: 1 },
        storage: 'available',
        resources: { cpu: 1, memory: 1, network: 1, storage: 1 },
      },
      now,
    )
  }
  const cleared = () => book.all().map(({ id, cleared: at }) => [id, at !== undefined])
  return { look, lines, counted, cleared }
}

describe('[D7] the watch over alerts', () => {
  it('says what began and what ended, once each', () => {
    const { look, lines, counted, cleared } = setUp()
    for (const meanTime of [1.2, 1.2, 0.1, 0.1, 0.1]) look(meanTime)
    expect(lines).toEqual([
      ['info', 'alert_raised', 'hub-1', 'High response time'],
      ['info', 'alert_cleared', 'hub-1', 'High response time'],
    ])
    expect(counted).toEqual(['performance info'])
    expect(cleared()).toEqual([['hub-1', true]])
  })

  it('what got worse is not over: the one before ends without a word', () => {
    const { look, lines, counted, cleared } = setUp()
    look(1.7)
    look(2.5)
    expect(lines).toEqual([
      ['warn', 'alert_raised', 'hub-1', 'High response time'],
      ['warn', 'alert_raised', 'hub-2', 'High response time'],
    ])
    expect(counted).toEqual(['performance warning', 'performance critical'])
    expect(cleared()).toEqual([
      ['hub-2', false],
      ['hub-1', true],
    ])
  })
})
