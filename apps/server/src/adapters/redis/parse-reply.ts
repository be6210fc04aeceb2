// What comes back from Redis, checked: a record that is broken is passed over, never taken for a whole one.

import { isKeptMetrics, type KeptMetrics } from '../../domain/agent-metrics.ts'
import { isCardOf, type Agent, type Tombstone } from '../../domain/agent.ts'
import type { Change, Position } from '../../domain/change.ts'
import type { AgentRef, Refusal } from '../../domain/command.ts'
import type { Answer } from '../../domain/transition.ts'
import type { Batch } from './change-stream.ts'

export type CommitReply =
  | ({ readonly ok: true; readonly answer: Answer } & Batch)
  | { readonly ok: false; readonly error: Refusal }

export type Message =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | {
      readonly kind: 'seen'
      readonly hub: string
      readonly seen: readonly (readonly [id: string, at: number])[]
      readonly measured: readonly KeptMetrics[]
    }
  | { readonly kind: 'beat'; readonly hub: string }

export interface SweepReply extends Batch {
  readonly spared: number
  readonly agents: number
  readonly more: boolean
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parse = (text: unknown): unknown => {
  if (typeof text !== 'string') throw new Error('Redis answered with something else than text')
  return JSON.parse(text)
}

// The answers of our own scripts, of the schema that was checked at the start.
export const parseCommit = (text: unknown): CommitReply => {
  const reply = parse(text)
  if (!isCommitReply(reply)) throw new Error('Redis answered a commit with something else')
  return reply
}

const isCommitReply = (value: unknown): value is CommitReply =>
  isFields(value) && (value['ok'] === true ? isFields(value['answer']) && isBatch(value) : isFields(value['error']))

export const parseSweep = (text: unknown): SweepReply => {
  const reply = parse(text)
  if (!isSweepReply(reply)) throw new Error('Redis answered a sweep with something else')
  return reply
}

const isSweepReply = (value: unknown): value is SweepReply =>
  isFields(value) && isBatch(value) && typeof value['more'] === 'boolean' && isCount(value['spared'])

export interface RenewReply {
  readonly dead: readonly AgentRef[]
  readonly overtaken: readonly KeptMetrics[]
  /** Agents whose kept metrics cannot be read. */
  readonly broken: readonly string[]
}

export const parseRenewed = (text: unknown): RenewReply => {
  const reply = parse(text)
  const { dead, overtaken }: Fields = isFields(reply) ? reply : {}
  if (!Array.isArray(dead) || !dead.every(isRef) || !Array.isArray(overtaken)) {
    throw new Error('Redis answered renewals with something else')
  }
  const rows: readonly unknown[] = overtaken
  const read = rows.map((row) => {
    const [id, kept]: unknown[] = Array.isArray(row) ? row : []
    return { id: String(id), kept: parseMetrics(id, kept) }
  })
  return {
    dead,
    overtaken: read.flatMap(({ kept }) => kept ?? []),
    broken: read.filter(({ kept }) => kept === undefined).map(({ id }) => id),
  }
}

const parseMetrics = (id: unknown, text: unknown): KeptMetrics | undefined => {
  const kept = typeof text === 'string' ? tryParse(text) : undefined
  return isKeptMetrics(kept) && kept.record.agentId === id ? kept : undefined
}

const isRef = (value: unknown): value is AgentRef =>
  isFields(value) && typeof value['id'] === 'string' && isIncarnation(value['incarnation'])

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isIncarnation = (value: unknown): value is number => isCount(value) && value > 0
/** Epoch milliseconds that a date can be made of. */
const isTime = (value: unknown): value is number => isCount(value) && value <= 8.64e15
/** Digits of a hash field; undefined for what is missing or something else. */
const digits = (value: unknown): number | undefined =>
  typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : undefined

const isBatch = (value: Fields): value is Fields & Batch =>
  typeof value['epoch'] === 'string' &&
  isCount(value['offset']) &&
  isCount(value['from']) &&
  Array.isArray(value['changes']) &&
  value['changes'].every(isChange)

/** @returns undefined for what no hub of this schema publishes */
export const parseMessage = (text: string): Message | undefined => {
  const value = tryParse(text)
  if (!isFields(value)) return undefined
  if (isBatch(value)) return { kind: 'batch', batch: value }
  const { hub, seen, beat } = value
  if (typeof hub !== 'string') return undefined
  if (beat === true) return { kind: 'beat', hub }
  if (!Array.isArray(seen) || !seen.every(isSeen)) return undefined
  const measured: readonly unknown[] = Array.isArray(value['measured']) ? value['measured'] : []
  return { kind: 'seen', hub, seen, measured: measured.filter(isKeptMetrics) }
}

const isSeen = (value: unknown): value is readonly [string, number] =>
  Array.isArray(value) && typeof value[0] === 'string' && isTime(value[1])

const tryParse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const parsePosition = (reply: unknown): Position => {
  const [epoch, text]: unknown[] = Array.isArray(reply) ? reply : []
  const offset = digits(text)
  if (typeof epoch !== 'string' || offset === undefined) throw new Error('Redis answered without a position')
  return { epoch, offset }
}

export interface Beat {
  readonly position: Position
  readonly hubs: readonly string[]
  /** What others ask of this hub. */
  readonly asked: readonly string[]
}

export const parseBeat = (reply: unknown): Beat => {
  const [, , hubs, asked]: unknown[] = Array.isArray(reply) ? reply : []
  return {
    position: parsePosition(reply),
    hubs: Array.isArray(hubs) ? hubs.map(String) : [],
    asked: Array.isArray(asked) ? asked.map(String) : [],
  }
}

export interface Page {
  readonly position: Position
  readonly agents: readonly Agent[]
  readonly metrics: readonly KeptMetrics[]
  /** Ids of records that cannot be read. */
  readonly broken: readonly string[]
  /** Ids of agents whose metrics cannot be read. */
  readonly brokenMetrics: readonly string[]
  /** The last id of the page; undefined when the page is empty. */
  readonly last: string | undefined
}

/** One page of all agents. */
export const parsePage = (reply: unknown): Page => {
  const rows: readonly unknown[] = Array.isArray(reply) ? reply.slice(2) : []
  const ids = rows.map((row) => (Array.isArray(row) ? String(row[0]) : ''))
  const agents = rows.map(parseRow)
  const texts = rows.map((row): unknown => (Array.isArray(row) ? (row[8] ?? undefined) : undefined))
  const metrics = texts.map((text, at) => parseMetrics(ids[at], text))
  return {
    position: parsePosition(reply),
    agents: agents.filter((agent) => agent !== undefined),
    metrics: metrics.filter((kept) => kept !== undefined),
    broken: ids.filter((_, at) => agents[at] === undefined),
    brokenMetrics: ids.filter((_, at) => texts[at] !== undefined && metrics[at] === undefined),
    last: ids.at(-1),
  }
}

const parseRow = (row: unknown): Agent | undefined => {
  if (!Array.isArray(row)) return undefined
  const [id, incarnation, epoch, keyId, status, registeredAt, seenAt, card]: unknown[] = row
  const agent: unknown = {
    id,
    incarnation: digits(incarnation),
    epoch,
    card: typeof card === 'string' ? tryParse(card) : undefined,
    keyId,
    status,
    registeredAt: digits(registeredAt),
    seenAt: digits(seenAt),
  }
  return isAgent(agent) ? agent : undefined
}

const isAgent = (value: unknown): value is Agent => {
  if (!isFields(value)) return false
  const { id, card, status } = value
  return (
    typeof id === 'string' &&
    isCardOf(id, card) &&
    isStatus(status) &&
    typeof value['epoch'] === 'string' &&
    typeof value['keyId'] === 'string' &&
    isIncarnation(value['incarnation']) &&
    isTime(value['registeredAt']) &&
    isTime(value['seenAt'])
  )
}

const isStatus = (value: unknown): boolean => value === 'alive' || value === 'dead'

const ENDS: readonly unknown[] = ['unregistered', 'expired', 'revoked'] satisfies readonly Tombstone['reason'][]

const isTombstone = (value: unknown): value is Tombstone =>
  isRef(value) &&
  isFields(value) &&
  typeof value['epoch'] === 'string' &&
  typeof value['keyId'] === 'string' &&
  ENDS.includes(value['reason']) &&
  isTime(value['endedAt'])

/** @returns undefined for one that cannot be read, as for one that is not there */
export const parseTombstone = (text: string): Tombstone | undefined => {
  const value = tryParse(text)
  return isTombstone(value) ? value : undefined
}

const isChange = (value: unknown): value is Change => {
  if (!isFields(value)) return false
  switch (value['op']) {
    case 'put':
      return isAgent(value['agent'])
    case 'status':
      return isFields(value) && isRef(value) && isStatus(value['status']) && isTime(value['seenAt'])
    case 'remove':
      return isTombstone(value['tombstone'])
    default:
      return false
  }
}

/**
 * Rows of the history, oldest first: `[id, ['c', change]]`.
 *
 * @returns undefined when one of them cannot be read: a history with a hole is none
 */
export const parseHistory = (reply: unknown): readonly (readonly [offset: number, change: Change])[] | undefined => {
  if (!Array.isArray(reply)) throw new Error('Redis answered without a history')
  const found: (readonly [number, Change])[] = []
  for (const row of reply) {
    const [id, fields]: unknown[] = Array.isArray(row) ? row : []
    const offset = typeof id === 'string' ? digits(id.split('-')[0]) : undefined
    const change = Array.isArray(fields) && typeof fields[1] === 'string' ? tryParse(fields[1]) : undefined
    if (offset === undefined || !isChange(change)) return undefined
    found.push([offset, change])
  }
  return found
}
