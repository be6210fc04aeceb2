// The domain's refusals as problems: one table from kind to slug, status and words.

import { isAgentId } from '@arcp/protocol/model'

import type { AuthFault } from '../domain/auth.ts'
import type { RegistryFault, TempTokenFault } from '../domain/registry.ts'
import { invalid, problem, retryAfter, type Problem } from './answer.ts'

const GONE_ADVICE = {
  replaced: 'a newer registration took over this id',
  unregistered: 'it was unregistered; register again to come back',
  expired: 'it was silent for too long and was removed, or this hub lost what it knew; register again to come back',
  revoked: 'its registration was revoked',
} as const

export const authProblem = (fault: AuthFault): Problem => {
  switch (fault.kind) {
    case 'missing':
      return problem('authentication-failed', 'Send Authorization: Bearer <token>')
    case 'invalid':
      return problem('token-invalid', 'The token is not valid; request a new one')
    case 'expired':
      return problem('token-invalid', 'The token has expired; request a new one')
    case 'session-ended':
      return sessionInvalid()
    case 'gone':
      return gone(fault.agentId, fault.reason)
    case 'behind':
      return unavailable('This hub is still catching up', fault.retryAfterS)
  }
}

/** It is not said which: whoever may know knows. */
export const sessionInvalid = (): Problem =>
  problem(
    'session-invalid',
    'The session is over, or X-Client-Fingerprint is missing or not that of its log-in: send that, or log in again',
  )

export const registryProblem = (fault: RegistryFault): Problem => {
  switch (fault.kind) {
    case 'not-found':
      return agentNotFound(fault.id)
    case 'gone':
      return gone(fault.id, fault.reason)
    case 'duplicate':
      return problem('duplicate-agent', 'An agent of this id is alive under another key; choose another agent_id', {
        agent_id: fault.id,
      })
    case 'token-used':
      return problem('token-invalid', 'This temp token was used for another registration; request a new one')
    case 'key-removed':
      return problem('token-invalid', 'The agent key behind this token is no longer a key of this hub')
    case 'wrong-key':
      return problem('insufficient-permissions', 'This agent was registered with another key', { agent_id: fault.id })
    case 'key-full':
      return problem('agent-registration-failed', `This key may have ${fault.limit} agents alive at a time`, {
        agent_id: fault.id,
      })
    case 'forbidden':
      return problem('insufficient-permissions', 'This token is not for that agent', {
        agent_id: fault.agentId,
        ...(isAgentId(fault.target) ? { target_agent_id: fault.target } : {}),
      })
    case 'admin-registers':
      return problem(
        'insufficient-permissions',
        'An administrator registers no agent: mint a temp token for it (POST /tokens/mint with role "agent" and ' +
          'temp_registration) and register with that',
        { target_agent_id: fault.target },
      )
    case 'temp-token':
      return tempTokenForbidden()
    case 'too-large':
      return invalid([{ path: '', message: `the record has ${fault.bytes} bytes; at most ${fault.limit} are kept` }])
    case 'store-away':
      return unavailable('The registry cannot store anything at the moment', fault.retryAfterS)
    case 'behind':
      return unavailable('This hub is still catching up', fault.retryAfterS)
    case 'changed':
      return unavailable('This record is being changed by somebody else', 1)
  }
}

export const tempTokenProblem = (fault: TempTokenFault): Problem =>
  fault.kind === 'wrong-key'
    ? problem('authentication-failed', 'agent_key is not a key of this hub')
    : rateLimited('login', fault.retryAfterS)

export const tempTokenForbidden = (): Problem =>
  problem('insufficient-permissions', 'A temp token only registers or removes its own agent')

/** Ids that could not be ids are not echoed. */
export const agentNotFound = (id: string): Problem =>
  problem('agent-not-found', 'No agent of this id is registered', isAgentId(id) ? { agent_id: id } : {})

export const rateLimited = (attemptType: string, retryAfterS: number): Problem =>
  problem(
    'rate-limit-exceeded',
    `Too many attempts; try again in ${retryAfterS} s`,
    { attempt_type: attemptType, retry_after: retryAfterS },
    retryAfter(retryAfterS),
  )

const gone = (agentId: string, reason: keyof typeof GONE_ADVICE): Problem =>
  problem('agent-gone', `This registration has ended: ${GONE_ADVICE[reason]}`, { agent_id: agentId, reason })

export const unavailable = (detail: string, retryAfterS: number): Problem =>
  problem('service-unavailable', `${detail}; try again`, { retry_after: retryAfterS }, retryAfter(retryAfterS))
