// Records as JSON text, prepared once per committed change. What moves without a change (`last_seen`) is spliced in
// when the text is sent.

import { toIso, toNaiveUtc } from '@arcp/protocol/codec'

import type { Agent } from '../domain/agent.ts'

/** A record whose last member is still missing: a text that ends before `last_seen`. */
export interface RecordText {
  /** As the guide's frames carry it: unset fields left out, times without a zone (P5, C11). */
  readonly legacy: string
  /** Bytes of a whole legacy record in UTF-8. */
  readonly legacyBytes: number
  /** As REST carries it: unset fields null, ISO 8601 times. */
  readonly rest: string
  /** The last whole legacy record that was made, and the sign of life it shows. */
  readonly whole: { legacy: string; lastSeen: number }
}

const LEGACY_TAIL_BYTES = ',"last_seen":"2025-09-07 21:28:48.934468"}'.length

export const recordText = (agent: Agent): RecordText => {
  const { card, status, registeredAt } = agent
  const set = Object.fromEntries(Object.entries(card).filter(([, value]) => value !== null))
  const legacy = JSON.stringify({ ...set, status, registered_at: toNaiveUtc(registeredAt) }).slice(0, -1)
  const rest = JSON.stringify({ ...card, status, registered_at: toIso(registeredAt), similarity: null }).slice(0, -1)
  return {
    legacy,
    legacyBytes: Buffer.byteLength(legacy) + LEGACY_TAIL_BYTES,
    rest,
    whole: { legacy: '', lastSeen: -1 },
  }
}

/** The whole legacy record, made anew only when there was a sign of life since the last time. */
export const legacyRecord = (entry: { readonly text: RecordText; readonly lastSeen: number }): string => {
  const { text, lastSeen } = entry
  if (text.whole.lastSeen !== lastSeen) {
    text.whole.lastSeen = lastSeen
    text.whole.legacy = `${text.legacy},"last_seen":"${toNaiveUtc(lastSeen)}"}`
  }
  return text.whole.legacy
}

export const restRecord = (text: RecordText, lastSeen: number): string =>
  `${text.rest},"last_seen":"${toIso(lastSeen)}","metrics":null}`

const REGISTERED_BYTES = '"2025-09-07 21:28:48.934468"'.length

/**
 * As the dashboard carries it (D5): unset fields left out, ISO 8601 times.
 *
 * @param metrics as JSON text, undefined for an agent that has reported none
 */
export const dashboardRecord = (
  entry: { readonly text: RecordText; readonly lastSeen: number; readonly agent: Pick<Agent, 'registeredAt'> },
  metrics: string | undefined,
): string => {
  const { text, lastSeen, agent } = entry
  const card = text.legacy.slice(0, -REGISTERED_BYTES)
  const reported = metrics === undefined ? '' : `,"metrics":${metrics}`
  return `${card}"${toIso(agent.registeredAt)}","last_seen":"${toIso(lastSeen)}"${reported}}`
}
