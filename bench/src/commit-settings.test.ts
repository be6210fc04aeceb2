import { describe, expect, it } from 'vitest'

import { parseSettings, parseTimes } from './commit-settings.ts'

describe('what the committing program is told', () => {
  const settings = { store: 'bare sqlite', synchronous: 'normal', callers: 64, commits: 10, warmUp: 0 } as const

  it('arrives as it was sent', () => {
    expect(parseSettings(JSON.stringify(settings))).toEqual(settings)
  })

  it('must be whole', () => {
    expect(() => parseSettings('null')).toThrow('No settings')
    expect(() => parseSettings(JSON.stringify({ ...settings, store: 'redis' }))).toThrow('unknown store')
    expect(() => parseSettings(JSON.stringify({ ...settings, callers: '64' }))).toThrow('callers')
  })
})

describe('what it tells back', () => {
  it('is times', () => {
    const times = { elapsedMs: 3, cpuMs: 2, latencies: [1, 0.5] }
    expect(parseTimes(JSON.stringify(times))).toEqual(times)
    expect(() => parseTimes('{"elapsedMs":1,"cpuMs":1}')).toThrow('No latencies')
  })
})
