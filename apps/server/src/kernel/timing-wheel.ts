// Deadlines of many things on one hashed timing wheel: O(1) to set, move and clear, one timer for all of them.
// It owns no timer: whoever drives it calls `advance` with the time.

export interface TimingWheel<K> {
  /** Sets or moves the deadline of `key`. A deadline in the past fires at the next `advance`. */
  readonly set: (key: K, deadline: number) => void
  readonly clear: (key: K) => void
  readonly deadline: (key: K) => number | undefined
  /** Removes and returns every key whose deadline is at or before `now`, in no particular order. */
  readonly advance: (now: number) => K[]
  readonly size: () => number
  readonly keys: () => IterableIterator<K>
}

/**
 * @param tickMs width of a slot in milliseconds: a key fires at most this much late
 * @param slots number of slots; a deadline further away than `tickMs * slots` stays in its slot for another turn
 */
export const createTimingWheel = <K>(tickMs: number, slots: number, start: number): TimingWheel<K> => {
  const deadlines = new Map<K, number>()
  const ring: Set<K>[] = Array.from({ length: slots }, () => new Set<K>())
  const tickOf = (time: number): number => Math.floor(time / tickMs)
  let current = tickOf(start)

  // A deadline behind the hand would wait a whole turn, so it goes into the slot that is read next.
  const slotAt = (deadline: number): Set<K> => {
    const slot = ring[Math.max(tickOf(deadline), current) % slots]
    if (slot === undefined) throw new Error('timing wheel slot out of range')
    return slot
  }

  const slotOf = new Map<K, Set<K>>()

  const clear = (key: K): void => {
    slotOf.get(key)?.delete(key)
    slotOf.delete(key)
    deadlines.delete(key)
  }

  const set = (key: K, deadline: number): void => {
    const slot = slotAt(deadline)
    const before = slotOf.get(key)
    deadlines.set(key, deadline)
    if (before === slot) return
    before?.delete(key)
    slot.add(key)
    slotOf.set(key, slot)
  }

  const advance = (now: number): K[] => {
    const due: K[] = []
    const target = tickOf(now)
    // More than one turn behind: every slot is read once, no slot twice.
    const first = Math.max(current, target - slots + 1)
    for (let tick = first; tick <= target; tick += 1) {
      const slot = ring[tick % slots]
      if (slot === undefined) continue
      for (const key of slot) {
        const deadline = deadlines.get(key)
        if (deadline !== undefined && deadline <= now) due.push(key)
      }
    }
    // The slot of the running tick is read again next time: it may hold deadlines later in the same tick.
    current = Math.max(current, target)
    for (const key of due) clear(key)
    return due
  }

  return {
    set,
    clear,
    deadline: (key) => deadlines.get(key),
    advance,
    size: () => deadlines.size,
    keys: () => deadlines.keys(),
  }
}
