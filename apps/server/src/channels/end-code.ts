// The code a socket is closed with when its token ends (A4).

import { CLOSE } from '@arcp/protocol'

import type { EndReason } from '../domain/agent.ts'
import type { Session } from './session.ts'

/** Clients of the guide's frames know one code for all that is refused; those with live frames get the exact one. */
export const endCode = ({ state }: Pick<Session, 'state'>, why: EndReason): number => {
  if (state.kind !== 'authenticated' || !state.live) return CLOSE.policy.code
  return why === 'replaced' ? CLOSE.replaced.code : CLOSE.tokenEnded.code
}
