import { createFakeTime } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import { judgeHealth, NO_SEARCH } from '../../domain/health.ts'
import type { StoreStatus } from '../../domain/ports.ts'
import { createReplica } from '../../live/replica.ts'
import { isProblem } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { serviceHandlers } from './service.ts'

const never = async (): Promise<never> => {
  throw new Error('not asked in these tests')
}

const exchange: Exchange = {
  request: {
    method: 'GET',
    path: '/',
    query: '',
    headers: new Map(),
    address: '192.0.2.1',
    scheme: 'http',
    body: never,
  },
  agentId: '',
  params: {},
  query: new URLSearchParams(),
  token: undefined,
  json: never,
}

/** What each route says of a hub with this store. */
const states = async (storage: StoreStatus): Promise<Readonly<Record<string, unknown>>> => {
  const time = createFakeTime()
  const replica = createReplica(time.scheduler)
  const routes = serviceHandlers({
    replica,
    version: '1.2.3',
    clock: time.clock,
    health: () => judgeHealth({ storage, agents: replica.counts(), search: NO_SEARCH }),
    storage: () => storage,
    search: () => NO_SEARCH,
    notReady: () => undefined,
  })
  const said: Record<string, unknown> = {}
  for (const name of ['root', 'health', 'readyz', 'livez'] as const) {
    const answer = await routes[name](exchange)
    if (isProblem(answer)) throw new Error(answer.detail)
    const { status }: { readonly status: unknown } = JSON.parse(String(answer.body))
    said[name] = status
  }
  return said
}

describe('the state of the hub', () => {
  it('is the same wherever it is asked for', async () => {
    for (const kind of ['memory', 'sqlite', 'redis'] as const) {
      expect(await states({ kind, available: true })).toEqual({
        root: 'healthy',
        health: 'healthy',
        readyz: 'ready',
        livez: 'ok',
      })
      expect(await states({ kind, available: false })).toEqual({
        root: 'degraded',
        health: 'degraded',
        readyz: 'degraded',
        livez: 'ok',
      })
    }
  })
})
