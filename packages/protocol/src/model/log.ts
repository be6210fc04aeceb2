/**
 * Owns: one log entry as operators see it.
 * Must not know: who writes logs or where they are kept.
 */
import { Type, type Static } from '@sinclair/typebox'
import { Text } from './text.ts'
import { IsoTime } from './time.ts'

export const LOG_LEVELS = ['INFO', 'SUCS', 'WARN', 'CRIT', 'ERR'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Long spellings that are accepted and mapped (D8). */
const LONG_LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['SUCCESS', 'SUCS'],
  ['WARNING', 'WARN'],
  ['CRITICAL', 'CRIT'],
  ['ERROR', 'ERR'],
])

export const LogLevel = Type.Union([
  Type.Literal('INFO'),
  Type.Literal('SUCS'),
  Type.Literal('WARN'),
  Type.Literal('CRIT'),
  Type.Literal('ERR'),
])

/** The level a word means, in any case, short or long; null for any other word. */
export function toLogLevel(word: string): LogLevel | null {
  const upper = word.toUpperCase()
  return LOG_LEVELS.find((level) => level === upper) ?? LONG_LEVELS.get(upper) ?? null
}

/** An entry of `logs` (D6). The last four keys come with agent events. */
export const LogEntry = Type.Object({
  timestamp: IsoTime,
  level: LogLevel,
  message: Type.String(),
  source: Text({ maxLength: 100 }),
  event_type: Type.Optional(Text({ maxLength: 100 })),
  agent_id: Type.Optional(Text({ maxLength: 100 })),
  agent_type: Type.Optional(Text({ maxLength: 50 })),
  client_ip: Type.Optional(Text({ maxLength: 64 })),
})
export type LogEntry = Static<typeof LogEntry>
