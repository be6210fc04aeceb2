import { describe, expect, it } from 'vitest'

import type { GaugeSources } from './gauges.ts'
import { createMetrics as create } from './meter.ts'

const sources: GaugeSources = {
  sockets: (endpoint) => (endpoint === 'public' ? 3 : 2),
  behind: () => 1,
  buffered: () => 1234,
  pendingAuth: () => 4,
  agents: () => ({ alive: 5, dead: 6 }),
  leases: () => 5,
  offset: () => 77,
  storeAvailable: () => false,
  searchIndex: () => ({ agents: 5, words: 60 }),
  outboundRunning: () => 2,
  embeddings: () => ({ stored: 4, queued: 1 }),
  activeAgents: () => new Map([['testing', 3]]),
  resources: () => ({ cpu: 12.5, memory: 40, network: null, storage: 0 }),
  health: () => 'degraded',
  loopDelay: () => ({ p50: 0, p99: 0.25, max: 0.5 }),
}

const createMetrics = (read: () => GaugeSources) =>
  create(read, { version: '1.2.3', agentTypes: ['testing', 'Security'] })

const seriesOf = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))

describe('metrics', () => {
  it('gauges are read when they are asked for', async () => {
    let leases = 5
    const metrics = createMetrics(() => ({ ...sources, leases: () => leases }))
    leases = 9
    const text = await metrics.text()
    for (const line of [
      'arcp_websocket_connections{endpoint="public"} 3',
      'arcp_websocket_connections{endpoint="agents"} 2',
      'arcp_websocket_behind 1',
      'arcp_websocket_buffered_bytes 1234',
      'arcp_websocket_pending_auth 4',
      'arcp_agents{status="alive"} 5',
      'arcp_agents{status="dead"} 6',
      'arcp_leases 9',
      'arcp_change_offset 77',
      'arcp_store_available 0',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  it('counts what happened', async () => {
    const metrics = createMetrics(() => sources)
    metrics.limited('ws_frames')
    metrics.limited('ws_frames')
    metrics.opened('public')
    metrics.closed('public', 1013)
    metrics.frameIn('agents', '{"type":"heartbeat"}')
    metrics.change('put')
    metrics.request('/agents/{agent_id}', 'GET', 200, 0.003)
    const text = await metrics.text()
    for (const line of [
      'arcp_limit_hits_total{limit="ws_frames"} 2',
      'arcp_websocket_opened_total{endpoint="public"} 1',
      'arcp_websocket_closes_total{endpoint="public",code="1013"} 1',
      'arcp_websocket_frames_in_total{endpoint="agents",type="heartbeat"} 1',
      'arcp_changes_total{op="put"} 1',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
    expect(text).toMatch(/arcp_request_duration_seconds_count\{.*endpoint="\/agents\/\{agent_id\}".*\} 1/)
  })

  it('[S9] codes and methods that strangers choose make no series of their own', async () => {
    const metrics = createMetrics(() => sources)
    for (let code = 0; code < 70_000; code += 1) metrics.closed('public', code)
    for (let n = 0; n < 1000; n += 1) metrics.request('none', `METHOD${n}`, 404, 0)
    metrics.request('none', 'get', 404, 0)
    const text = await metrics.text()
    expect(seriesOf(text, 'arcp_websocket_closes_total').length).toBeLessThan(300)
    expect(seriesOf(text, 'arcp_request_duration_seconds_count')).toHaveLength(1)
    expect(text).toContain('code="4401"')
    expect(text).toContain('code="1006"')
    expect(text).not.toContain('code="3000"')
  })

  it('two hubs in one process do not share their numbers', async () => {
    const [one, other] = [createMetrics(() => sources), createMetrics(() => sources)]
    one.opened('public')
    expect(seriesOf(await other.text(), 'arcp_websocket_opened_total')).toEqual([])
  })

  it('carries the names others look for, one sample a line, with a number and no time', async () => {
    const metrics = createMetrics(() => sources)
    metrics.registered('success', 'testing')
    metrics.ended('success', 'expired')
    for (let n = 0; n < 3; n += 1) metrics.heartbeat('success')
    metrics.auth('failed', 'admin')
    metrics.searched('words')
    metrics.request('/agents', 'GET', 200, 0.01)
    metrics.framesOut('public', '{"type":"agents_update","data":{}}', 1000)
    metrics.framesOut('agents', '[]', 2)
    metrics.framesOut('agents', 'pong', 1)
    const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    for (const line of [
      'arcp_system_cpu_utilization_percent 12.5',
      'arcp_system_memory_utilization_percent 40',
      'arcp_system_disk_utilization_percent 0',
      'arcp_agent_registrations_total{status="success",agent_type="testing"} 1',
      'arcp_agent_unregistrations_total{status="success",reason="expired"} 1',
      'arcp_agent_heartbeats_total{status="success"} 3',
      'arcp_active_agents{agent_type="testing"} 3',
      'arcp_requests_total{method="GET",endpoint="/agents",status_code="200"} 1',
      'arcp_auth_attempts_total{status="failed",auth_type="admin"} 1',
      'arcp_vector_search_operations_total{status="fallback"} 1',
      'arcp_service_info{service="ARCP",version="1.2.3"} 1',
      'arcp_service_health_status 0.5',
      'arcp_event_loop_delay_seconds{quantile="p99"} 0.25',
      'arcp_websocket_frames_out_total{endpoint="public",type="agents_update"} 1000',
      'arcp_websocket_frames_out_total{endpoint="agents",type="list"} 2',
      'arcp_websocket_frames_out_total{endpoint="agents",type="pong"} 1',
    ]) {
      expect(lines).toContain(line)
    }
    for (const line of lines) expect(line).toMatch(/^[a-z_]+(\{[^{}]*\})? -?[\d.e+-]+$/)
  })

  it('[D3] what cannot be measured has no sample, and comes back when it can', async () => {
    let cpu: number | null = null
    const metrics = createMetrics(() => ({
      ...sources,
      resources: () => ({ cpu, memory: Number.NaN, network: null, storage: 1 }),
      loopDelay: () => null,
    }))
    const shown = async () =>
      (await metrics.text()).split('\n').filter((line) => /^arcp_(system|event_loop)\w* ?/.test(line))
    expect(await shown()).toEqual(['arcp_system_disk_utilization_percent 1'])
    cpu = 7
    expect(await shown()).toEqual(['arcp_system_cpu_utilization_percent 7', 'arcp_system_disk_utilization_percent 1'])
    cpu = null
    expect(await shown()).toEqual(['arcp_system_disk_utilization_percent 1'])
  })

  it('[S9] no label is of a length or number that strangers or agents choose', async () => {
    let turn = 0
    const metrics = createMetrics(() => ({
      ...sources,
      activeAgents: () => new Map(Array.from({ length: 500 }, (_, n) => [`type-${turn}-${n}`, 1])),
    }))
    for (let n = 0; n < 500; n += 1) {
      for (const type of [`type-${n}`, 'TESTING', 'tesTing', 'security']) metrics.registered('success', type)
      for (const text of [`{"type":"x${n}"}`, `{"type":"constructor"}`, `${n}`, `{"type":"${'a'.repeat(n)}"}`, '']) {
        metrics.frameIn('public', text)
        metrics.framesOut('public', text, 1)
      }
      metrics.request('none', `M${n}`, 404, 0)
    }
    metrics.frameIn('agents', ' {"token":"eyJ.a.b"}')
    metrics.frameIn('public', ' PING ')
    turn = 1
    const text = await metrics.text()
    expect(seriesOf(text, 'arcp_agent_registrations_total').toSorted()).toEqual([
      'arcp_agent_registrations_total{status="success",agent_type="other"} 500',
      'arcp_agent_registrations_total{status="success",agent_type="security"} 500',
      'arcp_agent_registrations_total{status="success",agent_type="testing"} 1000',
    ])
    expect(seriesOf(text, 'arcp_active_agents')).toEqual(['arcp_active_agents{agent_type="other"} 500'])
    expect(seriesOf(text, 'arcp_websocket_frames_in_total').toSorted()).toEqual([
      'arcp_websocket_frames_in_total{endpoint="agents",type="auth"} 1',
      'arcp_websocket_frames_in_total{endpoint="public",type="other"} 2500',
      'arcp_websocket_frames_in_total{endpoint="public",type="ping"} 1',
    ])
    expect(seriesOf(text, 'arcp_websocket_frames_out_total')).toEqual([
      'arcp_websocket_frames_out_total{endpoint="public",type="other"} 2500',
    ])
    expect(seriesOf(text, 'arcp_requests_total')).toHaveLength(1)
  })

  it('a frame is counted in well under a microsecond, however long it is', () => {
    const metrics = createMetrics(() => sources)
    const text = `{"type":"heartbeat","metrics":{"pad":"${'x'.repeat(60_000)}"}}`
    const before = process.cpuUsage().user
    for (let n = 0; n < 100_000; n += 1) metrics.frameIn('agents', text)
    expect((process.cpuUsage().user - before) / 100_000).toBeLessThan(5)
  })
})
