// Health for administrators: the parts with figures, the settings, and what the hub leans on.

import type { HealthConfig, SettingView } from '@arcp/protocol/rest'
import { toIso } from '@arcp/protocol/codec'
import type { HealthReport } from '@arcp/protocol/model'

import type { SearchState } from '../../domain/health.ts'
import { azureStatus, redisStatus } from '../../domain/health.ts'
import type { StoreStatus } from '../../domain/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Replica } from '../../live/replica.ts'
import { json } from '../answer.ts'
import type { Gate } from '../gate.ts'
import type { Handlers } from '../router.ts'
import { features } from './service.ts'

/** A setting as the table of options shows it: secrets as `set` or `not set`. */
export interface ShownSetting {
  readonly name: string
  readonly value: string | number | boolean | readonly string[]
  readonly secret: boolean
  readonly byDefault: boolean
}

/** What the process uses at the moment. */
export interface ProcessFigures {
  readonly uptimeS: number
  readonly memoryBytes: number
  readonly heapUsedBytes: number
  readonly sockets: Readonly<Record<string, number>>
  readonly bufferedBytes: number
}

export interface HealthHandlerDeps {
  readonly gate: Gate
  readonly replica: Replica
  readonly version: string
  readonly clock: Pick<Clock, 'wall'>
  readonly health: () => HealthReport
  readonly storage: () => StoreStatus
  readonly search: () => SearchState
  readonly settings: () => readonly ShownSetting[]
  readonly process: () => ProcessFigures
}

type HealthHandlers = Pick<Handlers, 'healthDetailed' | 'healthConfig' | 'healthRedis' | 'healthAzure'>

export const healthHandlers = (deps: HealthHandlerDeps): HealthHandlers => {
  const { gate, replica, version, clock, health, storage, search, settings } = deps

  return {
    healthDetailed: gate('healthDetailed', () => {
      const { status, reason, components } = health()
      const { total, alive, dead, types } = replica.counts()
      const store = storage()
      const figures = deps.process()
      return json({
        status,
        reason,
        timestamp: toIso(clock.wall()),
        version,
        components: {
          registry: components.agents,
          storage: components.storage,
          ai_services: components.ai_services,
        },
        detailed: {
          database: { kind: store.kind, available: store.available, offset: replica.position().offset },
          storage: { redis: redisStatus(store), backup_storage: store.kind },
          ai_services: {
            azure_openai: azureStatus(search()),
            embeddings: search().available,
            embeddings_stored: search().stored,
          },
          features: features(store, search()),
          agents: { total, alive, dead, agent_types: Object.fromEntries(types) },
          performance: {
            uptime_seconds: figures.uptimeS,
            memory_bytes: figures.memoryBytes,
            heap_used_bytes: figures.heapUsedBytes,
            websocket_connections: figures.sockets,
            websocket_buffered_bytes: figures.bufferedBytes,
          },
        },
      })
    }),

    healthConfig: gate('healthConfig', () => json(configOf(settings()))),

    healthRedis: gate('healthRedis', () => {
      const { kind, available } = storage()
      if (kind !== 'redis') return json({ status: 'not_configured', redis: 'embedded' })
      return json(available ? { status: 'healthy', redis: 'connected' } : { status: 'error', redis: 'disconnected' })
    }),

    healthAzure: gate('healthAzure', () => {
      const status = azureStatus(search())
      return json({ status, details: { status, reason: AZURE_REASONS[status] } })
    }),
  }
}

const AZURE_REASONS = {
  available: 'Embeddings are made and searched',
  not_configured: 'The four AZURE_* settings are not set: search goes by words',
  unavailable: 'The embedding service does not answer: search goes by words',
} as const

/** Without these a hub in production does not start. */
const REQUIRED = new Set([
  'ENVIRONMENT',
  'ALLOWED_AGENT_TYPES',
  'JWT_SECRET',
  'JWT_ALGORITHM',
  'AGENT_KEYS',
  'ADMIN_USERNAME',
  'ADMIN_PASSWORD',
])

type Group = keyof HealthConfig['optional_config']

const SECURITY =
  /^(JWT|ADMIN|SESSION|MAX_SESSIONS|LOGIN|RATE|PUBLIC_RATE|TRUSTED|ALLOWED|BLOCKED|IP_|ARCP_TLS|ARCP_ISSUER|CSP|MAX_|METRICS_SCRAPE)|_CHECK_ORIGIN$/

const groupOf = (name: string): Group => {
  if (name.startsWith('AZURE_') || name.startsWith('VECTOR_')) return 'azure'
  if (name.startsWith('REDIS_')) return 'redis'
  if (SECURITY.test(name)) return 'security'
  if (/^(WS|WEBSOCKET|PUBLIC_WS|AGENT_WS|DASHBOARD_WS)_/.test(name)) return 'websocket'
  return /^(AGENT|LEASE)_/.test(name) ? 'agent' : 'hub'
}

const viewOf = ({ name, value, secret, byDefault }: ShownSetting): SettingView =>
  secret
    ? { name, set: !byDefault }
    : { name, set: !byDefault, value: Array.isArray(value) ? [...value] : viewValue(value) }

const viewValue = (value: ShownSetting['value']): string | number | boolean =>
  typeof value === 'object' ? value.join(',') : value

const configOf = (all: readonly ShownSetting[]): HealthConfig => {
  const groups = {
    azure: [],
    redis: [],
    security: [],
    agent: [],
    websocket: [],
    hub: [],
  } satisfies HealthConfig['optional_config']
  const found: Record<Group, SettingView[]> = groups
  for (const setting of all) if (!REQUIRED.has(setting.name)) found[groupOf(setting.name)].push(viewOf(setting))
  return {
    status: 'ok',
    required_config: all.filter(({ name }) => REQUIRED.has(name)).map(viewOf),
    optional_config: found,
  }
}
