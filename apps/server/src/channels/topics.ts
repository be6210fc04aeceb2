// The topics of the legacy frames: one per endpoint.

export const PUBLIC_TOPIC = 'public'
export const AGENTS_TOPIC = 'agents'
export type Topic = typeof PUBLIC_TOPIC | typeof AGENTS_TOPIC
