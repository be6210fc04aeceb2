// Hubs that share a store, as each says of itself.

import type { Result } from '../kernel/result.ts'
import type { StoreAway } from './ports.ts'

export interface HubFacts {
  readonly id: string
  readonly version: string
  /** Epoch milliseconds UTC. */
  readonly startedAt: number
  readonly sockets: { readonly public: number; readonly agents: number; readonly dashboard: number }
  /** Of the last change it applied. */
  readonly offset: number
  /** How late its timers run on average, in milliseconds. */
  readonly loopDelayMs: number
  readonly memoryBytes: number
}

/** What one hub asks another to do. */
export type HubOrder =
  | { readonly kind: 'close'; readonly socketId: number }
  /** An operator cleared what all hubs keep. */
  | { readonly kind: 'clear'; readonly what: 'logs' | 'alerts'; readonly user: string }

/** What a hub tells the others about itself, and what it does when they ask. */
export interface HubSelf {
  readonly id: string
  readonly facts: () => HubFacts
  readonly obey: (order: HubOrder) => void
}

/** The other hubs on the same store. What is passed on is done within seconds, or not at all when the hub goes. */
export interface OtherHubs {
  /** Those that are there, in no order. */
  readonly list: () => Promise<Result<readonly HubFacts[], StoreAway>>
  /** @returns false when no such hub is there */
  readonly passOn: (hubId: string, order: HubOrder) => Promise<Result<boolean, StoreAway>>
  /** Every other hub that is there. @returns how many they are */
  readonly tellAll: (order: HubOrder) => Promise<Result<number, StoreAway>>
}
