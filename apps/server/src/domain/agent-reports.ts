// Who may report and read the metrics of an agent: the agent itself, in the life its token is of, and administrators.

import type { ReportedMetrics } from '@arcp/protocol/model'

import { err, ok, type Result } from '../kernel/result.ts'
import type { MetricsRecord, ServedRequest } from './agent-metrics.ts'
import type { Principal } from './auth.ts'
import type { MetricsBook } from './metrics-book.ts'
import type { AgentView } from './ports.ts'
import { notYours, type RegistryFault } from './registry.ts'
import { isLife } from './transition.ts'

type Reply = Result<MetricsRecord, RegistryFault>

export interface AgentReports {
  readonly report: (id: string, principal: Principal, said: ReportedMetrics) => Reply
  /** One request the agent served: it counts its own only, whoever else may set numbers. */
  readonly served: (id: string, principal: Principal, request: ServedRequest) => Reply
  /** Zeros before the first report. */
  readonly read: (id: string, principal: Principal) => Reply
}

export const createAgentReports = (book: MetricsBook, view: Pick<AgentView, 'get'>): AgentReports => {
  const refusal = (id: string, principal: Principal): RegistryFault | undefined => {
    if (principal.kind === 'temp') return { kind: 'temp-token', agentId: principal.agentId }
    if (principal.kind === 'admin') return undefined
    if (principal.agentId !== id) return notYours(id, principal)
    const agent = view.get(id)
    return agent === undefined || isLife(agent, principal) ? undefined : { kind: 'gone', id, reason: 'replaced' }
  }

  const answer = (id: string, metrics: MetricsRecord | undefined): Reply =>
    metrics === undefined ? err({ kind: 'not-found', id }) : ok(metrics)

  return {
    report: (id, principal, said) => {
      const refused = refusal(id, principal)
      return refused === undefined ? answer(id, book.report(id, said)) : err(refused)
    },
    served: (id, principal, request) => {
      if (principal.kind === 'admin') return err({ kind: 'forbidden', agentId: principal.user, target: id })
      const refused = refusal(id, principal)
      return refused === undefined ? answer(id, book.served(id, request)) : err(refused)
    },
    read: (id, principal) => {
      const refused = refusal(id, principal)
      return refused === undefined ? answer(id, book.current(id)) : err(refused)
    },
  }
}
