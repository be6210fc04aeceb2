// What administrators did and what was refused to them, as log lines: who, from where, never with what secret.

import type { PinVerdict } from '../domain/sessions.ts'
import { createBoundedLog } from '../kernel/bounded-log.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'

export interface AdminLog {
  /** Something an administrator did. */
  readonly did: (
    event:
      | 'admin_logged_in'
      | 'admin_logged_out'
      | 'pin_set'
      | 'token_minted'
      | 'agent_revoked_by_admin'
      | 'agent_changed_by_admin'
      | 'socket_closed_by_admin',
    user: string,
    address: string,
    about?: Readonly<Record<string, string>>,
  ) => void
  /** @param user undefined for a name that is nobody's: people type their password there */
  readonly loginRefused: (reason: 'wrong' | 'limited' | 'busy', user: string | undefined, address: string) => void
  readonly pinRefused: (verdict: PinVerdict, user: string, address: string) => void
}

export const createAdminLog = (logger: Logger, clock: Pick<Clock, 'monotonic'>): AdminLog => {
  // Strangers can cause these as often as they like.
  const bounded = createBoundedLog({ clock, write: logger.warn })
  return {
    did: (event, user, address, about = {}) => logger.info(event, { user, client_ip: address, ...about }),
    loginRefused: (reason, user, address) =>
      bounded(`login ${reason}`, 'admin_login_refused', { reason, user, client_ip: address }),
    pinRefused: (verdict, user, address) =>
      bounded('pin', 'pin_refused', { reason: verdict.kind, user, client_ip: address }),
  }
}
