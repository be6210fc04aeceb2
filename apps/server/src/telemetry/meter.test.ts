import { describe, expect, it } from 'vitest'

import { createMetrics, type GaugeSources } from './meter.ts'

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
}

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
    metrics.frameIn('agents')
    metrics.change('put')
    metrics.request('/agents/{agent_id}', 'GET', 200, 0.003)
    const text = await metrics.text()
    for (const line of [
      'arcp_limit_hits_total{limit="ws_frames"} 2',
      'arcp_websocket_opened_total{endpoint="public"} 1',
      'arcp_websocket_closes_total{endpoint="public",code="1013"} 1',
      'arcp_websocket_frames_in_total{endpoint="agents"} 1',
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
})
