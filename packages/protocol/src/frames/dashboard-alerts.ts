/** Owns: alert frames of `/dashboard/ws`, both ways (D7, D8). Must not know: what raises an alert. */
import { Type, type Static, type StaticDecode } from '@sinclair/typebox'
import { Alert, AlertSeverity } from '../model/alert.ts'
import { Text } from '../model/text.ts'
import { IsoTime } from '../model/time.ts'

/** Stored alerts after auth, later the new ones. */
export const AlertFrame = Type.Object({
  type: Type.Literal('alert'),
  timestamp: IsoTime,
  data: Type.Object({ alerts: Type.Array(Alert) }),
})
export type AlertFrame = Static<typeof AlertFrame>

/** An alert an operator's page hands in; without `id` the hub gives one. */
export const AlertInput = Type.Object({
  id: Type.Optional(Text({ minLength: 1, maxLength: 200 })),
  title: Text({ minLength: 1, maxLength: 200 }),
  message: Text({ maxLength: 2048, lines: true }),
  severity: AlertSeverity,
  type: Text({ minLength: 1, maxLength: 64 }),
  timestamp: Type.Optional(Text({ maxLength: 40 })),
})
export type AlertInput = Static<typeof AlertInput>

const alertList = Type.Object({ alerts: Type.Array(AlertInput, { minItems: 1, maxItems: 100 }) })

const data = Type.Transform(
  Type.Union([alertList, AlertInput], { 'x-expects': 'one alert, or {"alerts": [...]} with 1 to 100 of them' }),
)
  .Decode((value) => ('alerts' in value ? value.alerts : [value]))
  .Encode((alerts) => ({ alerts }))

/** Alerts to store once by id. `data` decodes to a list, whichever form it came in. */
export const DashboardAlertFrame = Type.Object({
  type: Type.Literal('dashboard_alert'),
  timestamp: Type.Optional(Text({ maxLength: 40 })),
  data,
})
export type DashboardAlertFrame = StaticDecode<typeof DashboardAlertFrame>
