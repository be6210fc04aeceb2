// Sockets that have not authenticated one second after their upgrade: how many a hub and one address may hold open.

import { CLOSE_REASONS } from '@arcp/protocol'

import { networkOf } from '../kernel/address.ts'
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
  // By network: who has a /64 has more addresses than this hub has sockets.
  const byNetwork = new Map<string, number>()
  let total = 0

  const over = (session: Session): boolean => {
    if (settings.maxPendingAuth > 0 && total > settings.maxPendingAuth) {
      meter.limited('ws_pending_auth')
      return true
    }
    const limit = settings.maxPendingAuthPerAddress
    if (limit === 0 || settings.isProxy(session.address)) return false
    if ((byNetwork.get(networkOf(session.address)) ?? 0) <= limit) return false
    meter.limited('ws_pending_auth_address')
    return true
  }

  return {
    add: (session) => {
      session.pending = true
      total += 1
      const network = networkOf(session.address)
      byNetwork.set(network, (byNetwork.get(network) ?? 0) + 1)
      if (over(session)) close(session, 1013, CLOSE_REASONS.pendingAuth)
    },
    remove: (session) => {
      if (!session.pending) return
      session.pending = false
      total -= 1
      const network = networkOf(session.address)
      const left = (byNetwork.get(network) ?? 1) - 1
      if (left === 0) byNetwork.delete(network)
      else byNetwork.set(network, left)
    },
    count: () => total,
  }
}
