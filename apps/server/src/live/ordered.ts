// Agents in the order every list shows them: by registration, then by id (P4).

import type { Agent } from '../domain/agent.ts'

export interface OrderKey {
  readonly registeredAt: number
  readonly id: string
}

const before = (a: OrderKey, b: OrderKey): boolean =>
  a.registeredAt < b.registeredAt || (a.registeredAt === b.registeredAt && a.id < b.id)

/** Index of the first element that is not before `key`. */
const lowerBound = (items: readonly { readonly agent: Agent }[], key: OrderKey): number => {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item !== undefined && before(item.agent, key)) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the first element behind `key`, which need not be among them. */
export const indexAfter = (items: readonly { readonly agent: Agent }[], key: OrderKey): number => {
  const at = lowerBound(items, key)
  return items[at]?.agent.id === key.id && items[at]?.agent.registeredAt === key.registeredAt ? at + 1 : at
}

/** Puts `item` in its place. Registrations come in order of time, so the place is nearly always the end. */
export const insertOrdered = <T extends { readonly agent: Agent }>(items: T[], item: T): void => {
  items.splice(lowerBound(items, item.agent), 0, item)
}

export const removeOrdered = (items: { readonly agent: Agent }[], key: OrderKey): void => {
  const index = lowerBound(items, key)
  if (items[index]?.agent.id === key.id) items.splice(index, 1)
}
