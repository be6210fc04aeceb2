/**
 * Owns: the table of REST routes: name -> method, path, tier, summary, success status, answers by status.
 * Must not know: handlers. Every route may also answer with a problem document.
 */
import type { TSchema } from '@sinclair/typebox'
import { AgentRecord, AgentRegistration } from '../model/agent.ts'
import { AgentRecords, HeartbeatAnswer, RegisterAnswer, UnregisterAnswer } from './agents.ts'
import { TempTokenAnswer } from './auth.ts'
import { TempTokenBody } from './parse-temp-token.ts'
import { AgentTypesAnswer, PublicInfo, PublicStats } from './public.ts'
import { HealthAnswer, LiveAnswer, ReadyAnswer, ServiceInfo } from './service.ts'
import { PostedTokenValid, RefreshAnswer, TokenInvalid, TokenValid } from './tokens.ts'

/**
 * Who may call: anybody; the holder of a temp token; an agent or admin token; an agent, admin or temp token; an admin
 * with a live session.
 */
export type Tier = 'public' | 'temp' | 'agent' | 'agent-or-temp' | 'admin'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Route {
  readonly method: Method
  /** Path template: `{agent_id}` stands for one segment. */
  readonly path: `/${string}`
  readonly tier: Tier
  readonly summary: string
  /** Status of the ordinary answer. */
  readonly success: number
  /** Schema of the body, where there is one. */
  readonly body?: TSchema
  /** Schemas of answers that are no problem document. */
  readonly answers: Readonly<Record<number, TSchema | readonly TSchema[]>>
}

export const ROUTES = {
  root: {
    method: 'GET',
    path: '/',
    tier: 'public',
    summary: 'Name, version and state of the service',
    success: 200,
    answers: { 200: ServiceInfo },
  },
  health: {
    method: 'GET',
    path: '/health',
    tier: 'public',
    summary: 'Health of the hub and its parts; always 200',
    success: 200,
    answers: { 200: HealthAnswer },
  },
  livez: {
    method: 'GET',
    path: '/livez',
    tier: 'public',
    summary: 'The process is alive',
    success: 200,
    answers: { 200: LiveAnswer },
  },
  readyz: {
    method: 'GET',
    path: '/readyz',
    tier: 'public',
    summary: 'The hub takes traffic; 503 while it goes away, 200 with "degraded" while nothing can be stored',
    success: 200,
    answers: { 200: ReadyAnswer, 503: ReadyAnswer },
  },
  requestTempToken: {
    method: 'POST',
    path: '/auth/agent/request_temp_token',
    tier: 'public',
    summary: 'Exchange an agent key for a temp token of one agent id',
    success: 200,
    body: TempTokenBody,
    answers: { 200: TempTokenAnswer },
  },
  validateCompliance: {
    method: 'POST',
    path: '/auth/agent/validate_compliance',
    tier: 'public',
    summary: 'Phase two of three-phase registration; 409 tpr-disabled before any token check when that is off',
    success: 202,
    answers: {},
  },
  registerAgent: {
    method: 'POST',
    path: '/agents/register',
    tier: 'agent-or-temp',
    summary: 'Register an agent, take over its id, or update it',
    success: 200,
    body: AgentRegistration,
    answers: { 200: RegisterAnswer },
  },
  listAgents: {
    method: 'GET',
    path: '/agents',
    tier: 'agent',
    summary: 'All agents, alive and dead, as a bare array',
    success: 200,
    answers: { 200: AgentRecords },
  },
  getAgent: {
    method: 'GET',
    path: '/agents/{agent_id}',
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
  validateToken: {
    method: 'GET',
    path: '/tokens/validate',
    tier: 'public',
    summary: 'What the token in the Authorization header says; 401 with valid:false when it is bad',
    success: 200,
    answers: { 200: TokenValid, 401: TokenInvalid },
  },
  validatePostedToken: {
    method: 'POST',
    path: '/tokens/validate',
    tier: 'public',
    summary: 'The same for a token in the query; 200 either way',
    success: 200,
    answers: { 200: [PostedTokenValid, TokenInvalid] },
  },
  refreshToken: {
    method: 'POST',
    path: '/tokens/refresh',
    tier: 'public',
    summary: 'A new access token for the one in the Authorization header; temp tokens are refused',
    success: 200,
    answers: { 200: RefreshAnswer },
  },
  discover: {
    method: 'GET',
    path: '/public/discover',
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

export type RouteName = keyof typeof ROUTES
