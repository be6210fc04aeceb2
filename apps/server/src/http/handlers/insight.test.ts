import {
  AgentStats,
  AlertAck,
  DashboardConfig,
  HealthAzure,
  HealthConfig,
  HealthDetailed,
  HealthRedis,
  UiSettingsAnswer,
} from '@arcp/protocol/rest'
import { createFakeTime } from '@arcp/testkit'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { describe, expect, it } from 'vitest'

import { createAlertBook } from '../../domain/alert-book.ts'
import { judgeHealth, NO_SEARCH, type SearchState } from '../../domain/health.ts'
import type { StoreStatus } from '../../domain/ports.ts'
import { createUiSettings } from '../../domain/ui-settings.ts'
import { ok } from '../../kernel/result.ts'
import { createReplica } from '../../live/replica.ts'
import { isProblem } from '../answer.ts'
import type { Handler, SignedExchange } from '../exchange.ts'
import type { Gate } from '../gate.ts'
import { healthHandlers } from './health.ts'
import { insightHandlers } from './insight.ts'

const SESSION = { id: 's', user: 'ARCP', openedAt: 0, expiresAt: 1, pinSet: false, pinVerifiedAt: undefined }
const ADMIN = { kind: 'admin', user: 'ARCP', sessionId: 's', jti: 'j', issuedAt: 0, expiresAt: 1 } as const

/** What lies behind the gate, which has tests of its own. */
const open: Gate = (_route, handler) =>
  Object.assign<Handler, { readonly gated: true }>(
    (exchange) => handler({ ...exchange, principal: ADMIN, session: SESSION }),
    { gated: true },
  )

const ALERT = {
  id: 'alert-x-1',
  title: 'Storage',
  message: 'away',
  severity: 'critical',
  type: 'storage',
  timestamp: '2026-01-02T03:04:05.000Z',
} as const

const setUp = (storage: StoreStatus = { kind: 'sqlite', available: true }, search: SearchState = NO_SEARCH) => {
  const time = createFakeTime()
  const replica = createReplica(time.scheduler)
  const alerts = createAlertBook({ max: 9, now: () => '2026-01-02T03:04:06.000Z', onFull: () => undefined })
  const logged: unknown[] = []
  const shared = { gate: open, replica, storage: () => storage, search: () => search }
  const handlers = {
    ...insightHandlers({
      ...shared,
      metrics: { text: async () => 'arcp_agents 1\n', contentType: 'text/plain; version=0.0.4' },
      sockets: () => 5,
      alerts,
      ui: createUiSettings(2),
      logger: { info: (event, fields) => void logged.push([event, fields]) },
      limits: { pingMs: 30_000, logEntries: 500, logMessage: 2048 },
    }),
    ...healthHandlers({
      ...shared,
      version: '1.2.3',
      clock: time.clock,
      health: () => judgeHealth({ storage, agents: replica.counts(), search }),
      settings: () => [
        { name: 'JWT_SECRET', value: 'set', secret: true, byDefault: false },
        { name: 'AGENT_KEYS', value: 'not set', secret: true, byDefault: true },
        { name: 'REDIS_URL', value: 'set', secret: true, byDefault: false },
        { name: 'ALLOWED_ORIGINS', value: ['https://a.example'], secret: false, byDefault: false },
        { name: 'AGENT_HEARTBEAT_TIMEOUT', value: 60, secret: false, byDefault: true },
        { name: 'AGENT_WS_INTERVAL', value: 5, secret: false, byDefault: true },
        { name: 'ARCP_PORT', value: 8001, secret: false, byDefault: true },
      ],
      process: () => ({ uptimeS: 1, memoryBytes: 2, heapUsedBytes: 3, sockets: { public: 4 }, bufferedBytes: 6 }),
    }),
  }

  const ask = async (
    name: keyof typeof handlers,
    over: { readonly body?: unknown; readonly query?: string; readonly id?: string } = {},
  ) => {
    const exchange: Omit<SignedExchange, 'principal' | 'session'> = {
      request: {
        method: 'GET',
        path: '/',
        query: '',
        headers: new Map(),
        address: '192.0.2.1',
        scheme: 'http',
        body: async () => ok(new Uint8Array()),
      },
      agentId: '',
      params: { alert_id: over.id ?? '' },
      query: new URLSearchParams(over.query),
      token: undefined,
      json: async () => ok(over.body),
    }
    const answer = await handlers[name](exchange)
    if (isProblem(answer)) return { problem: answer.slug, issues: answer.extensions?.['validation_errors'] }
    const [[, type] = []] = answer.headers
    const body: unknown = type === 'application/json' ? JSON.parse(String(answer.body)) : answer.body
    return { status: answer.status, type, body }
  }
  return { ask, alerts, logged }
}

