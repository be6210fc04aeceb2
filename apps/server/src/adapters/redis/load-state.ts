// The whole state of the cluster, page by page, so that Redis answers others in between. Pages are of different moments:
// what changed while they were read is applied on top, and then they are of the last one.

import type { KeptMetrics } from '../../domain/agent-metrics.ts'
import type { Agent } from '../../domain/agent.ts'
import { applyChange, changedId, type Change, type Position } from '../../domain/change.ts'
import type { StoredState } from '../../domain/ports.ts'
import { isLife } from '../../domain/transition.ts'
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
  readonly onBrokenMetrics: (ids: readonly string[]) => void
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

const attemptLoad = async (deps: LoadDeps): Promise<StoredState | undefined> => {
  const byId = new Map<string, Agent>()
  const { page, readHistory } = deps
  const metrics: KeptMetrics[] = []
  const broken: string[] = []
  const brokenMetrics: string[] = []
  let first: Position | undefined
  let position: Position | undefined
  for (let after: string | undefined = ''; after !== undefined;) {
    const found: Page = await page(after)
    first ??= found.position
    if (found.position.epoch !== first.epoch) return undefined
    position = found.position
    for (const agent of found.agents) byId.set(agent.id, agent)
    metrics.push(...found.metrics)
    broken.push(...found.broken)
    brokenMetrics.push(...found.brokenMetrics)
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
  if (broken.length > 0) deps.onBroken(broken)
  if (brokenMetrics.length > 0) deps.onBrokenMetrics(brokenMetrics)
  const agents = [...byId.values()].sort((a, b) => a.registeredAt - b.registeredAt || (a.id < b.id ? -1 : 1))
  const lives = (kept: KeptMetrics): boolean => {
    const agent = byId.get(kept.record.agentId)
    return agent !== undefined && isLife(agent, kept)
  }
  return { position, agents, metrics: metrics.filter(lives) }
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
