/** Table of contents: routes under `/public`. */
import { AgentRecord } from '../../model/agent.ts'
import { AgentRecords } from '../agents.ts'
import { AgentTypesAnswer, PublicInfo, PublicStats } from '../public.ts'
import { DiscoverParameters } from '../query-schemas.ts'
import type { Route } from '../route.ts'

export const PUBLIC_ROUTES = {
  discover: {
    method: 'GET',
    path: '/public/discover',
    query: DiscoverParameters,
    tier: 'public',
    summary: 'Alive agents as a bare array, by limit and offset',
    success: 200,
    answers: { 200: AgentRecords },
  },
  getPublicAgent: {
    method: 'GET',
    path: '/public/agent/{agent_id}',
    tier: 'public',
    summary: 'One alive agent',
    success: 200,
    answers: { 200: AgentRecord },
  },
  publicStats: {
    method: 'GET',
    path: '/public/stats',
    tier: 'public',
    summary: 'Counts of the registry',
    success: 200,
    answers: { 200: PublicStats },
  },
  agentTypes: {
    method: 'GET',
    path: '/public/agent_types',
    tier: 'public',
    summary: 'Agent types this hub allows',
    success: 200,
    answers: { 200: AgentTypesAnswer },
  },
  publicInfo: {
    method: 'GET',
    path: '/public/info',
    tier: 'public',
    summary: 'What the public API offers',
    success: 200,
    answers: { 200: PublicInfo },
  },
} as const satisfies Readonly<Record<string, Route>>
