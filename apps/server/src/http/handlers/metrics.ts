// Routes about the metrics of one agent: what it reports of itself, and what is known of it.

import { parseMetricsReport, parseRequestReport } from '@arcp/protocol/rest'
import { toIso } from '@arcp/protocol/codec'

import type { AgentReports } from '../../domain/agent-reports.ts'
import { single } from '../../kernel/http.ts'
import { metricsRecord } from '../../live/metrics-record.ts'
import { invalid, json } from '../answer.ts'
import type { Exchange, SignedHandler } from '../exchange.ts'
import { registryProblem } from '../faults.ts'
import type { GatedHandler, Gate } from '../gate.ts'
import type { Handlers } from '../router.ts'

export interface MetricsHandlerDeps {
  readonly gate: Gate
  readonly reports: AgentReports
}

type MetricsHandlers = Pick<Handlers, 'reportMetrics' | 'getMetrics' | 'reportRequest' | 'reportRequestCompat'>

export const metricsHandlers = ({ gate, reports }: MetricsHandlerDeps): MetricsHandlers => {
  const reportRequest: SignedHandler = ({ agentId, principal, query }) => {
    const served = parseRequestReport(query)
    if (!served.ok) return invalid(served.issues)
    const { response_time: seconds, success } = served.value
    const reported = reports.served(agentId, principal, { seconds, success })
    if (!reported.ok) return registryProblem(reported.error)
    const { successRate, avgResponseTime, reputationScore, totalRequests, lastActive } = reported.value
    return json({
      status: 'success',
      message: `Metrics reported for agent ${agentId}`,
      current_metrics: {
        success_rate: thousandths(successRate),
        avg_response_time: thousandths(avgResponseTime),
        reputation_score: thousandths(reputationScore),
        total_requests: totalRequests,
        last_active: toIso(lastActive),
      },
    })
  }

  return {
    reportMetrics: gate('reportMetrics', async ({ agentId, principal, json: readBody }) => {
      const body = await readBody()
      if (!body.ok) return body.error
      const said = parseMetricsReport(body.value, agentId)
      if (!said.ok) return invalid(said.issues)
      const reported = reports.report(agentId, principal, said.value)
      if (!reported.ok) return registryProblem(reported.error)
      const metrics = metricsRecord(reported.value)
      return json({ status: 'success', message: `Metrics updated for agent ${agentId}`, metrics })
    }),

    getMetrics: gate('getMetrics', ({ agentId, principal }) => {
      const known = reports.read(agentId, principal)
      return known.ok ? json(metricsRecord(known.value)) : registryProblem(known.error)
    }),

    reportRequest: takingBareToken(gate('reportRequest', reportRequest)),
    reportRequestCompat: takingBareToken(gate('reportRequestCompat', reportRequest)),
  }
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000

/** These two routes have always taken a token without the word `Bearer` before it, too. */
const takingBareToken = (handler: GatedHandler): GatedHandler => {
  const taking = (exchange: Exchange) => handler({ ...exchange, token: exchange.token ?? bareToken(exchange) })
  return Object.assign(taking, { gated: true as const })
}

const bareToken = ({ request }: Exchange): string | undefined => {
  const text = single(request.headers, 'authorization')
  return text === undefined || /\s/.test(text) ? undefined : text
}
