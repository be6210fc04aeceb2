// From the hub's log lines to the entries operators see (D6). Fed by the logger itself, so that there is one log.

import type { LogEntry, LogLevel } from '@arcp/protocol/model'

import type { LogBook } from '../domain/log-book.ts'
import { eventText, type Said } from './log-events.ts'
import { harmless, isRecord } from './logger.ts'

const LEVELS: Readonly<Record<string, LogLevel>> = { info: 'INFO', warn: 'WARN', error: 'ERR' }
/** Of the line itself, or shown elsewhere in an entry. */
const NOT_FIELDS = new Set(['level', 'time', 'event', 'err', 'request_id', 'agent_id', 'agent_type', 'client_ip'])
/** Of one value in a message: an entry is cut anyway, and this before it is built. */
const VALUE_MAX = 1024

type Line = Readonly<Record<string, unknown>>

const shown = (value: unknown): string => {
  if (isRecord(value)) return 'message' in value ? shown(value['message']) : ''
  if (typeof value === 'string') return harmless(value.slice(0, VALUE_MAX))
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

const plainText = (event: string, line: Line): string => {
  const words = event.replaceAll('_', ' ')
  const fields = Object.entries(line).filter(([name]) => !NOT_FIELDS.has(name))
  const told = fields.map(([name, value]) => `${name} ${shown(value)}`).join(', ')
  const cause = shown(line['err'])
  return [`${words.charAt(0).toUpperCase()}${words.slice(1)}`, told, cause].filter((part) => part !== '').join(': ')
}

/** Kept when there is one that fits. */
const kept = (value: string, max: number): string | undefined =>
  value === '' || value.length > max ? undefined : value

/** What the logger is to be tapped with. */
export const feedLogBook =
  (book: Pick<LogBook, 'append'>) =>
  (line: string): void => {
    const entry = toLogEntry(line)
    if (entry !== undefined) book.append(entry)
  }

/** @returns undefined for a line that is no entry */
export const toLogEntry = (text: string): LogEntry | undefined => {
  const line: unknown = JSON.parse(text)
  if (!isRecord(line)) return undefined
  const { time, event } = line
  if (typeof time !== 'string' || typeof event !== 'string') return undefined
  const said: Said = (name) => shown(line[name])
  const row = eventText(event)
  const level = typeof row?.level === 'function' ? row.level(said) : row?.level
  return {
    timestamp: time,
    level: level ?? LEVELS[String(line['level'])] ?? 'INFO',
    message: row === undefined ? plainText(event, line) : row.text(said),
    source: row?.source ?? 'hub',
    ...agentFields(event, said),
  }
}

const agentFields = (event: string, said: Said): Partial<LogEntry> => {
  const [type, id, agentType, ip] = [
    kept(event, 100),
    kept(said('agent_id'), 100),
    kept(said('agent_type'), 50),
    kept(said('client_ip'), 64),
  ]
  return {
    ...(type === undefined ? {} : { event_type: type }),
    ...(id === undefined ? {} : { agent_id: id }),
    ...(agentType === undefined ? {} : { agent_type: agentType }),
    ...(ip === undefined ? {} : { client_ip: ip }),
  }
}
