// The Logger port by pino: JSON lines, or one short line for people on a terminal.

import { multistream, pino, stdTimeFunctions, type DestinationStream } from 'pino'

import type { Logger } from '../kernel/logger.ts'
import { redact } from '../kernel/redact.ts'

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly pretty: boolean
  /** Given every line from info up, whatever `level` says: what operators see is not what is written to the output. */
  readonly tap?: (line: string) => void
}

/** Names that never appear with their value, whatever code asks for. */
const REDACTED = ['token', 'authorization', 'agent_key', 'password', 'secret', 'jwt_secret', 'pin']

export const createLogger = ({ level, pretty, tap }: LoggerOptions): Logger => {
  const output: DestinationStream = pretty
    ? { write: (line) => void process.stdout.write(prettyLine(line)) }
    : pino.destination({ sync: true })
  const streams =
    tap === undefined
      ? [{ level, stream: output }]
      : [
          { level, stream: output },
          { level: 'info' as const, stream: { write: guarded(tap) } },
        ]
  const sink = pino(
    {
      level: tap === undefined || level === 'debug' ? level : 'info',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      messageKey: 'event',
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[redacted]' },
      hooks: { streamWrite: redact },
    },
    multistream(streams),
  )
  return {
    debug: (event, fields = {}) => sink.debug(fields, event),
    info: (event, fields = {}) => sink.info(fields, event),
    warn: (event, fields = {}) => sink.warn(fields, event),
    error: (event, fields = {}, cause) =>
      sink.error({ ...fields, ...(cause === undefined ? {} : { err: cause }) }, event),
  }
}

// Who listens must not be able to end a request, or the process, that only wanted to say something.
const guarded =
  (tap: (line: string) => void) =>
  (line: string): void => {
    try {
      tap(line)
    } catch {
      // Said nowhere: it would come back here.
    }
  }

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Quoted unless it is one plain word. */
const prettyValue = (value: unknown): string => {
  if (typeof value === 'string' && /^[^\s"\p{C}]+$/u.test(value)) return value
  return harmless(JSON.stringify(value) ?? '')
}

/** Without characters a terminal obeys or that change how a line reads: they are shown by their number. */
export const harmless = (text: string): string =>
  text.replace(/[\p{C}\u2028\u2029]/gu, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)

/** `12:03:04  info   agent_registered  agent_id=demo-agent` */
export const prettyLine = (line: string): string => {
  const parsed: unknown = JSON.parse(line)
  if (!isRecord(parsed)) return line
  const { level, time, event, err, ...fields } = parsed
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${prettyValue(value)}`)
  const stack =
    isRecord(err) && typeof err['stack'] === 'string'
      ? `\n  ${err['stack'].split('\n').map(harmless).join('\n  ')}`
      : ''
  const clock = typeof time === 'string' ? time.slice(11, 19) : ''
  return `${clock}  ${String(level).padEnd(5)}  ${String(event)}${shown.length > 0 ? `  ${shown.join('  ')}` : ''}${stack}\n`
}
