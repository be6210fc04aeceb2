// The topics of the legacy frames: one per endpoint, and one more for viewers who asked for less.

export const PUBLIC_TOPIC = 'public'
export const AGENTS_TOPIC = 'agents'
export const DASHBOARD_TOPIC = 'dashboard'
/** Viewers that paused: everything but `monitoring` and `health` (D8). */
export const PAUSED_TOPIC = 'dashboard-paused'

/** The topics whose followers get one list of agents after the other. */
export type ListTopic = typeof PUBLIC_TOPIC | typeof AGENTS_TOPIC
export type ViewerTopic = typeof DASHBOARD_TOPIC | typeof PAUSED_TOPIC
export type Topic = ListTopic | ViewerTopic

export const ENDPOINT_OF: Readonly<Record<Topic, 'public' | 'agents' | 'dashboard'>> = {
  [PUBLIC_TOPIC]: 'public',
  [AGENTS_TOPIC]: 'agents',
  [DASHBOARD_TOPIC]: 'dashboard',
  [PAUSED_TOPIC]: 'dashboard',
}

export const isViewerTopic = (topic: Topic): topic is ViewerTopic => topic === DASHBOARD_TOPIC || topic === PAUSED_TOPIC
