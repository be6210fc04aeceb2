/** Table of contents: what a client may send, by endpoint and type. Nothing else lives here. */
import type { StaticDecode, TSchema } from '@sinclair/typebox'
import { AgentAuthFrame } from './agent-auth.ts'
import { DashboardAlertFrame } from './dashboard-alerts.ts'
import { DashboardAuthFrame } from './dashboard-auth.ts'
import { DashboardLogFrame } from './dashboard-logs.ts'
import {
  AgentsRequestFrame,
  ClearAlertsFrame,
  ClearLogsFrame,
  PauseMonitoringFrame,
  RefreshRequestFrame,
  ResumeMonitoringFrame,
} from './dashboard-requests.ts'
import { GetDiscoveryFrame } from './discovery.ts'
import { HeartbeatFrame } from './heartbeat.ts'
import { ClientPongFrame, PingFrame } from './ping.ts'

export const UP = {
  public: {
    ping: PingFrame,
    pong: ClientPongFrame,
    get_discovery: GetDiscoveryFrame,
  },
  agents: {
    ping: PingFrame,
    pong: ClientPongFrame,
    auth: AgentAuthFrame,
    heartbeat: HeartbeatFrame,
  },
  dashboard: {
    ping: PingFrame,
    pong: ClientPongFrame,
    auth: DashboardAuthFrame,
    pause_monitoring: PauseMonitoringFrame,
    resume_monitoring: ResumeMonitoringFrame,
    refresh_request: RefreshRequestFrame,
    agents_request: AgentsRequestFrame,
    clear_logs: ClearLogsFrame,
    clear_alerts: ClearAlertsFrame,
    dashboard_log: DashboardLogFrame,
    dashboard_alert: DashboardAlertFrame,
  },
}

type Decoded<T extends Record<string, TSchema>> = { [K in keyof T]: StaticDecode<T[K]> }[keyof T]

export type PublicUp = Decoded<(typeof UP)['public']>
export type AgentsUp = Decoded<(typeof UP)['agents']>
export type DashboardUp = Decoded<(typeof UP)['dashboard']>
