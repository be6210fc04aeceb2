/**
 * Owns: frames and words that never change, ready to send.
 * Must not know: schemas (this file is part of the `.` door and pulls in nothing).
 */
import type { WelcomeFrame } from './welcome.ts'

/** Version of the live frames, announced in `welcome` and `auth_success`. */
export const LIVE_VERSION = 1

/** The bare words of C2. */
export const PING = 'ping'
export const PONG = 'pong'

/** First frame of `/public/ws` (P1): the guide's text plus `live`. */
export const WELCOME = {
  type: 'welcome',
  message: 'Connected to ARCP Public API WebSocket',
  features: ['agent_updates', 'public_stats', 'discovery_events', 'paginated_discovery'],
  commands: {
    ping: 'Send ping to check connection',
    get_discovery: 'Get agent discovery data with pagination',
  },
  pagination: {
    default_page_size: 30,
    max_page_size: 100,
    usage: "Send {type: 'get_discovery', page: 1, page_size: 30, agent_type: 'optional'}",
  },
  live: { version: LIVE_VERSION },
} satisfies WelcomeFrame

/** First frame of `/agents/ws` (A1). */
export const AUTH_REQUIRED = { type: 'auth_required', message: 'Send your authentication token' } as const

/** Answer to a good token (A3). */
export const AUTH_SUCCESS = {
  type: 'auth_success',
  message: 'Authentication successful',
  live: { version: LIVE_VERSION },
} as const

/** Texts of `auth_error` (A2). */
export const AUTH_ERRORS = {
  invalidJson: 'Invalid JSON',
  tokenRequired: 'Token required',
  invalidToken: 'Invalid token',
  insufficientPermissions: 'Insufficient permissions',
} as const

/** Texts of `error` that are the same each time (C5, A2, A5, flood limit). */
export const ERRORS = {
  invalidJson: 'Invalid JSON format',
  notAuthenticatedYet: 'Not authenticated yet',
  tooManyMessages: 'Too many messages',
  adminHeartbeat: 'An administrator has no heartbeat',
} as const

/** The text of `error` for a type that is not known; takes the type as `decodeUp` cleaned it (C5). */
export function unknownTypeMessage(type: string): string {
  return `Unknown message type: ${type}`
}

/** Page sizes of `get_discovery` (P4). */
export const DISCOVERY_PAGE = { default: 30, max: 100 } as const
