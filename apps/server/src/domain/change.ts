// Changes: the only way state moves. A store's state, a hub's replica and a client's copy are all folds of them.

import type { Agent, Tombstone } from './agent.ts'

/** `put`: registration, takeover or update of registered data. The other two end a life or change its status. */
export type Change =
  | { readonly op: 'put'; readonly agent: Agent }
  | {
      readonly op: 'status'
      readonly id: string
      readonly incarnation: number
      readonly status: Agent['status']
      readonly seenAt: number
    }
  | { readonly op: 'remove'; readonly tombstone: Tombstone }

/** Where a change stands in the one ordered stream of the cluster. A new epoch means that history was lost. */
export interface Position {
  readonly epoch: string
  readonly offset: number
}

export interface CommittedChange extends Position {
  readonly change: Change
}

export const changedId = (change: Change): string => {
  switch (change.op) {
    case 'put':
      return change.agent.id
    case 'status':
      return change.id
    case 'remove':
      return change.tombstone.id
  }
}

/** The agent after the change: undefined when it is gone. A status change of an unknown agent leaves it unknown. */
export const applyChange = (before: Agent | undefined, change: Change): Agent | undefined => {
  switch (change.op) {
    case 'put':
      return change.agent
    case 'status':
      return before?.incarnation === change.incarnation
        ? { ...before, status: change.status, seenAt: change.seenAt }
        : before
    case 'remove':
      return undefined
  }
}
