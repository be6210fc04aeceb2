/** Owns: the names of the three endpoints (C1) and the frames of each. Must not know: schemas at run time. */
import type { AgentsDown, DashboardDown, PublicDown } from './down.ts'
import type { AgentsUp, DashboardUp, PublicUp } from './up.ts'

export type Endpoint = 'public' | 'agents' | 'dashboard'

/** Paths of the WebSocket endpoints. */
export const ENDPOINT_PATHS = { public: '/public/ws', agents: '/agents/ws', dashboard: '/dashboard/ws' } as const

/** Frames from client to hub, as decoded. */
export interface UpFrames {
  public: PublicUp
  agents: AgentsUp
  dashboard: DashboardUp
}

/** Frames from hub to client. */
export interface DownFrames {
  public: PublicDown
  agents: AgentsDown
  dashboard: DashboardDown
}
