// One log line for each committed change of an agent: what happened to whom. Keys and tokens are no part of it.

import type { Logger } from '../kernel/logger.ts'
import type { Applied } from '../live/replica.ts'

const putEvent = (before: Applied['before'], after: NonNullable<Applied['after']>): string => {
  if (before === undefined) return 'agent_registered'
  if (before.incarnation !== after.incarnation) return 'agent_replaced'
  return before.status === 'dead' ? 'agent_revived' : 'agent_updated'
}

const REMOVED = { unregistered: 'agent_unregistered', expired: 'agent_removed', revoked: 'agent_revoked' } as const

export const logChange = (logger: Pick<Logger, 'info'>, { committed, before, after }: Applied): void => {
  const { change } = committed
  switch (change.op) {
    case 'put': {
      const { id, incarnation, card } = change.agent
      return logger.info(putEvent(before, change.agent), { agent_id: id, agent_type: card.agent_type, incarnation })
    }
    case 'status': {
      if (after === undefined || before?.status === after.status) return
      const { id, incarnation } = change
      const fields = { agent_id: id, agent_type: after.card.agent_type, incarnation }
      return logger.info(change.status === 'dead' ? 'agent_died' : 'agent_revived', fields)
    }
    case 'remove': {
      const { id, incarnation, reason } = change.tombstone
      return logger.info(REMOVED[reason], { agent_id: id, incarnation })
    }
  }
}
