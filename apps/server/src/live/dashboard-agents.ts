// The `agents` frame of the dashboard (D5) as text, built from prepared records, never above its size.

import { DASHBOARD_FRAME_MAX_BYTES, toIso } from '@arcp/protocol/codec'

import type { AgentMetricsView } from '../domain/agent-metrics.ts'
import { metricsRecord } from './metrics-record.ts'
import { dashboardRecord } from './record-text.ts'
import type { Entry, Replica } from './replica.ts'

/** Room for everything in the frame that is not a record; types are counted one by one. */
const ENVELOPE_BYTES = 1024

export interface DashboardAgents {
  readonly replica: Pick<Replica, 'entries' | 'counts'>
  readonly metrics: Pick<AgentMetricsView, 'get'>
}

const metricsText = (metrics: Pick<AgentMetricsView, 'get'>, { agent }: Entry): string | undefined => {
  const known = metrics.get(agent.id)
  return known === undefined ? undefined : JSON.stringify(metricsRecord(known))
}

/** @param now epoch milliseconds */
export const dashboardAgentsText = ({ replica, metrics }: DashboardAgents, now: number): string => {
  const { total, alive, dead, types } = replica.counts()
  const counts = JSON.stringify({
    total_count: total,
    active_count: alive,
    agent_types: Object.fromEntries(types),
    status_summary: { alive, dead },
  }).slice(1, -1)
  const records: string[] = []
  let bytes = ENVELOPE_BYTES + counts.length
  let truncated = ''
  for (const entry of replica.entries()) {
    const reported = metricsText(metrics, entry)
    // A whole legacy record is never shorter than ours without metrics; ids and figures are one byte a character.
    bytes += entry.text.legacyBytes + (reported === undefined ? 0 : reported.length + METRICS_KEY_BYTES) + 1
    if (bytes > DASHBOARD_FRAME_MAX_BYTES) {
      truncated = ',"truncated":true'
      break
    }
    records.push(dashboardRecord(entry, reported))
  }
  return `{"type":"agents","timestamp":"${toIso(now)}","data":{"agents":[${records.join(',')}],${counts}${truncated}}}`
}

const METRICS_KEY_BYTES = ',"metrics":'.length
