// A token that ends closes its sockets (A4): with the incarnation go the sockets that were opened with it.

import { CLOSE_REASONS } from '@arcp/protocol'

import { changedId } from '../../domain/change.ts'
import type { Applied } from '../../live/replica.ts'
import { endCode } from '../end-code.ts'
import type { Session } from '../session.ts'
import type { AgentSockets } from './agent-sockets.ts'

const REASONS = {
  replaced: CLOSE_REASONS.replaced,
  unregistered: CLOSE_REASONS.unregistered,
  expired: CLOSE_REASONS.agentExpired,
  revoked: CLOSE_REASONS.revoked,
} as const

/** With an administrator's session go the sockets that were opened with its tokens. */
export const endSessionSockets = (
  sessionId: string,
  sockets: Pick<AgentSockets, 'ofSession'>,
  close: (session: Session, code: number, reason: string) => void,
): void => {
  for (const session of sockets.ofSession(sessionId)) {
    close(session, endCode(session, 'revoked'), CLOSE_REASONS.sessionEnded)
  }
}

export const endSockets = (
  { committed, after }: Applied,
  sockets: Pick<AgentSockets, 'ended'>,
  close: (session: Session, code: number, reason: string) => void,
): void => {
  const { change } = committed
  if (change.op === 'status') return
  const why = change.op === 'remove' ? change.tombstone.reason : 'replaced'
  for (const session of sockets.ended(changedId(change), after)) close(session, endCode(session, why), REASONS[why])
}
