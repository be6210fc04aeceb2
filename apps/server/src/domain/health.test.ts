import { describe, expect, it } from 'vitest'

import { ALL_WELL, judgeHealth, NO_SEARCH } from './health.ts'

const SQLITE = { kind: 'sqlite', available: true } as const
const REDIS = { kind: 'redis', available: true } as const
const report = (over: Partial<Parameters<typeof judgeHealth>[0]> = {}) =>
  judgeHealth({ storage: SQLITE, agents: { total: 4, alive: 4 }, search: NO_SEARCH, ...over })

describe('[D4] health', () => {
  it('without Redis and without embeddings by choice is healthy', () => {
    expect(report()).toEqual({
      status: 'healthy',
      reason: ALL_WELL,
      components: {
        storage: { status: 'healthy', redis: 'embedded' },
        agents: { total: 4, active: 4, status: 'healthy', connectivity_ratio: 1 },
        ai_services: { status: 'healthy', azure_openai: 'not_configured' },
      },
    })
    expect(report({ storage: REDIS }).components.storage).toEqual({ status: 'healthy', redis: 'connected' })
  })

  it.each([
    [0, 0, 'healthy', 'healthy', 1],
    [4, 2, 'healthy', 'healthy', 0.5],
    [5, 2, 'degraded', 'degraded', 0.4],
    [5, 0, 'degraded', 'unhealthy', 0],
  ])('of %i agents %i alive: %s', (total, alive, status, component, ratio) => {
    const found = report({ agents: { total, alive } })
    expect(found.status).toBe(status)
    expect(found.components.agents).toEqual({ total, active: alive, status: component, connectivity_ratio: ratio })
    expect(found.reason === ALL_WELL).toBe(status === 'healthy')
  })

  it('a store that is away is said, and with nobody alive nothing is left', () => {
    const away = { ...REDIS, available: false }
    expect(report({ storage: away })).toMatchObject({
      status: 'degraded',
      reason: expect.stringMatching(/Nothing can be stored/),
      components: { storage: { status: 'unhealthy', redis: 'error' } },
    })
    expect(report({ storage: away, agents: { total: 3, alive: 0 } })).toMatchObject({
      status: 'unhealthy',
      reason: expect.stringMatching(/stored.*; None of 3 agents is alive$/),
    })
  })

  it('embeddings that are set and away degrade it', () => {
    expect(report({ search: { configured: true, available: true, stored: 3 } }).status).toBe('healthy')
    expect(report({ search: { configured: true, available: false, stored: 3 } })).toMatchObject({
      status: 'degraded',
      components: { ai_services: { status: 'degraded', azure_openai: 'unavailable' } },
    })
  })
})
