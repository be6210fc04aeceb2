// Routes under /agents: the registration life, and the lists.

import { parseAgentQuery, parseAgentsQuery, parsePatch, parseRegistration, type AgentsQuery } from '@arcp/protocol/rest'
import { toIso } from '@arcp/protocol/codec'

import type { AgentUpdates } from '../../domain/agent-updates.ts'
import type { Registry } from '../../domain/registry.ts'
import { indexAfter } from '../../live/ordered.ts'
import { restRecord } from '../../live/record-text.ts'
import type { Entry, Replica } from '../../live/replica.ts'
import type { Meter } from '../../kernel/meter.ts'
import { err, ok } from '../../kernel/result.ts'
import type { AdminLog } from '../admin-log.ts'
import { invalid, json, jsonText } from '../answer.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Answer } from '../exchange.ts'
import { agentNotFound, registryProblem } from '../faults.ts'
import { asAdmin, type Gate } from '../gate.ts'
import type { Pinned } from '../pin-check.ts'
import type { Handlers } from '../router.ts'

export interface AgentHandlerDeps {
  readonly gate: Gate
  readonly registry: Registry
  readonly updates: AgentUpdates
  readonly replica: Replica
  readonly allowedTypes: readonly string[]
  readonly meter: Meter
  readonly pinned: Pinned
  readonly log: AdminLog
}

type AgentHandlers = Pick<
  Handlers,
  'registerAgent' | 'listAgents' | 'getAgent' | 'patchAgent' | 'deleteAgent' | 'heartbeat' | 'revokeAgent'
>

export const agentHandlers = (deps: AgentHandlerDeps): AgentHandlers => {
  const { gate, registry, updates, replica, allowedTypes, meter, pinned, log } = deps

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
      const found = matching(replica, wanted.value)
      const { limit, include_metrics: withMetrics } = wanted.value
      return limit === null ? jsonText(recordList(found, withMetrics)) : pageOf(found, { ...wanted.value, limit })
    }),

    getAgent: gate('getAgent', ({ agentId, query }) => {
      const wanted = parseAgentQuery(query)
      if (!wanted.ok) return invalid(wanted.issues)
      const entry = replica.entry(agentId)
      return entry === undefined ? agentNotFound(agentId) : jsonText(restRecord(entry, wanted.value.include_metrics))
    }),

    patchAgent: gate(
      'patchAgent',
      pinned(async ({ agentId, principal, request, json: readBody }) => {
        const body = await readBody()
        if (!body.ok) return body.error
        const updated = await updates.update(agentId, principal, (card) => {
          const merged = parsePatch(body.value, card, { allowedTypes })
          return merged.ok ? ok(merged.value) : err(merged.issues)
        })
        if (!updated.ok) {
          if (updated.error.kind === 'not-valid') return invalid(updated.error.issues)
          if (updated.error.kind === 'too-large') meter.limited('agent_bytes')
          return registryProblem(updated.error)
        }
        if (principal.kind === 'admin') {
          log.did('agent_changed_by_admin', principal.user, request.address, { agent_id: agentId })
        }
        const entry = replica.entry(agentId)
        return entry === undefined ? agentNotFound(agentId) : jsonText(restRecord(entry))
      }),
    ),

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

/** In the order of `entries`. */
const matching = (replica: Pick<Replica, 'entries'>, query: AgentsQuery): readonly Entry[] => {
  const { agent_type: type, status, capabilities } = query
  return replica
    .entries()
    .filter(
      ({ agent }) =>
        (type === null || agent.card.agent_type === type) &&
        (status === null || agent.status === status) &&
        (capabilities.length === 0 || capabilities.some((one) => agent.card.capabilities.includes(one))),
    )
}

const NO_CURSOR = invalid([{ path: '/cursor', message: 'cursor must be the next_cursor of a page, as it came' }])

const pageOf = (found: readonly Entry[], query: AgentsQuery & { readonly limit: number }): Answer => {
  const place = query.cursor === null ? undefined : decodeCursor(query.cursor)
  if (query.cursor !== null && place === undefined) return NO_CURSOR
  const start = place === undefined ? 0 : indexAfter(found, place)
  const page = found.slice(start, start + query.limit)
  const last = page.at(-1)?.agent
  const more = last !== undefined && start + page.length < found.length
  const next = more ? `"${encodeCursor(last)}"` : 'null'
  const agents = recordList(page, query.include_metrics)
  return jsonText(`{"agents":${agents},"next_cursor":${next},"total_count":${found.length}}`)
}

export const recordList = (entries: readonly Entry[], withMetrics = true): string =>
  `[${entries.map((entry) => restRecord(entry, withMetrics)).join(',')}]`
