// The codes a socket is closed with that differ by endpoint and by what its client knows (A4, D1).

import { CLOSE } from '@arcp/protocol'

import type { EndReason } from '../domain/agent.ts'
import type { Endpoint, Session } from './session.ts'

type Ending = Pick<Session, 'state' | 'endpoint'>

const knowsLiveCodes = ({ state }: Ending): boolean => state.kind === 'authenticated' && state.live

/**
 * When a token ends. Clients of the guide's frames know one code for all that is refused; those with live frames get
 * the exact one.
 */
export const endCode = (session: Ending, why: EndReason): number => {
  if (session.endpoint === 'dashboard') return CLOSE.dashboardAuth.code
  if (!knowsLiveCodes(session)) return CLOSE.policy.code
  return why === 'replaced' ? CLOSE.replaced.code : CLOSE.tokenEnded.code
}

/** When somebody did not say in time who they are. */
export const authTimeoutCode = (endpoint: Endpoint): number =>
  endpoint === 'dashboard' ? CLOSE.dashboardAuth.code : CLOSE.policy.code

/** When the fault is the hub's own. */
export const internalCode = (endpoint: Endpoint): number =>
  endpoint === 'dashboard' ? CLOSE.dashboardInternal.code : CLOSE.internal.code

/** When an operator sends a socket away. */
export const dismissedCode = (session: Ending): number =>
  knowsLiveCodes(session) ? CLOSE.forbidden.code : CLOSE.policy.code
