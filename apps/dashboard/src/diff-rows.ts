/** Owns: what to do to the rows on the page to make them the rows wanted. Must not know: elements. */

export interface RowDiff {
  readonly removed: readonly string[]
  /**
   * From the last row to the first: each goes before `before`, which is in place by then, or to the end when that is
   * null. Rows that are not named stay where they are.
   */
  readonly placed: readonly { readonly id: string; readonly before: string | null }[]
}

/** Keeps the longest run of rows that are in order already, so that as few as possible move. */
export function diffRows(present: readonly string[], wanted: readonly string[]): RowDiff {
  const goal = new Map(wanted.map((id, index) => [id, index]))
  const staying = stayingRows(present, goal)
  return {
    removed: present.filter((id) => !goal.has(id)),
    placed: wanted
      .map((id, index) => ({ id, before: wanted[index + 1] ?? null }))
      .filter(({ id }) => !staying.has(id))
      .reverse(),
  }
}

interface Chain {
  readonly id: string
  readonly at: number
  readonly previous: Chain | null
}

/** Ids of a longest increasing run of wanted positions, in the order the rows have now. */
function stayingRows(present: readonly string[], goal: ReadonlyMap<string, number>): ReadonlySet<string> {
  /** For each length of a run: the one that ends at the smallest position. */
  const tails: Chain[] = []
  for (const id of present) {
    const at = goal.get(id)
    if (at === undefined) continue
    const length = firstAbove(tails, at)
    tails[length] = { id, at, previous: tails[length - 1] ?? null }
  }
  const staying = new Set<string>()
  for (let link = tails.at(-1) ?? null; link !== null; link = link.previous) staying.add(link.id)
  return staying
}

/** Index of the first tail above `at`, by halving; the tails are in order. */
function firstAbove(tails: readonly Chain[], at: number): number {
  let low = 0
  let high = tails.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tails[middle]?.at ?? Infinity) > at) high = middle
    else low = middle + 1
  }
  return low
}
