/**
 * Owns: one alert as operators see it.
 * Must not know: which condition raises it or how long it cools down.
 */
import { Type, type Static } from '@sinclair/typebox'
import { Text } from './text.ts'
import { IsoTime } from './time.ts'

export const AlertSeverity = Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('critical')])
export type AlertSeverity = Static<typeof AlertSeverity>

export const ALERT_TYPES = ['performance', 'errors', 'agents', 'storage', 'resources'] as const
export type AlertType = (typeof ALERT_TYPES)[number] | (string & {})

/** An entry of `alert` (D7). `id` is never null. */
export const Alert = Type.Object({
  id: Text({ minLength: 1, maxLength: 200 }),
  title: Text({ minLength: 1, maxLength: 200 }),
  message: Text({ maxLength: 2048, lines: true }),
  severity: AlertSeverity,
  type: Text<AlertType>({ minLength: 1, maxLength: 64 }, ALERT_TYPES),
  timestamp: IsoTime,
})
export type Alert = Static<typeof Alert>
