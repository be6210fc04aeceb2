/** Table of contents: routes under `/agents`. */
import { AgentRecord } from '../../model/agent.ts'
import {
  AgentRecords,
  AgentRegistrationBody,
  HeartbeatAnswer,
  RegisterAnswer,
  RevokeAnswer,
  UnregisterAnswer,
} from '../agents.ts'
import { GetAgentParameters, ListAgentsParameters } from '../query-schemas.ts'
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
    summary: 'All agents, alive and dead, as a bare array',
    success: 200,
    answers: { 200: AgentRecords },
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
} as const satisfies Readonly<Record<string, Route>>
