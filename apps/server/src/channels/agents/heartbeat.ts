// A heartbeat over an agent's own socket (A5): the effect is that of the REST routes, the answer a frame.

import { ERRORS, type HeartbeatFrame } from '@arcp/protocol'
import { encodeDown, toIso } from '@arcp/protocol/codec'
import { parseMetricsReport } from '@arcp/protocol/rest'

import type { AgentReports } from '../../domain/agent-reports.ts'
import type { Registry, RegistryFault } from '../../domain/registry.ts'
import { errorText } from '../answers.ts'
import { reject, reply, type Outcome } from '../outcome.ts'
import { ownerOf, type Session } from '../session.ts'

export interface HeartbeatDeps {
  readonly heartbeat: Registry['heartbeat']
  readonly report: AgentReports['report']
  /** Within how many milliseconds the next one is due. */
  readonly nextMs: () => number
}

const NOT_FOR_ADMINS = reply(errorText(ERRORS.adminHeartbeat))

export const answerHeartbeat = async (
  { heartbeat, report, nextMs }: HeartbeatDeps,
  session: Session,
  { metrics }: HeartbeatFrame,
): Promise<Outcome> => {
  const owner = ownerOf(session)
  if (owner === undefined) return NOT_FOR_ADMINS
  const said = metrics === undefined ? undefined : parseMetricsReport(metrics, owner.agentId)
  if (said?.ok === false) {
    const [issue] = said.issues
    return reject(errorText(`metrics.${issue?.message ?? 'not valid'}`, `/metrics${issue?.path ?? ''}`))
  }
  const seen = await heartbeat(owner.agentId, owner)
  if (!seen.ok) return reply(errorText(refusal(seen.error)))
  const reported = said === undefined ? undefined : report(owner.agentId, owner, said.value)
  if (reported?.ok === false) return reply(errorText(refusal(reported.error)))
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
