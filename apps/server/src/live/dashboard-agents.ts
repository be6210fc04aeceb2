// The `agents` frame of the dashboard (D5) as text, built from prepared records, never above its size.

import { DASHBOARD_FRAME_MAX_BYTES, toIso } from '@arcp/protocol/codec'

import { dashboardRecord, legacyRecordBytes } from './record-text.ts'
import type { Replica } from './replica.ts'

/** Room for everything in the frame that is not a record; types are counted one by one. */
const ENVELOPE_BYTES = 1024

export interface DashboardAgents {
  readonly replica: Pick<Replica, 'entries' | 'counts'>
}

/** @param now epoch milliseconds */
export const dashboardAgentsText = ({ replica }: DashboardAgents, now: number): string => {
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
    // A whole legacy record is never shorter than ours.
    bytes += legacyRecordBytes(entry) + 1
    if (bytes > DASHBOARD_FRAME_MAX_BYTES) {
      truncated = ',"truncated":true'
      break
    }
    records.push(dashboardRecord(entry))
  }
  return `{"type":"agents","timestamp":"${toIso(now)}","data":{"agents":[${records.join(',')}],${counts}${truncated}}}`
}
