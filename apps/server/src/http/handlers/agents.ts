// Routes under /agents: the registration life.

import { parseAgentQuery, parseAgentsQuery, parseRegistration } from '@arcp/protocol/rest'
import { toIso } from '@arcp/protocol/codec'

import type { Registry } from '../../domain/registry.ts'
import { restRecord } from '../../live/record-text.ts'
import type { Entry, Replica } from '../../live/replica.ts'
import type { Meter } from '../../kernel/meter.ts'
import type { AdminLog } from '../admin-log.ts'
import { invalid, json, jsonText } from '../answer.ts'
import { agentNotFound, registryProblem } from '../faults.ts'
import { asAdmin, type Gate } from '../gate.ts'
import type { Pinned } from '../pin-check.ts'
import type { Handlers } from '../router.ts'

export interface AgentHandlerDeps {
  readonly gate: Gate
  readonly registry: Registry
  readonly replica: Replica
  readonly allowedTypes: readonly string[]
  readonly meter: Meter
  readonly pinned: Pinned
  readonly log: AdminLog
}

type AgentHandlers = Pick<
  Handlers,
  'registerAgent' | 'listAgents' | 'getAgent' | 'deleteAgent' | 'heartbeat' | 'revokeAgent'
>

export const agentHandlers = (deps: AgentHandlerDeps): AgentHandlers => {
  const { gate, registry, replica, allowedTypes, meter, pinned, log } = deps

  return {
    registerAgent: gate('registerAgent', async ({ principal, json: readBody }) => {
      const body = await readBody()
      if (!body.ok) return body.error
      const card = parseRegistration(body.value, { allowedTypes })
      if (!card.ok) return invalid(card.issues)
      const registered = await registry.register(card.value, principal)
      if (!registered.ok) {
        if (registered.error.kind === 'too-large') meter.limited('agent_bytes')
        if (registered.error.kind === 'key-full') meter.limited('key_agents')
        return registryProblem(registered.error)
      }
      const { agentId, accessToken, how } = registered.value
      return json({
        status: 'success',
        message: `Agent ${agentId} ${how === 'updated' ? 'updated' : 'registered'} successfully`,
        agent_id: agentId,
        access_token: accessToken,
      })
    }),

    listAgents: gate('listAgents', ({ query }) => {
      const wanted = parseAgentsQuery(query)
      if (!wanted.ok) return invalid(wanted.issues)
      const { agent_type: type, status, capabilities } = wanted.value
      const found = replica
        .entries()
        .filter(
          ({ agent }) =>
            (type === null || agent.card.agent_type === type) &&
            (status === null || agent.status === status) &&
            (capabilities.length === 0 || capabilities.some((one) => agent.card.capabilities.includes(one))),
        )
      return jsonText(recordList(found))
    }),

    getAgent: gate('getAgent', ({ agentId, query }) => {
      const wanted = parseAgentQuery(query)
      if (!wanted.ok) return invalid(wanted.issues)
      const entry = replica.entry(agentId)
      return entry === undefined ? agentNotFound(agentId) : jsonText(restRecord(entry.text, entry.lastSeen))
    }),

    // An agent removes itself by its token alone; an administrator removes another's, which is what a PIN is for.
    deleteAgent: gate(
      'deleteAgent',
      pinned(async ({ agentId, principal, request }) => {
        const removed = await registry.unregister(agentId, principal)
        if (!removed.ok) return registryProblem(removed.error)
        const byAdmin = principal.kind === 'admin'
        if (byAdmin) log.did('agent_revoked_by_admin', principal.user, request.address, { agent_id: agentId })
        return json({
          status: 'success',
          message: `Agent ${agentId} unregistered successfully`,
          unregistered_by: byAdmin ? `admin (${principal.user})` : 'agent (self)',
        })
      }),
    ),

    revokeAgent: gate(
      'revokeAgent',
      pinned(
        asAdmin(async ({ agentId, session, request }) => {
          const revoked = await registry.revoke(agentId)
          if (!revoked.ok) return registryProblem(revoked.error)
          log.did('agent_revoked_by_admin', session.user, request.address, { agent_id: agentId })
          return json({
            status: 'success',
            message: `Agent ${agentId} revoked: its tokens have ended`,
            agent_id: agentId,
            revoked_by: `admin (${session.user})`,
          })
        }),
      ),
    ),

    heartbeat: gate('heartbeat', async ({ agentId, principal }) => {
      const seen = await registry.heartbeat(agentId, principal)
      if (!seen.ok) return registryProblem(seen.error)
      return json({ agent_id: agentId, status: 'success', last_seen: toIso(seen.value), metrics: null })
    }),
  }
}

export const recordList = (entries: readonly Entry[]): string =>
  `[${entries.map((entry) => restRecord(entry.text, entry.lastSeen)).join(',')}]`
