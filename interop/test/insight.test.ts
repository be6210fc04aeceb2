// What operators see of a hub: figures, alerts, health, the log; and what nobody else does.
import { describe, expect, it } from 'vitest'
import { loginAdmin, tryLogin } from '../src/admin.ts'
import { problemIn } from '../src/conforms.ts'
import { send, type Sent } from '../src/http.ts'
import { ADMIN_PASSWORD, startHub, type Hub } from '../src/hub.ts'
import { numberAt, objectsAt, textAt } from '../src/pick.ts'
import { registerAgent, request, requestTempToken } from '../src/rest.ts'
import { sharedHub } from '../src/shared-hub.ts'
import { forged } from '../src/tokens.ts'
import { openViewer, watch } from '../src/viewer.ts'

const OPERATORS = [
  ['GET', '/metrics'],
  ['GET', '/agents/stats'],
  ['GET', '/health/detailed'],
  ['GET', '/health/config'],
  ['GET', '/health/redis'],
  ['GET', '/health/azure'],
  ['GET', '/dashboard/config'],
  ['POST', '/dashboard/config'],
  ['POST', '/dashboard/alerts/any/ack'],
] as const

const metricsOf = async (hub: Hub): Promise<ReadonlyMap<string, number>> => {
  const { ask } = await loginAdmin(hub)
  const { status, body } = await ask('GET', '/metrics')
  expect([status, typeof body]).toStrictEqual([200, 'string'])
  const samples = String(body)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

describe('who may look', () => {
  const hub = sharedHub({ env: { DASHBOARD_WS_INTERVAL: '3600', METRICS_SCRAPE_TOKEN: 'a-scrape-token-of-ours' } })

  it.each(OPERATORS)('[X149] %s %s is for administrators alone', async (method, path) => {
    const { agentId, token } = await registerAgent(hub(), `looks-${method}-${path.replaceAll('/', '-')}`)
    const admin = await loginAdmin(hub())
    const asked = async (sent: Sent): Promise<unknown[]> => {
      const answer = await send(hub(), method, path, sent)
      return [answer.status, problemIn(answer, path)['slug']]
    }
    expect(await asked({})).toStrictEqual([401, 'authentication-failed'])
    expect(await asked({ token: forged(admin.token) })).toStrictEqual([401, 'token-invalid'])
    expect(await asked({ token: 'a-scrape-token-of-ours' })).toStrictEqual([401, 'token-invalid'])
    expect(await asked({ token })).toStrictEqual([403, 'insufficient-permissions'])
    expect(await asked({ token: await requestTempToken(hub(), agentId) })).toStrictEqual([
      403,
      'insufficient-permissions',
    ])
    // The token without the fingerprint of its log-in, and with another one.
    expect(await asked({ token: admin.token })).toStrictEqual([401, 'session-invalid'])
    const other = { 'X-Client-Fingerprint': 'another' }
    expect(await asked({ token: admin.token, headers: other })).toStrictEqual([401, 'session-invalid'])
    const { status } = await admin.ask(method, path, method === 'POST' ? { body: { ui: {} } } : {})
    expect(status).toBe(path.endsWith('/ack') ? 404 : 200)
  })

  it('[X149] what everybody may read of health has counts, and nobody and nothing by name', async () => {
    await registerAgent(hub(), 'a-secret-name', { endpoint: 'http://10.9.8.7:1234/inner' })
    const { text } = await send(hub(), 'GET', '/health')
    expect(text).toContain('"alive_agents"')
    for (const told of [
      'a-secret-name',
      '10.9.8.7',
      hub().dataDir,
      String(hub().port),
      'interop',
      'pid',
      process.version,
    ]) {
      expect(text).not.toContain(told)
    }
  })

  it('[S15] the settings tell no secret, set or made', async () => {
    const { ask } = await loginAdmin(hub())
    const answer = await ask('GET', '/health/config')
    const text = JSON.stringify(answer.body)
    for (const secret of [ADMIN_PASSWORD, hub().agentKey, hub().otherAgentKey, 'a-scrape-token-of-ours']) {
      expect(text).not.toContain(secret)
    }
    expect(objectsAt(answer.body, 'required_config')).toContainEqual({ name: 'AGENT_KEYS', set: true })
    expect(objectsAt(answer.body, 'optional_config', 'websocket')).toContainEqual({
      name: 'DASHBOARD_WS_INTERVAL',
      set: true,
      value: 3600,
    })
  })

  it('settings of the dashboard are kept; a bad one is 422 with its field', async () => {
    const { ask } = await loginAdmin(hub())
    const saved = await ask('POST', '/dashboard/config', { body: { ui: { theme: 'dark', maxLogEntries: 1 } } })
    expect(saved.body).toStrictEqual({ status: 'ok', ui: { theme: 'dark', maxLogEntries: 10 } })
    expect((await ask('GET', '/dashboard/config?tz=Asia/Tokyo')).body).toStrictEqual({
      timezone: 'Asia/Tokyo',
      ws_ping_interval_ms: 30_000,
      log_buffer_maxlen: 10_000,
      log_message_maxlen: 2048,
      ui: { theme: 'dark', maxLogEntries: 10 },
    })
    for (const [body, path] of [
      [{ ui: [] }, '/ui'],
      [{ ui: { theme: {} } }, '/ui/theme'],
    ] as const) {
      const answer = await ask('POST', '/dashboard/config', { body })
      expect(answer.status).toBe(422)
      expect(textAt(objectsAt(answer.body, 'validation_errors')[0], 'path')).toBe(path)
    }
  })
})

describe('figures', () => {
  const hub = sharedHub({ env: { DASHBOARD_WS_INTERVAL: '3600', DASHBOARD_WS_MAX_CONNECTIONS: '0' } })

  it('[D3] requests are counted, those that ask whether the hub lives are not', async () => {
    const admin = await loginAdmin(hub())
    const viewer = await watch(hub(), admin.token)
    const total = async (): Promise<number> => {
      viewer.send({ type: 'refresh_request' })
      const { data } = await viewer.nextOfType('monitoring')
      expect(numberAt(data, 'avg_response_time')).toBeGreaterThanOrEqual(0)
      expect(numberAt(data, 'error_rate')).toBe(0)
      return numberAt(data, 'total_requests')
    }
    const before = await total()
    for (const path of ['/livez', '/readyz', '/nothing-here', '/docs']) await send(hub(), 'GET', path)
    await admin.ask('GET', '/metrics')
    for (const path of ['/health', '/public/stats', '/agents']) await send(hub(), 'GET', path)
    expect(await total()).toBe(before + 3)
    viewer.close()
  })

  it('[D3] what agents report joins in, by how much it is', async () => {
    const { agentId, token } = await registerAgent(hub(), 'reports')
    const body = { total_requests: 100_000, avg_response_time: 3, error_rate: 0.25, success_rate: 0.75 }
    expect((await request(hub(), 'POST', `/agents/${agentId}/metrics`, { token, body })).status).toBe(200)
    const viewer = await watch(hub(), (await loginAdmin(hub())).token)
    viewer.send({ type: 'refresh_request' })
    const { data } = await viewer.nextOfType('monitoring')
    expect(numberAt(data, 'total_requests')).toBeGreaterThan(100_000)
    expect(numberAt(data, 'avg_response_time')).toBeCloseTo(3, 1)
    expect(numberAt(data, 'error_rate')).toBeCloseTo(0.25, 2)
    viewer.close()
  })

  it('metrics say what happened, under the names others look for', async () => {
    const before = await metricsOf(hub())
    const { agentId, token } = await registerAgent(hub(), 'counted')
    for (let n = 0; n < 3; n += 1) await request(hub(), 'POST', `/agents/${agentId}/heartbeat`, { token })
    const grown = async (name: string): Promise<number> =>
      ((await metricsOf(hub())).get(name) ?? Number.NaN) - (before.get(name) ?? 0)
    expect(await grown('arcp_agent_registrations_total{status="success",agent_type="testing"}')).toBe(1)
    expect(await grown('arcp_agent_heartbeats_total{status="success"}')).toBe(3)
    expect(await grown('arcp_active_agents{agent_type="testing"}')).toBe(1)
    await request(hub(), 'DELETE', `/agents/${agentId}`, { token })
    expect(await grown('arcp_agent_unregistrations_total{status="success",reason="unregistered"}')).toBe(1)
    expect(await grown('arcp_requests_total{method="DELETE",endpoint="/agents/{agent_id}",status_code="200"}')).toBe(1)
    const now = await metricsOf(hub())
    for (const name of ['memory', 'disk']) {
      const share = now.get(`arcp_system_${name}_utilization_percent`)
      expect(share).toBeGreaterThan(0)
      expect(share).toBeLessThanOrEqual(100)
    }
    expect([...now.values()].filter((value) => !Number.isFinite(value))).toStrictEqual([])
    expect([...now.keys()].filter((name) => name.includes('agent_id="') || name.includes('counted'))).toStrictEqual([])
  })
})

describe('alerts', () => {
  it('[D7] are raised with nobody watching, once each, end with their condition, and are acknowledged', async () => {
    const hub = await startHub({ env: { DASHBOARD_WS_INTERVAL: '0.1', AGENT_HEARTBEAT_TIMEOUT: '1.5' } })
    try {
      const of = (event: string, severity?: string) =>
        hub.waitForLog(
          (line) =>
            line['event'] === event &&
            line['title'] === 'Agent connectivity' &&
            (severity === undefined || line['severity'] === severity),
        )
      const { alert: none } = await of('alert_raised', 'info')
      const { agentId, token } = await registerAgent(hub, 'comes-and-goes')
      expect((await of('alert_cleared'))['alert']).toBe(none)
      const { alert: dead } = await of('alert_raised', 'critical')
      expect(dead).not.toBe(none)
      // Load of a processor and a network is known from two looks on, and there were many by now.
      const metrics = await metricsOf(hub)
      for (const name of ['cpu', 'memory', 'network', 'disk']) {
        expect(metrics.get(`arcp_system_${name}_utilization_percent`)).toBeGreaterThanOrEqual(0)
      }
      expect(metrics.get('arcp_alerts_raised_total{type="agents",severity="critical"}')).toBe(1)
      expect(metrics.get('arcp_agent_deaths_total')).toBe(1)

      const admin = await loginAdmin(hub)
      expect((await admin.ask('GET', '/health')).body).toMatchObject({ status: 'degraded' })
      expect((await admin.ask('GET', '/health/detailed')).body).toMatchObject({
        status: 'degraded',
        reason: 'None of 1 agents is alive',
        components: { registry: { status: 'unhealthy', connectivity_ratio: 0 } },
      })
      const ack = await admin.ask('POST', `/dashboard/alerts/${String(dead)}/ack`)
      expect(ack.body).toMatchObject({
        status: 'success',
        alert: { id: dead, severity: 'critical', type: 'agents', acknowledged_by: 'admin' },
      })
      expect((await admin.ask('POST', '/dashboard/alerts/nobody-raised-this/ack')).status).toBe(404)
      await request(hub, 'POST', `/agents/${agentId}/heartbeat`, { token })
      await hub.waitForLog((line) => line['event'] === 'alert_cleared' && line['alert'] === dead)
      expect((await admin.ask('GET', '/health')).body).toMatchObject({ status: 'healthy' })
      const raised = hub.logs().filter(({ event, type }) => event === 'alert_raised' && type === 'agents')
      expect(new Set(raised.map(({ alert }) => alert)).size).toBe(raised.length)
    } finally {
      await hub.stop()
    }
  })
})

describe('the log operators see', () => {
  const hub = sharedHub({ env: { DASHBOARD_WS_INTERVAL: '3600', DASHBOARD_LOG_BUFFER_MAXLEN: '50' } })

  const entries = async (): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const viewer = await openViewer(hub())
    viewer.send({ type: 'auth', token: (await loginAdmin(hub())).token })
    const { data } = await viewer.nextOfType('logs')
    viewer.close()
    return objectsAt(data, 'logs')
  }

  it('[S15] has what was refused, and none of the secrets that were shown', async () => {
    const { agentId, token } = await registerAgent(hub(), 'shows-secrets')
    const c4n4ry = 'c4n4ry-of-somebody'
    await send(hub(), 'GET', '/agents', { token: forged(token) })
    await send(hub(), 'GET', `/agents?token=${token}&access_token=${c4n4ry}`, { token: c4n4ry })
    await tryLogin(hub(), { password: c4n4ry })
    const body = { agent_id: agentId, agent_type: 'testing', agent_key: c4n4ry }
    await request(hub(), 'POST', '/auth/agent/request_temp_token', { body })
    const found = await entries()
    expect(found).toContainEqual(
      expect.objectContaining({
        level: 'SUCS',
        event_type: 'agent_registered',
        agent_id: agentId,
        agent_type: 'testing',
      }),
    )
    expect(found).toContainEqual(
      expect.objectContaining({ level: 'WARN', source: 'http', client_ip: expect.stringMatching(/127\.0\.0\.1|::1/) }),
    )
    const shown = [JSON.stringify(found), JSON.stringify([...(await metricsOf(hub())).keys()]), hub().output()]
    for (const text of shown) {
      for (const secret of [c4n4ry, token, forged(token), ADMIN_PASSWORD, hub().agentKey]) {
        expect(text).not.toContain(secret)
      }
    }
  })

  it('[X141] is no bigger after a flood of strangers, who do not drive out what agents did', async () => {
    await registerAgent(hub(), 'before-the-flood')
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 30 }, (_, n) => send(hub(), 'GET', `/agents/${round}-${n}`, { token: `stranger-${n}` })),
      )
    }
    const found = await entries()
    expect(found.length).toBeLessThanOrEqual(50)
    expect(found.filter(({ event_type: type }) => type === 'request_refused').length).toBeGreaterThanOrEqual(15)
    expect(found).toContainEqual(expect.objectContaining({ agent_id: 'before-the-flood', level: 'SUCS' }))
  })

  it('does not grow by being read', async () => {
    const viewer = await watch(hub(), (await loginAdmin(hub())).token)
    const look = async (): Promise<unknown> => {
      viewer.send({ type: 'refresh_request' })
      const { data } = await viewer.nextOfType('logs')
      return objectsAt(data, 'logs')[0]
    }
    const first = await look()
    for (let n = 0; n < 5; n += 1) expect(await look()).toStrictEqual(first)
    viewer.close()
  })
})
