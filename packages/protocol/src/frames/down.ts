/** Table of contents: what a hub may send, by endpoint and type. The bare list of `/agents/ws` stands beside it. */
import type { StaticDecode, TSchema } from '@sinclair/typebox'
import { AuthErrorFrame, AuthRequiredFrame, AuthSuccessFrame } from './agent-auth.ts'
import type { AgentListFrame } from './agent-list.ts'
import { AgentsUpdateFrame } from './agents-update.ts'
import {
  AgentsAckFrame,
  ClearAlertsAckFrame,
  ClearLogsAckFrame,
  PauseAckFrame,
  RefreshAckFrame,
  ResumeAckFrame,
} from './dashboard-acks.ts'
import { DashboardAgentsFrame } from './dashboard-agents.ts'
import { AlertFrame } from './dashboard-alerts.ts'
import { AuthAckFrame } from './dashboard-auth.ts'
import { HealthFrame } from './dashboard-health.ts'
import { LogsFrame } from './dashboard-logs.ts'
import { MonitoringFrame } from './dashboard-monitoring.ts'
import { DiscoveryDataFrame } from './discovery.ts'
import { DrainingFrame } from './draining.ts'
import { ErrorFrame } from './error.ts'
import { HeartbeatAckFrame } from './heartbeat.ts'
import { PongFrame } from './ping.ts'
import { StatsUpdateFrame } from './stats-update.ts'
import { WelcomeFrame } from './welcome.ts'

export const DOWN = {
  public: {
    welcome: WelcomeFrame,
    stats_update: StatsUpdateFrame,
    discovery_data: DiscoveryDataFrame,
    agents_update: AgentsUpdateFrame,
    pong: PongFrame,
    error: ErrorFrame,
    draining: DrainingFrame,
  },
  agents: {
    auth_required: AuthRequiredFrame,
    auth_success: AuthSuccessFrame,
    auth_error: AuthErrorFrame,
    heartbeat_ack: HeartbeatAckFrame,
    pong: PongFrame,
    error: ErrorFrame,
    draining: DrainingFrame,
  },
  dashboard: {
    auth_ack: AuthAckFrame,
    monitoring: MonitoringFrame,
    health: HealthFrame,
    agents: DashboardAgentsFrame,
    logs: LogsFrame,
    alert: AlertFrame,
    pause_ack: PauseAckFrame,
    resume_ack: ResumeAckFrame,
    refresh_ack: RefreshAckFrame,
    agents_ack: AgentsAckFrame,
    clear_logs_ack: ClearLogsAckFrame,
    clear_alerts_ack: ClearAlertsAckFrame,
    pong: PongFrame,
    error: ErrorFrame,
    draining: DrainingFrame,
  },
}

type Decoded<T extends Record<string, TSchema>> = { [K in keyof T]: StaticDecode<T[K]> }[keyof T]

export type PublicDown = Decoded<(typeof DOWN)['public']>
export type AgentsDown = Decoded<(typeof DOWN)['agents']> | AgentListFrame
export type DashboardDown = Decoded<(typeof DOWN)['dashboard']>