describe('what operators ask', () => {
  it.each<[Parameters<ReturnType<typeof setUp>['ask']>[0], TSchema]>([
    ['agentStats', AgentStats],
    ['dashboardConfig', DashboardConfig],
    ['healthDetailed', HealthDetailed],
    ['healthConfig', HealthConfig],
    ['healthRedis', HealthRedis],
    ['healthAzure', HealthAzure],
  ])('%s answers as its schema says, and nothing else', async (name, schema) => {
    for (const storage of [
      { kind: 'redis', available: true },
      { kind: 'redis', available: false },
      { kind: 'sqlite', available: true },
    ] as const) {
      const { body } = await setUp(storage, { configured: true, available: storage.available, stored: 2 }).ask(name)
      expect([...Value.Errors(schema, body)]).toEqual([])
      expect(Value.Clean(schema, structuredClone(body))).toEqual(body)
    }
  })

  it('metrics come as text', async () => {
    expect(await setUp().ask('metrics')).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4',
      body: 'arcp_agents 1\n',
    })
  })

  it('[D4] Redis and embeddings are told from what was not asked for', async () => {
    const answers = async (storage: StoreStatus, search: SearchState = NO_SEARCH) => {
      const { ask } = setUp(storage, search)
      return [(await ask('healthRedis')).body, (await ask('healthAzure')).body]
    }
    expect(await answers({ kind: 'sqlite', available: true })).toMatchObject([
      { status: 'not_configured', redis: 'embedded' },
      { status: 'not_configured', details: { status: 'not_configured' } },
    ])
    expect(
      await answers({ kind: 'redis', available: true }, { configured: true, available: true, stored: 0 }),
    ).toMatchObject([{ status: 'healthy', redis: 'connected' }, { status: 'available' }])
    expect(
      await answers({ kind: 'redis', available: false }, { configured: true, available: false, stored: 0 }),
    ).toMatchObject([{ status: 'error', redis: 'disconnected' }, { status: 'unavailable' }])
  })

  it('[S15] of a secret the settings say only whether it is set', async () => {
    const { body } = await setUp().ask('healthConfig')
    expect(body).toEqual({
      status: 'ok',
      required_config: [
        { name: 'JWT_SECRET', set: true },
        { name: 'AGENT_KEYS', set: false },
      ],
      optional_config: {
        azure: [],
        redis: [{ name: 'REDIS_URL', set: true }],
        security: [{ name: 'ALLOWED_ORIGINS', set: true, value: ['https://a.example'] }],
        agent: [{ name: 'AGENT_HEARTBEAT_TIMEOUT', set: false, value: 60 }],
        websocket: [{ name: 'AGENT_WS_INTERVAL', set: false, value: 5 }],
        hub: [{ name: 'ARCP_PORT', set: false, value: 8001 }],
      },
    })
  })

  it('settings of the dashboard are kept, bounded and read again', async () => {
    const { ask } = setUp()
    const saved = await ask('saveDashboardConfig', { body: { ui: { theme: 'dark', maxLogEntries: 99_999 } } })
    expect(saved.body).toEqual({ status: 'ok', ui: { theme: 'dark', maxLogEntries: 500 } })
    expect(Value.Check(UiSettingsAnswer, saved.body)).toBe(true)
    expect((await ask('dashboardConfig', { query: 'tz=Europe/Berlin' })).body).toEqual({
      timezone: 'Europe/Berlin',
      ws_ping_interval_ms: 30_000,
      log_buffer_maxlen: 500,
      log_message_maxlen: 2048,
      ui: { theme: 'dark', maxLogEntries: 500 },
    })
    expect(await ask('saveDashboardConfig', { body: { ui: { third: 1 } } })).toMatchObject({
      problem: 'validation-failed',
      issues: [{ path: '/ui' }],
    })
    expect((await ask('saveDashboardConfig', { body: { ui: { theme: null, third: 1 } } })).body).toMatchObject({
      ui: { maxLogEntries: 500, third: 1 },
    })
    expect(await ask('saveDashboardConfig', { body: { ui: 'dark' } })).toMatchObject({ problem: 'validation-failed' })
    expect(await ask('dashboardConfig', { query: 'tz=Nowhere/Else' })).toMatchObject({ problem: 'validation-failed' })
  })

  it('[decision 14] an alert is acknowledged once, by who did it first', async () => {
    const { ask, alerts, logged } = setUp()
    alerts.raise([ALERT])
    expect(await ask('acknowledgeAlert', { id: 'alert-x-2' })).toMatchObject({ problem: 'not-found' })
    expect(logged).toEqual([])
    const { body } = await ask('acknowledgeAlert', { id: ALERT.id })
    expect(Value.Check(AlertAck, body)).toBe(true)
    expect(body).toMatchObject({
      status: 'success',
      alert: { ...ALERT, acknowledged_by: 'ARCP', acknowledged_at: '2026-01-02T03:04:06.000Z' },
    })
    alerts.end(ALERT.id)
    expect((await ask('acknowledgeAlert', { id: ALERT.id })).body).toMatchObject({
      alert: { cleared_at: '2026-01-02T03:04:06.000Z' },
    })
    expect(logged).toEqual([['alert_acknowledged', { alert: ALERT.id, user: 'ARCP', client_ip: '192.0.2.1' }]])
  })
})
