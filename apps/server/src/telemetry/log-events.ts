// How events of the hub read to an operator (D6): the level, where it comes from, and a sentence. An event without a
// row is shown by its name and its fields.

import type { LogLevel } from '@arcp/protocol/model'

/** What a line says under a name, as text without anything a terminal or a page would obey; empty where it is silent. */
export type Said = (name: string) => string

export interface EventText {
  /** Instead of the level the line was written with. */
  readonly level?: LogLevel | ((said: Said) => LogLevel | undefined)
  readonly source: string
  readonly text: (said: Said) => string
}

const agentOf = (said: Said): string => {
  const type = said('agent_type')
  return `Agent ${said('agent_id')}${type === '' ? '' : ` (${type})`}`
}

const agent = (level: LogLevel, what: string): EventText => ({
  level,
  source: 'registry',
  text: (said) => `${agentOf(said)} ${what}`,
})

const because = (said: Said): string => (said('reason') === '' ? '' : `: ${said('reason')}`)

const ALERT_LEVELS: Readonly<Record<string, LogLevel>> = { critical: 'CRIT', warning: 'WARN', info: 'INFO' }

/** Refusals that are somebody at the door rather than a mistake in a request. */
const AT_THE_DOOR = new Set([
  'authentication-failed',
  'token-invalid',
  'session-invalid',
  'insufficient-permissions',
  'forbidden',
  'pin-incorrect',
  'rate-limit-exceeded',
])

const EVENTS: Readonly<Record<string, EventText>> = {
  agent_registered: agent('SUCS', 'registered'),
  agent_replaced: agent('INFO', 'registered anew; the registration before it has ended'),
  agent_updated: agent('INFO', 'updated its registration'),
  agent_revived: agent('SUCS', 'is alive again'),
  agent_died: agent('WARN', 'fell silent and counts as dead'),
  agent_unregistered: agent('INFO', 'unregistered'),
  agent_removed: agent('INFO', 'was silent for too long and is removed'),
  agent_revoked: agent('WARN', 'was revoked'),
  admin_logged_in: { level: 'SUCS', source: 'security', text: (said) => `${said('user')} logged in` },
  admin_logged_out: { source: 'security', text: (said) => `${said('user')} logged out` },
  admin_login_refused: {
    source: 'security',
    text: (said) => `A log-in as ${said('user') || 'nobody known'} was refused${because(said)}`,
  },
  pin_set: { source: 'security', text: (said) => `${said('user')} set a PIN for the session` },
  pin_refused: { source: 'security', text: (said) => `A PIN of ${said('user')} was refused${because(said)}` },
  token_minted: {
    level: 'WARN',
    source: 'security',
    text: (said) => `${said('user')} made a token of the role ${said('role')} for ${said('agent_id')}`,
  },
  agent_revoked_by_admin: {
    level: 'WARN',
    source: 'security',
    text: (said) => `${said('user')} revoked Agent ${said('agent_id')}`,
  },
  listening: { level: 'SUCS', source: 'system', text: (said) => `The hub is up at ${said('url')}` },
  draining: { level: 'WARN', source: 'system', text: () => 'The hub is stopping' },
  stopped: { source: 'system', text: () => 'The hub has stopped' },
  store_away: { level: 'CRIT', source: 'storage', text: (said) => `Nothing can be stored${because(said)}` },
  store_back: { level: 'SUCS', source: 'storage', text: () => 'The store is back' },
  store_lost_agents: { level: 'CRIT', source: 'storage', text: () => 'The store came back without agents it had' },
  hub_joined: { level: 'SUCS', source: 'cluster', text: (said) => `Hub ${said('hub')} joined: ${said('hubs')} hubs` },
  hub_left: { source: 'cluster', text: (said) => `Hub ${said('hub')} left` },
  request_refused: {
    level: (said) => (AT_THE_DOOR.has(said('problem')) ? 'WARN' : undefined),
    source: 'http',
    text: (said) => `${said('route')} refused (${said('problem')}): ${said('detail')}`,
  },
  socket_ended: {
    source: 'websocket',
    text: (said) => `A socket of ${said('endpoint')} was closed with ${said('code')}: ${said('reason')}`,
  },
  alert_raised: {
    level: (said) => ALERT_LEVELS[said('severity')],
    source: 'alerts',
    text: (said) => `${said('title')}: ${said('message')}`,
  },
  alert_acknowledged: {
    source: 'alerts',
    text: (said) => `${said('user')} looks after alert ${said('alert')}`,
  },
  alert_cleared: { level: 'SUCS', source: 'alerts', text: (said) => `Over: ${said('title')}` },
  logs_cleared: { source: 'dashboard', text: (said) => `${said('user')} cleared the log` },
  alerts_cleared: { source: 'dashboard', text: (said) => `${said('user')} cleared the alerts` },
  uncaught_exception: { level: 'CRIT', source: 'system', text: (said) => `The hub ended by a fault: ${said('err')}` },
  unhandled_rejection: { level: 'CRIT', source: 'system', text: (said) => `The hub ended by a fault: ${said('err')}` },
}

export const eventText = (event: string): EventText | undefined =>
  Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined
