// The whole state of the cluster, page by page, so that Redis answers others in between. Pages are of different moments:
// what changed while they were read is applied on top, and then they are of the last one.

import type { Agent } from '../../domain/agent.ts'
import { applyChange, changedId, type Change, type Position } from '../../domain/change.ts'
import type { StoredState } from '../../domain/ports.ts'
import type { Page } from './parse-reply.ts'

export interface LoadDeps {
  /** The page after this id, '' for the first. */
  readonly page: (after: string) => Promise<Page>
  /** Changes after `offset`, oldest first; undefined when the history does not reach back so far. */
  readonly readHistory: (
    offset: number,
    limit: number,
  ) => Promise<readonly (readonly [offset: number, change: Change])[] | undefined>
  /** Told once, with the ids of the records that cannot be read. */
  readonly onBroken: (ids: readonly string[]) => void
}

const HISTORY_PAGE = 1000
/** The history may be short, or lost, while the pages are read: then from the start. */
const ATTEMPTS = 5

/** @throws when Redis is away, or forgets faster than it can be read */
export const loadState = async (deps: LoadDeps): Promise<StoredState> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const state = await attemptLoad(deps)
    if (state !== undefined) return state
  }
  throw new Error('the registry changes faster than it can be read: raise CHANGE_HISTORY')
}

const attemptLoad = async ({ page, readHistory, onBroken }: LoadDeps): Promise<StoredState | undefined> => {
  const byId = new Map<string, Agent>()
  const broken: string[] = []
  let first: Position | undefined
  let position: Position | undefined
  for (let after: string | undefined = ''; after !== undefined;) {
    const found: Page = await page(after)
    first ??= found.position
    if (found.position.epoch !== first.epoch) return undefined
    position = found.position
    for (const agent of found.agents) byId.set(agent.id, agent)
    broken.push(...found.broken)
    after = found.last
  }
  if (first === undefined || position === undefined) return undefined
  for (let at = first.offset; at < position.offset;) {
    const changes = await readHistory(at, Math.min(HISTORY_PAGE, position.offset - at))
    if (changes === undefined) return undefined
    for (const [offset, change] of changes) {
      fold(byId, change)
      at = offset
    }
  }
  if (broken.length > 0) onBroken(broken)
  const agents = [...byId.values()].sort((a, b) => a.registeredAt - b.registeredAt || (a.id < b.id ? -1 : 1))
  return { position, agents }
}

const fold = (byId: Map<string, Agent>, change: Change): void => {
  const id = changedId(change)
  const before = byId.get(id)
  const after = applyChange(before, change)
  if (after === undefined) byId.delete(id)
  // Heard after the change, and read before it was applied here.
  else if (before?.incarnation === after.incarnation && before.seenAt > after.seenAt) {
    byId.set(id, { ...after, seenAt: before.seenAt })
  } else byId.set(id, after)
}
