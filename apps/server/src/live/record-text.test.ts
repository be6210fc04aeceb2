import { sampleCard } from '@arcp/testkit'
import { describe, expect, it } from 'vitest'

import type { Agent } from '../domain/agent.ts'
import { dashboardRecord, legacyRecord, recordText, restRecord } from './record-text.ts'

const REGISTERED = Date.UTC(2026, 0, 2, 3, 4, 5)
const AGENT: Agent = {
  id: 'agent-a',
  incarnation: 1,
  epoch: 'e',
  card: sampleCard('agent-a'),
  keyId: 'key',
  status: 'alive',
  registeredAt: REGISTERED,
  seenAt: REGISTERED,
}

describe('[C11] a record that is sent', () => {
  it('shows the last sign of life, each time it is another one', () => {
    const text = recordText(AGENT)
    for (const seconds of [0, 1, 61, 61, 7]) {
      const parts = { text, agent: AGENT, lastSeen: REGISTERED + seconds * 1000, metrics: undefined }
      const iso = new Date(parts.lastSeen).toISOString()
      const naive = `${iso.slice(0, 10)} ${iso.slice(11, 23)}000`
      const seen = [restRecord(parts), dashboardRecord(parts), legacyRecord(parts)].map((record): unknown =>
        JSON.parse(record),
      )
      expect(seen).toMatchObject([{ last_seen: iso }, { last_seen: iso }, { last_seen: naive }])
    }
  })
})
