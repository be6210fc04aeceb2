/**
 * Owns: the system's health and load as operators see them.
 * Must not know: how anything is measured.
 */
import { Type, type Static } from '@sinclair/typebox'
import { Text } from './text.ts'

type Open<T extends string> = T | (string & {})

const word = { minLength: 1, maxLength: 64 }

/** Known words for readers; a newer hub may say others, so any short word passes. */
export const HealthStatus = Text<Open<'healthy' | 'degraded' | 'unhealthy'>>(word, ['healthy', 'degraded', 'unhealthy'])
export type HealthStatus = Static<typeof HealthStatus>

export const RedisStatus = Text<Open<'connected' | 'embedded' | 'error'>>(word, ['connected', 'embedded', 'error'])
export type RedisStatus = Static<typeof RedisStatus>

export const AzureStatus = Text<Open<'available' | 'not_configured' | 'unavailable'>>(word, [
  'available',
  'not_configured',
  'unavailable',
])
export type AzureStatus = Static<typeof AzureStatus>

/** `health.data` of the dashboard (D4). `reason` is "All systems operational" when healthy. */
export const HealthReport = Type.Object({
  status: HealthStatus,
  reason: Text({ maxLength: 500 }),
  components: Type.Object({
    storage: Type.Object({ status: HealthStatus, redis: RedisStatus }),
    agents: Type.Object({
      total: Type.Integer({ minimum: 0 }),
      active: Type.Integer({ minimum: 0 }),
      status: HealthStatus,
      /** active / total, 0 to 1. */
      connectivity_ratio: Type.Number({ minimum: 0, maximum: 1 }),
    }),
    ai_services: Type.Object({ status: HealthStatus, azure_openai: AzureStatus }),
  }),
})
export type HealthReport = Static<typeof HealthReport>

const measured = Type.Union([Type.Number({ minimum: 0 }), Type.Null()])

/** Load in percent; null where it cannot be measured (D3). */
export const ResourceUtilization = Type.Object({
  cpu: measured,
  memory: measured,
  network: measured,
  storage: measured,
})
export type ResourceUtilization = Static<typeof ResourceUtilization>
