// W12: what the program that commits is told, and what it tells back.

export const STORES = ['memory', 'sqlite', 'bare sqlite'] as const
export type StoreName = (typeof STORES)[number]

export interface CommitSettings {
  readonly store: StoreName
  readonly synchronous: 'full' | 'normal'
  readonly callers: number
  readonly commits: number
  /** Commits before the first that counts. */
  readonly warmUp: number
}

export interface CommitTimes {
  readonly elapsedMs: number
  readonly cpuMs: number
  /** Milliseconds of each commit, from the call to its answer. */
  readonly latencies: readonly number[]
}

const numberIn = (from: object, name: string): number => {
  const value: unknown = Reflect.get(from, name)
  if (typeof value !== 'number') throw new Error(`${name} is no number.`)
  return value
}

export const parseSettings = (text: string): CommitSettings => {
  const from: unknown = JSON.parse(text)
  if (typeof from !== 'object' || from === null) throw new Error('No settings.')
  const store = STORES.find((name) => name === Reflect.get(from, 'store'))
  if (store === undefined) throw new Error('An unknown store.')
  return {
    store,
    synchronous: Reflect.get(from, 'synchronous') === 'normal' ? 'normal' : 'full',
    callers: numberIn(from, 'callers'),
    commits: numberIn(from, 'commits'),
    warmUp: numberIn(from, 'warmUp'),
  }
}

export const parseTimes = (text: string): CommitTimes => {
  const from: unknown = JSON.parse(text)
  if (typeof from !== 'object' || from === null) throw new Error('No times.')
  const latencies: unknown = Reflect.get(from, 'latencies')
  if (!Array.isArray(latencies)) throw new Error('No latencies.')
  return {
    elapsedMs: numberIn(from, 'elapsedMs'),
    cpuMs: numberIn(from, 'cpuMs'),
    latencies: latencies.map(Number),
  }
}
