// A heartbeat over an agent's own socket (A5): the effect is that of the REST route, the answer a frame.

import { ERRORS } from '@arcp/protocol'
import { encodeDown, toIso } from '@arcp/protocol/codec'

import type { Registry, RegistryFault } from '../../domain/registry.ts'
import { errorText } from '../answers.ts'
import { reply, type Outcome } from '../outcome.ts'
import { ownerOf, type Session } from '../session.ts'

export interface HeartbeatDeps {
  readonly heartbeat: Registry['heartbeat']
  /** Within how many milliseconds the next one is due. */
  readonly nextMs: () => number
}

const NOT_FOR_ADMINS = reply(errorText(ERRORS.adminHeartbeat))

export const answerHeartbeat = async ({ heartbeat, nextMs }: HeartbeatDeps, session: Session): Promise<Outcome> => {
  const owner = ownerOf(session)
  if (owner === undefined) return NOT_FOR_ADMINS
  const seen = await heartbeat(owner.agentId, owner)
  if (!seen.ok) return reply(errorText(refusal(seen.error)))
  return reply(encodeDown({ type: 'heartbeat_ack', last_seen: toIso(seen.value), next_ms: nextMs() }))
}

const refusal = (fault: RegistryFault): string => {
  switch (fault.kind) {
    case 'store-away':
      return `The registry cannot store anything at the moment; try again in ${fault.retryAfterS} s`
    case 'behind':
      return `This hub is still catching up; try again in ${fault.retryAfterS} s`
    case 'key-full':
      return `This key may have ${fault.limit} agents alive at a time`
    case 'gone':
    case 'not-found':
      return 'This registration has ended'
    default:
      return 'This heartbeat was refused'
  }
}
