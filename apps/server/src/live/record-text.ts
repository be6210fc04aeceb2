// Records as JSON text, prepared once per committed change. What moves without a change (`last_seen`, metrics) is
// spliced in when the text is sent; the text of metrics is made at most once per report.

import { toIso, toNaiveUtc } from '@arcp/protocol/codec'

import type { MetricsRecord } from '../domain/agent-metrics.ts'
import type { Agent } from '../domain/agent.ts'
import { metricsRecord } from './metrics-record.ts'

/** A record whose last member is still missing: a text that ends before `last_seen`. */
export interface RecordText {
  /** As the guide's frames carry it: unset fields left out, times without a zone (P5, C11). */
  readonly legacy: string
  /** Bytes of a whole legacy record without metrics, in UTF-8. */
  readonly legacyBytes: number
  /** As REST carries it: unset fields null, ISO 8601 times. */
  readonly rest: string
  /** The last whole legacy record that was made, and the sign of life and the metrics it shows. */
  readonly whole: { legacy: string; lastSeen: number; metrics: MetricsText | undefined }
  /** The last sign of life as ISO 8601: making it takes longer than all the rest of a record. */
  readonly seen: { at: number; iso: string }
}

/** Metrics as JSON text; ASCII, so its length is its bytes. */
export interface MetricsText {
  /** Times without a zone (C11). */
  readonly legacy: string
  /** ISO 8601 times: REST and the dashboard. */
  readonly rest: string
}

/** What a record is made of when it is sent. */
export interface RecordParts {
  readonly text: RecordText
  /** Epoch milliseconds UTC. */
  readonly lastSeen: number
  /** Undefined for an agent that has reported nothing. */
  readonly metrics: MetricsText | undefined
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
    whole: { legacy: '', lastSeen: -1, metrics: undefined },
    seen: { at: -1, iso: '' },
  }
}

/** Made when they are first asked for: most reports are followed by another one before anybody reads a list. */
export const metricsText = (metrics: MetricsRecord): MetricsText => {
  let rest: string | undefined
  let legacy: string | undefined
  return {
    get rest() {
      rest ??= JSON.stringify(metricsRecord(metrics))
      return rest
    },
    get legacy() {
      legacy ??= JSON.stringify({ ...metricsRecord(metrics), last_active: toNaiveUtc(metrics.lastActive) })
      return legacy
    },
  }
}

const METRICS_KEY = ',"metrics":'

/** Bytes of the whole legacy record in UTF-8. */
export const legacyRecordBytes = ({ text, metrics }: RecordParts): number =>
  text.legacyBytes + (metrics === undefined ? 0 : METRICS_KEY.length + metrics.legacy.length)

/** The whole legacy record, made anew only when there was a sign of life or a report since the last time. */
export const legacyRecord = ({ text, lastSeen, metrics }: RecordParts): string => {
  const { whole } = text
  if (whole.lastSeen !== lastSeen || whole.metrics !== metrics) {
    whole.lastSeen = lastSeen
    whole.metrics = metrics
    const measured = metrics === undefined ? '' : `${METRICS_KEY}${metrics.legacy}`
    whole.legacy = `${text.legacy},"last_seen":"${toNaiveUtc(lastSeen)}"${measured}}`
  }
  return whole.legacy
}

const seenIso = ({ text: { seen }, lastSeen }: RecordParts): string => {
  if (seen.at !== lastSeen) {
    seen.at = lastSeen
    seen.iso = toIso(lastSeen)
  }
  return seen.iso
}

/** Metrics are null when nothing was reported, and when they are not asked for. */
export const restRecord = (parts: RecordParts, withMetrics = true): string => {
  const measured = (withMetrics ? parts.metrics?.rest : undefined) ?? 'null'
  return `${parts.text.rest},"last_seen":"${seenIso(parts)}"${METRICS_KEY}${measured}}`
}

const REGISTERED_BYTES = '"2025-09-07 21:28:48.934468"'.length

/** As the dashboard carries it (D5): unset fields left out, ISO 8601 times, metrics of agents that have reported some. */
export const dashboardRecord = (entry: RecordParts & { readonly agent: Pick<Agent, 'registeredAt'> }): string => {
  const { text, agent, metrics } = entry
  const card = text.legacy.slice(0, -REGISTERED_BYTES)
  const reported = metrics === undefined ? '' : `${METRICS_KEY}${metrics.rest}`
  return `${card}"${toIso(agent.registeredAt)}","last_seen":"${seenIso(entry)}"${reported}}`
}
