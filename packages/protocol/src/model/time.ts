/**
 * Owns: schemas of the two spellings of time on the wire (rule C11).
 * Must not know: which endpoint uses which.
 */
import { Text } from './text.ts'

/** `YYYY-MM-DD HH:MM:SS.ffffff`, UTC without a zone: the spelling of legacy public and agent frames. */
export const NaiveTime = Text({
  maxLength: 26,
  pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}\\.\\d{6}$',
  expects: 'UTC as YYYY-MM-DD HH:MM:SS.ffffff',
})

/** ISO 8601 in UTC with `Z`: the spelling of REST, dashboard and live frames. */
export const IsoTime = Text({
  maxLength: 30,
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?Z$',
  expects: 'ISO 8601 in UTC, ending in Z',
})
