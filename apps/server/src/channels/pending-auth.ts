// Sockets that have not authenticated one second after their upgrade: how many a hub and one address may hold open.

import { CLOSE_REASONS } from '@arcp/protocol'

import type { Meter } from '../kernel/meter.ts'
import type { Session } from './session.ts'
import type { ChannelSettings } from './settings.ts'

export interface PendingAuth {
  readonly add: (session: Session) => void
  readonly remove: (session: Session) => void
  readonly count: () => number
}

export interface PendingAuthDeps {
  readonly settings: Pick<ChannelSettings, 'maxPendingAuth' | 'maxPendingAuthPerAddress' | 'isProxy'>
  readonly meter: Meter
  readonly close: (session: Session, code: number, reason: string) => void
}

export const createPendingAuth = ({ settings, meter, close }: PendingAuthDeps): PendingAuth => {
  const byAddress = new Map<string, number>()
  let total = 0

  const over = (session: Session): boolean => {
    if (settings.maxPendingAuth > 0 && total > settings.maxPendingAuth) {
      meter.limited('ws_pending_auth')
      return true
    }
    const limit = settings.maxPendingAuthPerAddress
    if (limit === 0 || settings.isProxy(session.address) || (byAddress.get(session.address) ?? 0) <= limit) return false
    meter.limited('ws_pending_auth_address')
    return true
  }

  return {
    add: (session) => {
      session.pending = true
      total += 1
      byAddress.set(session.address, (byAddress.get(session.address) ?? 0) + 1)
      if (over(session)) close(session, 1013, CLOSE_REASONS.pendingAuth)
    },
    remove: (session) => {
      if (!session.pending) return
      session.pending = false
      total -= 1
      const left = (byAddress.get(session.address) ?? 1) - 1
      if (left === 0) byAddress.delete(session.address)
      else byAddress.set(session.address, left)
    },
    count: () => total,
  }
}
