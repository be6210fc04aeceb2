// Changing what is registered of an agent while its life goes on. Two who change at a time both find their change.

import type { AgentRegistration } from '@arcp/protocol/model'

import { err, ok, type Result } from '../kernel/result.ts'
import type { Agent } from './agent.ts'
import type { Principal } from './auth.ts'
import type { AgentView, Store } from './ports.ts'
import { notYours, type RegistryFault } from './registry.ts'
import { isLife } from './transition.ts'

export interface AgentUpdatesDeps {
  readonly store: Pick<Store, 'commit'>
  readonly view: Pick<AgentView, 'get' | 'position' | 'reached'>
  /** Largest record in bytes of JSON (`AGENT_MAX_BYTES`). */
  readonly agentMaxBytes: number
}

export interface AgentUpdates {
  /**
   * @param edit makes the new card from the one that is registered; runs again when that was changed meanwhile
   * @returns once this hub shows the change
   */
  readonly update: <E>(
    id: string,
    principal: Principal,
    edit: (card: AgentRegistration) => Result<AgentRegistration, E>,
  ) => Promise<Result<void, RegistryFault | { readonly kind: 'not-valid'; readonly issues: E }>>
}

/** Somebody is faster every time: then this one comes back later. */
const MAX_TRIES = 8
/** How long a hub waits to see the change that was faster, and its own, in milliseconds. */
const CATCH_UP_MS = 1000
const APPLY_MS = 5000

export const createAgentUpdates = ({ store, view, agentMaxBytes }: AgentUpdatesDeps): AgentUpdates => {
  const target = (id: string, principal: Principal): Result<Agent, RegistryFault> => {
    if (principal.kind === 'temp') return err({ kind: 'temp-token', agentId: principal.agentId })
    if (principal.kind === 'access' && principal.agentId !== id) return err(notYours(id, principal))
    const agent = view.get(id)
    if (agent === undefined) return err({ kind: 'not-found', id })
    if (principal.kind === 'access' && !isLife(agent, principal)) return err({ kind: 'gone', id, reason: 'replaced' })
    return ok(agent)
  }

  const updateOnce: AgentUpdates['update'] = async (id, principal, edit) => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const found = target(id, principal)
      if (!found.ok) return found
      const { card: known, incarnation, epoch } = found.value
      const edited = edit(known)
      if (!edited.ok) return err({ kind: 'not-valid', issues: edited.error })
      const card = edited.value
      const [before, after] = [JSON.stringify(known), JSON.stringify(card)]
      if (before === after) return ok(undefined)
      const bytes = Buffer.byteLength(after)
      if (bytes > agentMaxBytes) return err({ kind: 'too-large', bytes, limit: agentMaxBytes })
      const next = view.position().offset + 1
      const committed = await store.commit({ kind: 'update', id, incarnation, epoch, card, before })
      if (committed.ok) {
        const seen = await view.reached(committed.value.position.offset, APPLY_MS)
        return seen ? ok(undefined) : err({ kind: 'behind', retryAfterS: 1 })
      }
      if (committed.error.kind !== 'changed') return err(committed.error)
      await view.reached(next, CATCH_UP_MS)
    }
    return err({ kind: 'behind', retryAfterS: 1 })
  }

  // One after the other on this hub: only another hub can be faster.
  const turns = new Map<string, Promise<unknown>>()
  return {
    update: async (id, principal, edit) => {
      const work = () => updateOnce(id, principal, edit)
      const mine = (turns.get(id) ?? Promise.resolve()).then(work, work)
      turns.set(id, mine)
      try {
        return await mine
      } finally {
        if (turns.get(id) === mine) turns.delete(id)
      }
    },
  }
}
