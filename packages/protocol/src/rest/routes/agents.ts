/** Table of contents: routes under `/agents`. */
import { AgentRecord } from '../../model/agent.ts'
import { AgentMetrics } from '../../model/metrics.ts'
import {
  AgentPatch,
  AgentRecords,
  AgentRegistrationBody,
  AgentsPage,
  HeartbeatAnswer,
  RegisterAnswer,
  RevokeAnswer,
  UnregisterAnswer,
} from '../agents.ts'
import { MetricsAnswer, MetricsReportBody, RequestReportAnswer } from '../metrics.ts'
import { GetAgentParameters, ListAgentsParameters, RequestReportParameters } from '../query-schemas.ts'
import type { Route } from '../route.ts'

export const AGENT_ROUTES = {
  registerAgent: {
    method: 'POST',
    path: '/agents/register',
    tier: 'agent-or-temp',
    summary: 'Register an agent, take over its id, or update it',
    success: 200,
    body: AgentRegistrationBody,
    answers: { 200: RegisterAnswer },
  },
  listAgents: {
    method: 'GET',
    path: '/agents',
    query: ListAgentsParameters,
    tier: 'agent',
    summary: 'All agents, alive and dead, as a bare array; a page of them when limit or cursor is given',
    success: 200,
    answers: { 200: [AgentRecords, AgentsPage] },
  },
  getAgent: {
    method: 'GET',
    path: '/agents/{agent_id}',
    query: GetAgentParameters,
    tier: 'agent',
    summary: 'One agent',
    success: 200,
    answers: { 200: AgentRecord },
  },
  patchAgent: {
    method: 'PATCH',
    path: '/agents/{agent_id}',
    tier: 'agent',
    summary: 'Change what is registered by a merge patch (RFC 7396); own token or an admin',
    success: 200,
    body: AgentPatch,
    answers: { 200: AgentRecord },
  },
  deleteAgent: {
    method: 'DELETE',
    path: '/agents/{agent_id}',
    tier: 'agent-or-temp',
    summary: 'Unregister an agent and end its tokens',
    success: 200,
    answers: { 200: UnregisterAnswer },
  },
  heartbeat: {
    method: 'POST',
    path: '/agents/{agent_id}/heartbeat',
    tier: 'agent',
    summary: 'Keep an agent alive; takes no body',
    success: 200,
    answers: { 200: HeartbeatAnswer },
  },
  revokeAgent: {
    method: 'POST',
    path: '/agents/{agent_id}/revoke',
    tier: 'admin',
    summary: 'End a registration for good; with a PIN in the session it needs X-Session-Pin; takes no body',
    success: 200,
    answers: { 200: RevokeAnswer },
  },
  reportMetrics: {
    method: 'POST',
    path: '/agents/{agent_id}/metrics',
    tier: 'agent',
    summary: 'Report numbers of an agent; own token or an admin',
    success: 200,
    body: MetricsReportBody,
    answers: { 200: MetricsAnswer },
  },
  getMetrics: {
    method: 'GET',
    path: '/agents/{agent_id}/metrics',
    tier: 'agent',
    summary: 'The metrics of an agent; own token or an admin',
    success: 200,
    answers: { 200: AgentMetrics },
  },
  reportRequest: {
    method: 'POST',
    path: '/agents/report-metrics/{agent_id}',
    query: RequestReportParameters,
    tier: 'agent',
    summary: 'Report one request an agent served, in the query; own token',
    success: 200,
    answers: { 200: RequestReportAnswer },
  },
  reportRequestCompat: {
    method: 'POST',
    path: '/agents/{agent_id}/metrics/compat',
    query: RequestReportParameters,
    tier: 'agent',
    summary: 'The same under its other path',
    success: 200,
    answers: { 200: RequestReportAnswer },
  },
} as const satisfies Readonly<Record<string, Route>>
