/** Owns: log frames of `/dashboard/ws`, both ways (D6, D8). Must not know: the buffer behind them. */
import { Type, type Static, type StaticDecode } from '@sinclair/typebox'
import { LogEntry, toLogLevel } from '../model/log.ts'
import { Text } from '../model/text.ts'
import { IsoTime } from '../model/time.ts'

/** Newest first, at most 500; `count` is the number of entries in this frame. */
export const LogsFrame = Type.Object({
  type: Type.Literal('logs'),
  timestamp: IsoTime,
  data: Type.Object({
    logs: Type.Array(LogEntry, { maxItems: 500 }),
    count: Type.Integer({ minimum: 0 }),
    last_updated: IsoTime,
  }),
})
export type LogsFrame = Static<typeof LogsFrame>

const LEVEL_WORDS = ['INFO', 'SUCS', 'WARN', 'CRIT', 'ERR', 'SUCCESS', 'WARNING', 'CRITICAL', 'ERROR']
const levelWord = Type.String({
  pattern: `^(?:${[...LEVEL_WORDS, ...LEVEL_WORDS.map((word) => word.toLowerCase())].join('|')})$`,
  'x-expects': 'one of INFO, SUCS, WARN, CRIT, ERR',
})

const level = Type.Transform(levelWord)
  .Decode((word) => toLogLevel(word) ?? 'INFO')
  .Encode((known) => known)

/** A line an operator's page adds to the log. Long level words decode to the short ones. Times are the page's own. */
export const DashboardLogFrame = Type.Object({
  type: Type.Literal('dashboard_log'),
  timestamp: Type.Optional(Text({ maxLength: 40 })),
  data: Type.Object({
    level,
    message: Text({ minLength: 1, maxLength: 2048, lines: true }),
    timestamp: Type.Optional(Text({ maxLength: 40 })),
  }),
})
export type DashboardLogFrame = StaticDecode<typeof DashboardLogFrame>
