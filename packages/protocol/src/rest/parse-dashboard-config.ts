/**
 * Owns: reading the query and the body of `/dashboard/config`.
 * Must not know: where settings are kept, or what a page does with them.
 */
import { isJsonObject, ownValue } from '../codec/json.ts'
import { codePointLength } from '../model/text.ts'
import { createReport, finish, type Parsed, type Report } from './parsed.ts'
import type { Query } from './query.ts'

/** Of all settings of the dashboard together. */
export const UI_SETTINGS_MAX = 50
const VALUE_MAX = 200
const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/
const ZONE = /^[A-Za-z0-9+_/-]{1,64}$/

/** Null removes the setting. */
export type UiChanges = Readonly<Record<string, string | number | boolean | null>>

function isZone(text: string): boolean {
  if (!ZONE.test(text)) return false
  try {
    return Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Parameters of `GET /dashboard/config`: `tz`, the time zone of the page, UTC when absent. */
export function parseDashboardConfigQuery(query: Query): Parsed<{ readonly tz: string }> {
  const report = createReport()
  const tz = query.get('tz')?.trim() ?? ''
  if (tz !== '' && !isZone(tz)) report.add('/tz', 'must be a time zone like Europe/Berlin')
  return finish(report, { tz: tz === '' ? 'UTC' : tz })
}

function readValue(report: Report, path: string, value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'string' && codePointLength(value) <= VALUE_MAX && !/\p{C}/u.test(value)) return value
  report.add(path, `must be true, false, null, a number, or at most ${VALUE_MAX} characters of plain text`)
  return null
}

/**
 * Reads the body of `POST /dashboard/config`.
 *
 * @param maxLogEntries the most entries there are to show
 */
export function parseUiSettings(input: unknown, maxLogEntries: number): Parsed<UiChanges> {
  const report = createReport()
  const ui = isJsonObject(input) ? ownValue(input, 'ui') : undefined
  if (!isJsonObject(ui)) {
    report.add('/ui', 'must be an object of settings')
    return finish(report, {})
  }
  const entries = Object.entries(ui)
  if (entries.length > UI_SETTINGS_MAX) {
    report.add('/ui', `must have at most ${UI_SETTINGS_MAX} settings`)
    return finish(report, {})
  }
  const changes = new Map<string, string | number | boolean | null>()
  for (const [key, value] of entries) {
    // The key itself is not repeated: it is input, too.
    if (!KEY.test(key))
      report.add('/ui', 'must have names of 1 to 64 letters, digits and . _ -, beginning with a letter')
    else if (key === 'maxLogEntries') changes.set(key, readMaxLogEntries(report, value, maxLogEntries))
    else changes.set(key, readValue(report, `/ui/${key}`, value))
  }
  return finish(report, Object.fromEntries(changes))
}

/** Entries shown: at least 10, at most as many as there are. */
function readMaxLogEntries(report: Report, value: unknown, max: number): number | null {
  if (value === null) return null
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    report.add('/ui/maxLogEntries', 'must be a number')
    return null
  }
  return Math.min(max, Math.max(10, Math.round(value)))
}
