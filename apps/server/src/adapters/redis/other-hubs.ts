// What hubs on one Redis say of themselves, and what they ask of each other. Told and heard with every beat.

import type { HubFacts, HubOrder, OtherHubs } from '../../domain/hubs.ts'
import type { StoreAway } from '../../domain/ports.ts'
import { err, ok } from '../../kernel/result.ts'
import { HUBS_SCRIPT, PASS_ON_SCRIPT } from './lease-scripts.ts'
import type { Scripts } from './scripts.ts'

const AWAY: StoreAway = { kind: 'store-away', retryAfterS: 1 }

export const createOtherHubs = (scripts: Pick<Scripts, 'run'>): OtherHubs => ({
  list: async () => {
    const ran = await scripts.run(HUBS_SCRIPT)
    if (ran === undefined) return err(AWAY)
    const texts: readonly unknown[] = Array.isArray(ran.reply) ? ran.reply : []
    return ok(texts.map(parseFacts).filter((facts) => facts !== undefined))
  },
  passOn: async (hubId, order) => {
    const ran = await scripts.run(PASS_ON_SCRIPT, JSON.stringify(order), hubId)
    return ran === undefined ? err(AWAY) : ok(ran.reply === 1)
  },
  tellAll: async (order) => {
    const ran = await scripts.run(PASS_ON_SCRIPT, JSON.stringify(order))
    return ran === undefined ? err(AWAY) : ok(Number(ran.reply))
  },
})

/** A hub of another version may say it in another way: it is then left out. */
export const parseFacts = (text: unknown): HubFacts | undefined => {
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isFacts(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** @returns undefined for what a hub of another version asks */
export const parseOrder = (text: string): HubOrder | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isOrder(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isOrder = (value: unknown): value is HubOrder => {
  if (!isRecord(value)) return false
  if (value['kind'] === 'close') return Number.isSafeInteger(value['socketId'])
  return (
    value['kind'] === 'clear' && ['logs', 'alerts'].includes(String(value['what'])) && typeof value['user'] === 'string'
  )
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isCount = (value: unknown): boolean => typeof value === 'number' && value >= 0

const isFacts = (value: unknown): value is HubFacts => {
  if (!isRecord(value) || !isRecord(value['sockets'])) return false
  const { sockets } = value
  return (
    typeof value['id'] === 'string' &&
    typeof value['version'] === 'string' &&
    ['startedAt', 'offset', 'loopDelayMs', 'memoryBytes'].every((name) => isCount(value[name])) &&
    ['public', 'agents', 'dashboard'].every((name) => isCount(sockets[name]))
  )
}
