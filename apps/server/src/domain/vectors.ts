// Vectors of agents, one behind the other in memory, and the cosine of each with that of a query.

export interface Vectors {
  /** False for a vector of another dimension than the others. */
  readonly put: (id: string, vector: Float32Array) => boolean
  readonly remove: (id: string) => void
  /**
   * Cosine with every vector, 0 to 1; undefined for a query of another dimension. Vectors have length 1. Others get
   * their turn in between: what moves meanwhile may be missing.
   *
   * @param pause resolves when it is this one's turn again
   */
  readonly find: (query: Float32Array, pause: () => Promise<void>) => Promise<ReadonlyMap<string, number> | undefined>
  readonly size: () => number
}

/** Vectors compared before others get their turn: some milliseconds. */
const AT_ONCE = 2000

export const createVectors = (): Vectors => {
  const slots = new Map<string, number>()
  const ids: string[] = []
  let dimension = 0
  let rows = new Float32Array(0)

  const grow = (count: number): void => {
    if (count * dimension <= rows.length) return
    const larger = new Float32Array(Math.ceil(count * 1.5) * dimension)
    larger.set(rows)
    rows = larger
  }

  return {
    put: (id, vector) => {
      if (slots.size === 0) {
        dimension = vector.length
        rows = new Float32Array(0)
      }
      if (vector.length !== dimension) return false
      const slot = slots.get(id) ?? ids.length
      grow(slot + 1)
      rows.set(vector, slot * dimension)
      slots.set(id, slot)
      ids[slot] = id
      return true
    },
    remove: (id) => {
      const slot = slots.get(id)
      if (slot === undefined) return
      slots.delete(id)
      const last = ids.length - 1
      const moved = ids.pop()
      if (slot === last || moved === undefined) return
      rows.copyWithin(slot * dimension, last * dimension, (last + 1) * dimension)
      slots.set(moved, slot)
      ids[slot] = moved
    },
    find: async (query, pause) => {
      const found = new Map<string, number>()
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        if (query.length !== dimension) return undefined
        for (const [index, id] of ids.slice(from, from + AT_ONCE).entries()) {
          found.set(id, Math.min(1, Math.max(0, dot(rows, (from + index) * dimension, query))))
        }
        if (from + AT_ONCE < ids.length) await pause()
      }
      return found
    },
    size: () => slots.size,
  }
}

// Four sums at a time: the processor does not have to wait for one to add the next.
const dot = (rows: Float32Array, from: number, query: Float32Array): number => {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  const whole = query.length & ~3
  for (let at = 0; at < whole; at += 4) {
    a += (rows[from + at] ?? 0) * (query[at] ?? 0)
    b += (rows[from + at + 1] ?? 0) * (query[at + 1] ?? 0)
    c += (rows[from + at + 2] ?? 0) * (query[at + 2] ?? 0)
    d += (rows[from + at + 3] ?? 0) * (query[at + 3] ?? 0)
  }
  for (let at = whole; at < query.length; at += 1) a += (rows[from + at] ?? 0) * (query[at] ?? 0)
  return a + b + c + d
}
