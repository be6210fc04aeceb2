import { PROBLEMS } from '@arcp/protocol'
import { describe, expect, it } from 'vitest'

import type { AuthFault } from '../domain/auth.ts'
import type { RegistryFault } from '../domain/registry.ts'
import { agentNotFound, authProblem, registryProblem, tempTokenProblem } from './faults.ts'

const id = 'agent-a'

describe('refusals of the domain', () => {
  it.each<[RegistryFault, string, number]>([
    [{ kind: 'not-found', id }, 'agent-not-found', 404],
    [{ kind: 'gone', id, reason: 'replaced' }, 'agent-gone', 410],
    [{ kind: 'duplicate', id }, 'duplicate-agent', 409],
    [{ kind: 'token-used' }, 'token-invalid', 401],
    [{ kind: 'wrong-key', id }, 'insufficient-permissions', 403],
    [{ kind: 'key-full', id, limit: 3 }, 'agent-registration-failed', 400],
    [{ kind: 'forbidden', agentId: id, target: 'agent-b' }, 'insufficient-permissions', 403],
    [{ kind: 'temp-token', agentId: id }, 'insufficient-permissions', 403],
    [{ kind: 'too-large', bytes: 40_000, limit: 32_768 }, 'validation-failed', 422],
    [{ kind: 'store-away', retryAfterS: 2 }, 'service-unavailable', 503],
    [{ kind: 'behind', retryAfterS: 1 }, 'service-unavailable', 503],
  ])('%j of the registry is %s, %i', (fault, slug, status) => {
    const problem = registryProblem(fault)
    expect([problem.slug, PROBLEMS[problem.slug].status]).toEqual([slug, status])
  })

  it.each<[AuthFault, string]>([
    [{ kind: 'missing' }, 'authentication-failed'],
    [{ kind: 'invalid' }, 'token-invalid'],
    [{ kind: 'expired' }, 'token-invalid'],
    [{ kind: 'gone', agentId: id, reason: 'unregistered' }, 'agent-gone'],
    [{ kind: 'behind', retryAfterS: 1 }, 'service-unavailable'],
  ])('%j of a token is %s', (fault, slug) => {
    expect(authProblem(fault).slug).toBe(slug)
  })

  it('[S12] what may work later says when', () => {
    for (const problem of [
      registryProblem({ kind: 'store-away', retryAfterS: 2 }),
      authProblem({ kind: 'behind', retryAfterS: 2 }),
      tempTokenProblem({ kind: 'limited', retryAfterS: 2 }),
    ]) {
      expect(problem.headers).toContainEqual(['retry-after', '2'])
      expect(problem.extensions).toMatchObject({ retry_after: 2 })
    }
  })

  it('[X100] a wrong agent key is 401', () => {
    expect(tempTokenProblem({ kind: 'wrong-key' }).slug).toBe('authentication-failed')
  })

  it('[X128] an id that could not be one is not repeated', () => {
    expect(agentNotFound(id).extensions).toEqual({ agent_id: id })
    for (const odd of ['<script>', 'a b', '%2e%2e', 'x'.repeat(101), 'ab', '']) {
      expect(JSON.stringify(agentNotFound(odd).extensions)).toBe('{}')
    }
  })
})
